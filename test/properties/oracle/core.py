"""What rules are made of: results with their slack, refusals, types, axes."""
import math

import numpy as np

ULP = 2.0 ** -23
LARGEST = float(np.finfo(np.float32).max)
SMALLEST = 2.0 ** -149
INTEGERS = {np.dtype('int32'): (-(2**31), 2**31 - 1), np.dtype('uint8'): (0, 255)}


class Refused(Exception):
    """The call must throw."""


class Want:
    """A result: its values, how far each may be off, and whether the sign of a zero is left open."""

    def __init__(self, values, slack=0.0, dtype=None, zeros=False):
        self.values = np.asarray(values)
        self.slack = np.asarray(slack, np.float64)
        self.dtype = np.dtype(dtype or self.values.dtype)
        self.zeros = zeros


def is_int(x):
    return np.asarray(x).dtype.kind in 'iu'


def f32(x):
    """Rounded to float32, of the same shape."""
    return np.asarray(x, np.float32)


def f64(x):
    """In float64, of the same shape."""
    return np.asarray(x, np.float64)


def wide(x):
    """The array in arithmetic that does not round: int64 or float64."""
    return np.asarray(x).astype(np.int64 if is_int(x) else np.float64)


def finite(x):
    return np.where(np.isfinite(x), x, 0)


def near(values, ulps, dtype='float32'):
    """Values in float64 that float32 must come near, in units of the last place."""
    values = np.asarray(values, np.float64)
    size = np.maximum(np.abs(values), 2.0**-126)
    unit = np.where(np.isfinite(size), 2.0 ** (np.floor(np.log2(np.where(np.isfinite(size), size, 1))) - 23), 0)
    return Want(values, ulps * unit, dtype)


def axis_of(axis, ndim):
    if not -ndim <= axis < ndim:
        raise Refused('no such axis')
    return axis % ndim


def number_for(x, dtype, bound=None):
    """A number as an operand of a type's arithmetic: rounded to float32, or an integer that the type can hold."""
    if dtype not in INTEGERS:
        return np.float32(x)
    low, high = INTEGERS[dtype]
    if bound == 'low' and x < low:
        return np.int64(low)
    if bound == 'high' and x > high:
        return np.int64(high)
    if not (math.isfinite(x) and x == math.floor(x) and low <= x <= high):
        raise Refused(f'{dtype} does not hold {x}')
    return np.int64(x)
