"""Functions of one operand, clip, where and casts."""
import math

import numpy as np
import torch

from core import SMALLEST, ULP, Refused, Want, f32, f64, finite, is_int, near, number_for, wide


def any_type(rule, int_rule=lambda x: x):
    """A function of one operand that float32 gives exactly, or rounds once."""
    return lambda x: Want(int_rule(wide(x)).astype(x.dtype) if is_int(x) else f32(rule(f64(x))))


def floats(rule, ulps):
    """A function of one operand of floats only, from its values in float64."""

    def compute(x):
        if is_int(x):
            raise Refused('integers')
        return near(rule(f64(x)), ulps)

    return compute


def by_torch(rule):
    return lambda x: rule(torch.from_numpy(x.copy())).numpy()


def gamma_of_one(x):
    try:
        return math.gamma(x)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.copysign(math.inf, x) if x == 0 else math.nan


def log_gamma(x):
    """Below 0 a difference of two logarithms."""
    if is_int(x):
        raise Refused('integers')
    values = by_torch(torch.lgamma)(f64(x))
    size = np.where(x < 0, np.abs(finite(x)) * np.log(np.abs(finite(x)) + 3), 0) + 8
    slack = ULP * (size + 2 * np.abs(finite(values)))
    return Want(values, np.where(np.isfinite(values), slack, 0), np.float32, zeros=True)


def round_away(x):
    whole = np.trunc(x)
    return np.where(np.abs(x - whole) >= 0.5, whole + np.sign(x), whole)


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def softrelu(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softsign(x):
    return np.where(np.isinf(x), np.nan, x / (1 + np.abs(x)))


def sign(x):
    return np.where(x > 0, 1.0, np.where(x < 0, -1.0, 0.0))


def hard_sigmoid(x, options=None):
    given = {'alpha': 0.2, 'beta': 0.5} | (options or {})
    if is_int(x):
        raise Refused('integers')
    alpha, beta = f64(f32(given['alpha'])), f64(f32(given['beta']))
    slack = 2 * ULP * np.abs(np.clip(finite(alpha * f64(x)), -8, 8)) + ULP
    with np.errstate(all='ignore'):
        return Want(np.clip(alpha * f64(x) + beta, 0, 1), slack, np.float32, zeros=True)


def smooth_l1(x, options=None):
    if is_int(x):
        raise Refused('integers')
    square = f64(f32((options or {}).get('scalar', 1))) ** 2
    size = np.abs(f64(x))
    return near(np.where(size > 1 / square, size - 0.5 / square, 0.5 * square * size * size), 6)


def clip(x, low, high):
    bounds = [number_for(b, x.dtype, which) for b, which in ((low, 'low'), (high, 'high'))]
    if is_int(x):
        return Want(np.minimum(np.maximum(wide(x), bounds[0]), bounds[1]).astype(x.dtype))
    return Want(np.minimum(np.maximum(x, bounds[0]), bounds[1]), zeros=True)


def where(condition, a, b):
    arrays = [x for x in (a, b) if isinstance(x, np.ndarray)]
    dtype = arrays[0].dtype
    if any(x.dtype != dtype for x in arrays):
        raise Refused('two dtypes')
    a, b = [x if isinstance(x, np.ndarray) else number_for(x, dtype).astype(dtype) for x in (a, b)]
    try:
        return Want(np.where(condition != 0, a, b).astype(dtype))
    except ValueError as error:
        raise Refused(str(error)) from None


def leaky_relu(x, options=None):
    if is_int(x):
        raise Refused('integers')
    options = options or {}
    slope = options.get('slope', 0.25)
    kind = options.get('actType', 'leaky')
    x = f64(x)
    if kind == 'leaky':
        return near(np.where(x > 0, x, f64(f32(slope)) * x), 1)
    if kind == 'gelu':
        # 1 + erf keeps no more than a unit of 1
        normal = 0.5 * (1 + by_torch(torch.erf)(np.asarray(x * np.sqrt(0.5))))
        values = x * normal
        slack = 4 * ULP * np.abs(np.where(np.isfinite(x), x, 0)) + SMALLEST
        return Want(values, slack, np.float32, zeros=True)
    slope, scale = (1.6732632423543772, 1.0507009873554805) if kind == 'selu' else (slope, 1.0)
    return near(f64(f32(scale)) * np.where(x > 0, x, f64(f32(slope)) * np.expm1(np.minimum(x, 0))), 6)


def cast(x, dtype):
    if dtype == 'float32':
        return Want(x.astype(np.float32))
    if is_int(x):
        return Want(wide(x).astype(dtype))
    cut = np.clip(np.trunc(np.where(np.isnan(x), 0, f64(x))), -(2**31), 2**31 - 1)
    return Want(cut.astype(np.int64).astype(dtype))


RULES = {
    'abs': any_type(np.abs, np.abs),
    'arccos': floats(np.arccos, 3),
    'arccosh': floats(np.arccosh, 3),
    'arcsin': floats(np.arcsin, 3),
    'arcsinh': floats(np.arcsinh, 3),
    'arctan': floats(np.arctan, 3),
    'arctanh': floats(np.arctanh, 3),
    'cbrt': floats(np.cbrt, 2),
    'ceil': any_type(np.ceil),
    'cos': floats(np.cos, 3),
    'cosh': floats(np.cosh, 3),
    'degrees': floats(lambda x: x * (180 / np.pi), 2),
    'erf': floats(by_torch(torch.erf), 3),
    'erfinv': floats(by_torch(torch.erfinv), 4),
    'exp': floats(np.exp, 2),
    'expm1': floats(np.expm1, 4),
    'fix': any_type(np.trunc),
    'floor': any_type(np.floor),
    'gamma': floats(np.vectorize(gamma_of_one, otypes=[np.float64]), 8),
    'gammaln': log_gamma,
    'hardSigmoid': hard_sigmoid,
    'log': floats(np.log, 2),
    'log10': floats(np.log10, 3),
    'log1p': floats(np.log1p, 4),
    'log2': floats(np.log2, 3),
    'logicalNot': any_type(lambda x: x == 0, lambda x: x == 0),
    'radians': floats(lambda x: x * (np.pi / 180), 2),
    'rcbrt': floats(lambda x: 1 / np.cbrt(x), 3),
    'reciprocal': floats(lambda x: 1 / x, 0.5),
    'rsqrt': floats(lambda x: 1 / np.sqrt(x), 3),
    'negative': any_type(np.negative, np.negative),
    'relu': any_type(lambda x: np.where(x < 0, 0, x) + 0.0, lambda x: np.maximum(x, 0)),
    'rint': any_type(np.rint),
    'round': any_type(round_away),
    'sigmoid': floats(sigmoid, 4),
    'sign': any_type(sign, np.sign),
    'sin': floats(np.sin, 3),
    'sinh': floats(np.sinh, 3),
    'smoothL1': smooth_l1,
    'softrelu': floats(softrelu, 4),
    'softsign': floats(softsign, 2),
    'sqrt': floats(np.sqrt, 0.5),
    'square': any_type(np.square, np.square),
    'tan': floats(np.tan, 4),
    'tanh': floats(np.tanh, 4),
    'trunc': any_type(np.trunc),
    'clip': clip,
    'leakyReLU': leaky_relu,
    'where': where,
    'astype': cast,
}
