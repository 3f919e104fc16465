"""Elements in another order, or several times."""
import numpy as np

from core import Refused, Want, axis_of, number_for
from reductions import axes_of


def flip(x, axis):
    return Want(np.flip(x, axes_of(x, axis)))


def pad(x, mode, widths, constant=None):
    fill = number_for(0 if constant is None else constant, x.dtype)
    if len(widths) != 2 * x.ndim or min(widths, default=0) < 0:
        raise Refused('widths')
    if x.ndim == 0:
        return Want(x)
    pairs = np.reshape(widths, (-1, 2))
    if mode == 'constant':
        return Want(np.pad(x, pairs, mode, constant_values=fill))
    for n, pair in zip(x.shape, pairs):
        if max(pair) > 0 and (n == 0 or mode == 'reflect' and max(pair) >= n):
            raise Refused('nothing to take a border from')
    return Want(np.pad(x, pairs, mode))


def tile(x, reps):
    if min(np.ravel(reps), default=0) < 0:
        raise Refused('reps')
    return Want(np.tile(x, reps))


def repeat(x, repeats, options=None):
    axis = (options or {}).get('axis')
    if repeats < 0:
        raise Refused('repeats')
    return Want(np.repeat(x, repeats, None if axis is None else axis_of(axis, x.ndim)))


def roll(x, shift, options=None):
    axis = (options or {}).get('axis')
    return Want(np.roll(x, shift, None if axis is None else axis_of(axis, x.ndim)))


RULES = {
    'roll': roll,
    'flip': flip,
    'pad': pad,
    'tile': tile,
    'repeat': repeat,
}
