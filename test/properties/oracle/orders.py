"""Elements in the order of their values, at indices along several axes, of sequences, and in other arrangements."""
import numpy as np

from core import ULP, Refused, Want, axis_of, f64, is_int, number_for
from selection import pick, whole


# orders: stable, NaN largest


def order(x, axis, ascending):
    if ascending:
        return np.argsort(x, axis, kind='stable')
    # of equal ones the first comes first, so what is sorted is turned round twice
    return x.shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis), axis, kind='stable'), axis)


def along(x, options):
    axis = options.get('axis', -1)
    if axis is None:
        return x.reshape(-1), 0
    return x, axis_of(axis, x.ndim)


def sort(x, options=None):
    options = options or {}
    x, axis = along(x, options)
    return Want(np.take_along_axis(x, order(x, axis, options.get('isAscend', True)), axis))


def argsort(x, options=None):
    options = options or {}
    x, axis = along(x, options)
    dtype = np.dtype(options.get('dtype', 'float32'))
    if dtype == np.uint8 and x.shape[axis] > 256:
        raise Refused('bytes')
    return Want(order(x, axis, options.get('isAscend', True)).astype(dtype))


def topk(x, options=None):
    options = options or {}
    given = x.shape
    x, axis = along(x, options)
    k, kind = options.get('k', 1), options.get('retTyp', 'indices')
    count = x.shape[axis]
    if k > count:
        raise Refused('more than there are')
    places = np.take(order(x, axis, options.get('isAscend', False)), np.arange(k if k > 0 else count), axis)
    values = Want(np.take_along_axis(x, places, axis))
    indices = Want(places.astype(options.get('dtype', 'float32')))
    if kind == 'mask':
        mask = np.zeros(x.shape, x.dtype)
        np.put_along_axis(mask, places, 1, axis)
        return Want(mask.reshape(given))
    return {'value': values, 'indices': indices, 'both': [values, indices]}[kind]


# indices along several axes


def named(indices, shape):
    count = indices.shape[0] if indices.ndim else 0
    if not 0 < count <= len(shape) or (0 in shape[:count] and indices.size):
        raise Refused('indices')
    wholes = [whole(index) for index in indices]
    return tuple(np.clip(np.where(i < 0, i + n, i), 0, n - 1) for i, n in zip(wholes, shape))


def gather_nd(x, indices):
    return Want(x[named(indices, x.shape)])


def scatter_nd(x, indices, shape):
    at = named(indices, shape)
    if is_int(x) or x.shape != indices.shape[1:] + tuple(shape[len(at) :]):
        raise Refused('data')
    sums, sizes, counts = [np.zeros(shape) for _ in range(3)]
    with np.errstate(all='ignore'):
        np.add.at(sums, at, f64(x))
        np.add.at(sizes, at, np.abs(f64(x)))
    np.add.at(counts, at, 1)
    slack = np.where(counts > 1, np.where(sizes < 3e38, counts * ULP * np.where(np.isfinite(sizes), sizes, 0), np.inf), 0)
    return Want(sums, slack, np.float32, zeros=True)


def batch_take(x, indices):
    if x.ndim != 2:
        raise Refused('no matrix')
    return pick(x, indices, {'axis': 1})


def unravel(x, options):
    return Want(np.array(np.unravel_index(whole(x), options['shape'])).astype(x.dtype))


def ravel(x, options):
    return Want(np.ravel_multi_index(tuple(whole(x)), options['shape']).astype(x.dtype))


# sequences


def lengths_of(x, lengths, options):
    axis = options.get('axis', 0)
    if x.ndim < 2:
        raise Refused('no sequences')
    if not options.get('useSequenceLength', lengths is not None):
        return axis, None
    if lengths is None or lengths.shape != (x.shape[1 - axis],):
        raise Refused('lengths')
    return axis, whole(lengths)


def sequence_mask(x, lengths=None, options=None):
    options = options or {}
    axis, ends = lengths_of(x, lengths, options)
    value = number_for(options.get('value', 0), x.dtype)
    if ends is None:
        return Want(x)
    time = np.arange(x.shape[axis]).reshape((-1, 1) if axis == 0 else (1, -1))
    inside = time < ends.reshape((1, -1) if axis == 0 else (-1, 1))
    return Want(np.where(inside.reshape(inside.shape + (1,) * (x.ndim - 2)), x, value).astype(x.dtype))


def sequence_last(x, lengths=None, options=None):
    axis, ends = lengths_of(x, lengths, options or {})
    count = x.shape[axis]
    if count == 0:
        raise Refused('no last one')
    rows = np.moveaxis(x, axis, 0)
    last = np.full(rows.shape[1], count) if ends is None else np.clip(ends, 1, count)
    return Want(rows[last - 1, np.arange(rows.shape[1])])


def sequence_reverse(x, lengths=None, options=None):
    axis, ends = lengths_of(x, lengths, options or {})
    rows = np.moveaxis(x, axis, 0)
    count, batch = rows.shape[:2]
    ends = np.full(batch, count) if ends is None else np.clip(ends, 0, count)
    time = np.arange(count)[:, None]
    places = np.where(time < ends, ends - 1 - time, time)
    return Want(np.moveaxis(rows[places, np.arange(batch)], 0, axis))


# arrangements


def diag(x, options=None):
    options = options or {}
    k = options.get('k', 0)
    if x.ndim == 1:
        return Want(np.diag(x, k))
    first, second = [axis_of(options.get(name, usual), x.ndim) for name, usual in (('axis1', 0), ('axis2', 1))]
    if first == second:
        raise Refused('one axis twice')
    return Want(np.diagonal(x, k, first, second))


def depth_to_space(x, block):
    n, c, h, w = x.shape
    if c % block**2:
        raise Refused('channels')
    y = x.reshape(n, block, block, c // block**2, h, w).transpose(0, 3, 4, 1, 5, 2)
    return Want(y.reshape(n, c // block**2, h * block, w * block))


def space_to_depth(x, block):
    n, c, h, w = x.shape
    if h % block or w % block:
        raise Refused('pixels')
    y = x.reshape(n, c, h // block, block, w // block, block).transpose(0, 3, 5, 1, 2, 4)
    return Want(y.reshape(n, c * block**2, h // block, w // block))


def moveaxis(x, source, destination):
    lists = [[axis_of(a, x.ndim) for a in np.ravel(axes).tolist()] for axes in (source, destination)]
    if len(lists[0]) != len(lists[1]) or any(len(set(axes)) < len(axes) for axes in lists):
        raise Refused('axes')
    return Want(np.moveaxis(x, *lists))


def slice_like(x, other, options=None):
    axes = (options or {}).get('axes')
    if axes is None and x.ndim != other.ndim:
        raise Refused('dimensions')
    cut = range(x.ndim) if axes is None else [axis_of(a, x.ndim) for a in axes]
    index = [slice(None)] * x.ndim
    for axis in cut:
        if axis >= other.ndim or other.shape[axis] > x.shape[axis]:
            raise Refused('larger')
        index[axis] = slice(0, other.shape[axis])
    return Want(x[tuple(index)])


def split_v2(x, cuts, options=None):
    options = options or {}
    axis = axis_of(options.get('axis', 0), x.ndim)
    parts = np.split(x, cuts, axis)
    if not options.get('squeezeAxis'):
        return [Want(part) for part in parts]
    if any(part.shape[axis] != 1 for part in parts):
        raise Refused('not of size 1')
    return [Want(part.reshape([n for k, n in enumerate(part.shape) if k != axis] or [1])) for part in parts]


def concatenate(*args):
    *arrays, options = args
    return Want(np.concatenate(arrays, axis_of(options['axis'], arrays[0].ndim)))


RULES = {
    'sort': sort,
    'argsort': argsort,
    'topk': topk,
    'gatherNd': gather_nd,
    'scatterNd': scatter_nd,
    'batchTake': batch_take,
    'unravelIndex': unravel,
    'ravelMultiIndex': ravel,
    'sequenceMask': sequence_mask,
    'sequenceLast': sequence_last,
    'sequenceReverse': sequence_reverse,
    'diag': diag,
    'depthToSpace': depth_to_space,
    'spaceToDepth': space_to_depth,
    'moveaxis': moveaxis,
    'sliceLike': slice_like,
    'splitV2': split_v2,
    'concatenate': concatenate,
    'shapeArray': lambda x: Want(np.array(x.shape, np.int32)),
    'sizeArray': lambda x: Want(np.array([x.size], np.int32)),
}
