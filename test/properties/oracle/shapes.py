"""Reshaping: the elements under other shapes."""
import math

import numpy as np

from core import Refused, Want, axis_of


def reshape(x, codes):
    """MXNet's codes; sizes of 0 that a code kept say nothing of the size that is inferred."""
    left = list(x.shape)
    shape, kept, inferred = [], 0, None
    codes = list(codes)

    def take():
        if not left:
            raise Refused('no size left')
        return left.pop(0)

    while codes:
        code = codes.pop(0)
        if code == 0:
            shape.append(take())
            kept += shape[-1] == 0
        elif code == -2:
            kept += left.count(0)
            shape += left
            left = []
        elif code == -3:
            shape.append(take() * take())
        elif code == -4:
            size = take()
            a, b = (codes.pop(0), codes.pop(0)) if len(codes) > 1 else (0, 0)
            a, b = (size / b if a == -1 and b else a), (size / a if b == -1 and a else b)
            if a < 0 or b < 0 or a * b != size or a != int(a) or b != int(b):
                raise Refused('does not split')
            shape += [int(a), int(b)]
        elif code == -1:
            if inferred is not None:
                raise Refused('two inferred')
            inferred = len(shape)
            shape.append(1)
            left = left[1:]
        elif code > 0:
            shape.append(code)
            left = left[1:]
        else:
            raise Refused('unknown code')
    if inferred is not None:
        nonzero = list(shape)
        total = list(x.shape)
        for _ in range(kept):
            nonzero.remove(0)
            total.remove(0)
        size = math.prod(nonzero)
        if size == 0 or math.prod(total) % size:
            raise Refused('does not divide')
        shape[inferred] = math.prod(total) // size
    if math.prod(shape) != x.size:
        raise Refused('another size')
    return Want(x.reshape(shape))


def transpose(x, axes=None):
    if axes is not None and sorted(axis_of(a, x.ndim) for a in axes) != list(range(x.ndim)):
        raise Refused('each axis once')
    return Want(np.transpose(x, axes))


def swapaxes(x, a, b):
    return Want(np.swapaxes(x, axis_of(a, x.ndim), axis_of(b, x.ndim)))


def expand_dims(x, axis):
    return Want(np.expand_dims(x, axis_of(axis, x.ndim + 1)))


def squeeze(x, axis=None):
    axes = range(x.ndim) if axis is None else [axis_of(a, x.ndim) for a in np.ravel(axis)]
    dropped = [a for a in axes if axis is not None or x.shape[a] == 1]
    if any(x.shape[a] != 1 for a in dropped):
        raise Refused('not of size 1')
    return Want(x.reshape([n for k, n in enumerate(x.shape) if k not in dropped] or [1]))


def flatten(x):
    return Want(x.reshape(x.shape[0] if x.ndim else 1, math.prod(x.shape[1:])))


def broadcast_to(x, shape):
    try:
        return Want(np.broadcast_to(x, shape))
    except ValueError as error:
        raise Refused(str(error)) from None


def broadcast_axis(x, options):
    at = axis_of(options['axis'], x.ndim)
    return broadcast_to(x, [options['size'] if k == at else n for k, n in enumerate(x.shape)])


def reshape_like(x, like):
    if x.size != like.size:
        raise Refused('another number of elements')
    return Want(x.reshape(like.shape))


RULES = {
    'reshape': reshape,
    'transpose': transpose,
    'swapaxes': swapaxes,
    'expandDims': expand_dims,
    'squeeze': squeeze,
    'flatten': flatten,
    'broadcastTo': broadcast_to,
    'broadcastLike': lambda x, like: broadcast_to(x, list(like.shape)),
    'broadcastAxis': broadcast_axis,
    'reshapeLike': reshape_like,
}
