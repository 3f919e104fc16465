"""Selections, and arrays that are joined or cut."""
import numpy as np

from core import Refused, Want, axis_of, f64, number_for


def slices(x, begin, end, step=()):
    if max(len(begin), len(end), len(step)) > x.ndim or any(s == 0 for s in step):
        raise Refused('bounds')
    pad = [list(part) + [None] * (x.ndim - len(part)) for part in (begin, end, step)]
    return tuple(slice(*bounds) for bounds in zip(*pad))


def slice_axis(x, axis, begin, end):
    at = axis_of(axis, x.ndim)
    return Want(x[(slice(None),) * at + (slice(begin, end),)])


def at(x, index):
    if x.ndim == 0 or not -x.shape[0] <= index < x.shape[0]:
        raise Refused('no entry')
    return Want(x[index])


def whole(indices):
    """Indices cut to whole numbers; NaN is 0."""
    cut = np.trunc(np.where(np.isnan(indices), 0, f64(indices)))
    return np.clip(cut, -(2**62), 2**62).astype(np.int64)


def take(x, indices, options=None):
    axis = axis_of((options or {}).get('axis', 0), x.ndim)
    if x.shape[axis] == 0:
        if indices.size > 0:
            raise Refused('nothing to take')
        return Want(np.zeros(x.shape[:axis] + indices.shape + x.shape[axis + 1 :], x.dtype))
    return Want(np.take(x, whole(indices), axis=axis, mode='clip'))


def pick(x, index, options=None):
    options = options or {}
    axis = axis_of(options.get('axis', -1), x.ndim)
    kept = tuple(1 if k == axis else n for k, n in enumerate(x.shape))
    dropped = tuple(n for k, n in enumerate(x.shape) if k != axis) or (1,)
    if x.shape[axis] == 0 or index.shape not in (kept, dropped):
        raise Refused('nothing to pick, or another shape')
    clipped = np.clip(whole(index), 0, x.shape[axis] - 1).reshape(kept)
    return Want(np.take_along_axis(x, clipped, axis).reshape(kept if options.get('keepdims') else dropped))


def one_hot(indices, depth, options=None):
    options = options or {}
    dtype = np.dtype(options.get('dtype', 'float32'))
    on, off = [number_for(options.get(name, usual), dtype) for name, usual in (('onValue', 1), ('offValue', 0))]
    if depth < 1:
        raise Refused('depth')
    return Want(np.where(whole(indices)[..., None] == np.arange(depth), on, off).astype(dtype))


def listed(args):
    return [x for x in args if isinstance(x, np.ndarray)], next((x for x in args if isinstance(x, dict)), {})


def joined(join, key, usual, more):
    def compute(*args):
        arrays, options = listed(args)
        axis = axis_of(options.get(key, usual), arrays[0].ndim + more)
        if any(x.dtype != arrays[0].dtype for x in arrays):
            raise Refused('two dtypes')
        try:
            return Want(join(arrays, axis=axis))
        except ValueError as error:
            raise Refused(str(error)) from None

    return compute


def split(x, parts, options=None):
    axis = axis_of((options or {}).get('axis', 1), x.ndim)
    if parts < 1 or x.shape[axis] % parts:
        raise Refused('does not divide')
    return [Want(part) for part in np.split(x, parts, axis)]


RULES = {
    'slice': lambda x, begin, end, options=None: Want(x[slices(x, begin, end, (options or {}).get('step', ()))]),
    'sliceAxis': slice_axis,
    'at': at,
    'take': take,
    'pick': pick,
    'oneHot': one_hot,
    'concat': joined(np.concatenate, 'dim', 1, 0),
    'stack': joined(np.stack, 'axis', 0, 1),
    'split': split,
}
