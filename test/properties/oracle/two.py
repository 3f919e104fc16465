"""Functions of two operands, of which one may be a number."""
import numpy as np

from core import INTEGERS, ULP, Refused, Want, f32, f64, finite, near, number_for


def pair(a, b, bounds=(None, None)):
    """Two operands, at least one an array, and the dtype of both."""
    arrays = [x for x in (a, b) if isinstance(x, np.ndarray)]
    dtype = arrays[0].dtype
    if any(x.dtype != dtype for x in arrays):
        raise Refused('two dtypes')
    a, b = [x if isinstance(x, np.ndarray) else number_for(x, dtype, bound) for x, bound in zip((a, b), bounds)]
    try:
        np.broadcast_shapes(np.shape(a), np.shape(b))
    except ValueError as error:
        raise Refused(str(error)) from None
    if dtype in INTEGERS:
        a, b = [np.asarray(x).astype(np.int64) for x in (a, b)]
    return a, b, dtype


def arithmetic(float_rule, int_rule=None, zeros=False, bounds=(None, None), ulps=0):
    """A function of two operands: floats rounded once to float32, integers modulo 2^32 or 2^8."""

    def compute(a, b):
        a, b, dtype = pair(a, b, bounds)
        if dtype in INTEGERS:
            return Want((int_rule or float_rule)(a, b).astype(dtype))
        values = float_rule(f64(a), f64(b))
        return near(values, ulps) if ulps else Want(f32(values), zeros=zeros)

    return compute


def near_float64(rule, ulps):
    """A function of floats, in float64."""

    def compute(a, b):
        a, b, _ = pair(a, b)
        return near(rule(f64(f32(a)), f64(f32(b))), ulps)

    return compute


def logic(rule):
    """1 or 0 by what differs from 0; any number is taken."""

    def compute(a, b):
        arrays = [x for x in (a, b) if isinstance(x, np.ndarray)]
        dtype = arrays[0].dtype
        if len(arrays) == 2:
            a, b, dtype = pair(a, b)
        else:
            a, b = [x if isinstance(x, np.ndarray) else (x if dtype in INTEGERS else f32(x)) for x in (a, b)]
        return Want(rule(np.asarray(a) != 0, np.asarray(b) != 0).astype(dtype))

    return compute


def add_n(*arrays):
    """Added from left to right."""
    total = arrays[0]
    for x in arrays[1:]:
        total = (total + x).astype(x.dtype)
    return Want(total, zeros=True)


def logaddexp(a, b):
    """The larger operand decides how far the result is off, which may be near 0."""
    a, b, _ = pair(a, b)
    a, b = f64(f32(a)), f64(f32(b))
    slack = ULP * (np.abs(finite(a)) + np.abs(finite(b)) + 4)
    values = np.logaddexp(a, b)
    return Want(values, np.broadcast_to(slack, values.shape), np.float32, zeros=True)


def int_divide(a, b):
    quotient = np.abs(a) // np.where(b == 0, 1, np.abs(b))
    return np.where(b == 0, 0, np.sign(a) * np.sign(b) * quotient)


def int_power(a, b):
    """Modulo 2^32; a negative exponent gives the quotient cut towards zero, and 0 for 0."""

    def one(x, n):
        if n >= 0:
            return ((pow(int(x), int(n), 2**32) + 2**31) % 2**32) - 2**31
        return 1 if x == 1 else (-1 if n % 2 else 1) if x == -1 else 0

    a, b = np.broadcast_arrays(a, b)
    return np.array([one(x, n) for x, n in zip(a.ravel(), b.ravel())], np.int64).reshape(a.shape)


def float_modulo(a, b):
    return np.where(b == 0, 0, np.mod(a, b))


def int_modulo(a, b):
    return np.where(b == 0, 0, np.mod(a, np.where(b == 0, 1, b)))


def float_power(a, b):
    return np.power(a, b)


def comparison(rule):
    """By value: a number beside integers is compared as it is, beside floats as a float32."""

    def compute(a, b):
        arrays = [x for x in (a, b) if isinstance(x, np.ndarray)]
        dtype = arrays[0].dtype
        if len(arrays) == 2:
            a, b, dtype = pair(a, b)
        else:
            a, b = [x if isinstance(x, np.ndarray) else (x if dtype in INTEGERS else f32(x)) for x in (a, b)]
        return Want(rule(f64(a), f64(b)).astype(dtype))

    return compute


add = arithmetic(np.add)
subtract = arithmetic(np.subtract)
multiply = arithmetic(np.multiply)
divide = arithmetic(np.divide, int_divide)
modulo = arithmetic(float_modulo, int_modulo, zeros=True)

RULES = {
    'add': add,
    'addN': add_n,
    'arctan2': near_float64(np.arctan2, 3),
    'hypot': near_float64(np.hypot, 3),
    'logicalAnd': logic(np.logical_and),
    'logicalOr': logic(np.logical_or),
    'logicalXor': logic(np.logical_xor),
    'subtract': subtract,
    'multiply': multiply,
    'divide': divide,
    'modulo': modulo,
    'power': arithmetic(float_power, int_power, ulps=8),
    'maximum': arithmetic(np.maximum, zeros=True, bounds=('low', 'low')),
    'logaddexp': logaddexp,
    'minimum': arithmetic(np.minimum, zeros=True, bounds=('high', 'high')),
    'equal': comparison(np.equal),
    'notEqual': comparison(np.not_equal),
    'greater': comparison(np.greater),
    'greaterEqual': comparison(np.greater_equal),
    'lesser': comparison(np.less),
    'lesserEqual': comparison(np.less_equal),
}
