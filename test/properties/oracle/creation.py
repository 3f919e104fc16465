"""New arrays, and writing into arrays."""
import math

import numpy as np

from core import Refused, Want, f32, f64, number_for
from one import cast
from selection import slices
from two import add, divide, modulo, multiply, subtract


def filled(value):
    def compute(shape, options=None):
        dtype = np.dtype((options or {}).get('dtype', 'float32'))
        return Want(np.full(shape, number_for(value, dtype), dtype))

    return compute


def full(shape, value, options=None):
    return filled(value)(shape, options)


def stored(values, options):
    """Numbers as a typed array stores them: integers by ToInt32, modulo 2^8 for bytes."""
    dtype = np.dtype((options or {}).get('dtype', 'float32'))
    if dtype == np.float32:
        return Want(f32(values))
    return Want(np.trunc(values).astype(np.int64).astype(dtype))


def arange(start, stop=None, options=None):
    options = options or {}
    step, repeat = options.get('step', 1), options.get('repeat', 1)
    start, stop = (0, start) if stop is None else (start, stop)
    if step == 0:
        raise Refused('step')
    n = max(0, math.ceil((stop - start) / step))
    return stored(np.repeat(start + np.arange(n) * f64(step), repeat), options)


def linspace(start, stop, num, options=None):
    parts = max(1, num - 1 if (options or {}).get('endpoint', True) else num)
    want = stored(start + (stop - start) * np.arange(num) / f64(parts), options)
    return want


def eye(rows, columns=None, options=None):
    options = options or {}
    return stored(np.eye(rows, rows if columns is None else columns, options.get('k', 0)), options)


def array(x, options=None):
    return cast(x, (options or {}).get('dtype', x.dtype.name))


def like(value):
    return lambda x: Want(np.full(x.shape, value, x.dtype))


def in_place(rule):
    def compute(x, other):
        want = rule(x, other)
        if want.values.shape != x.shape:
            raise Refused('another shape')
        return want

    return compute


def value_for(x, value):
    if isinstance(value, np.ndarray) and value.dtype != x.dtype:
        raise Refused('two dtypes')
    return value if isinstance(value, np.ndarray) else number_for(value, x.dtype)


def set_all(x, value):
    return set_slice(x, [], [], value)


def set_slice(x, begin, end, value, options=None):
    chosen = slices(x, begin, end, (options or {}).get('step', ()))
    value, shape = value_for(x, value), x[chosen].shape
    try:
        x[chosen] = np.broadcast_to(value, shape)
    except ValueError as error:
        raise Refused(str(error)) from None
    return Want(x)


RULES = {
    'array': array,
    'zeros': filled(0),
    'ones': filled(1),
    'empty': filled(0),
    'full': full,
    'zerosLike': like(0),
    'onesLike': like(1),
    'arange': arange,
    'linspace': linspace,
    'eye': eye,
    'iadd': in_place(add),
    'isubtract': in_place(subtract),
    'imultiply': in_place(multiply),
    'idivide': in_place(divide),
    'imodulo': in_place(modulo),
    'set': set_all,
    'setSlice': set_slice,
}
