"""Truth in float64, and PyTorch's float32, of the element-wise functions and their slopes over the bit patterns of float32.

One line of JSON on stdin, {name, start, stride, count}, is one answer on stdout: for operand after operand its values
(float32), then the true value, the true slope for each operand (float64), PyTorch's value, and its gradients (float32).
Where float64 itself cancels, another form of the function is taken: its error is below 2^-40 everywhere.
"""
import json
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
np.seterr(all='ignore')


def erf(x):
    return torch.erf(torch.from_numpy(x)).numpy()


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def softrelu(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def modulo(a, b):
    return np.where(b == 0, 0, np.mod(a, b))


def round_away(x):
    whole = np.trunc(x)
    return np.where(np.abs(x - whole) >= 0.5, whole + np.sign(x), whole)


def by_torch(rule):
    return lambda x: rule(torch.from_numpy(x.copy())).numpy()


def gamma(x):
    return np.vectorize(gamma_of_one, otypes=[np.float64])(x)


def gamma_of_one(x):
    try:
        return math.gamma(x)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.copysign(math.inf, x) if x == 0 else math.nan


def beside(x):
    return np.sqrt((1 - x) * (1 + x))


def toward(a, b):
    """The slope of the hypotenuse."""
    return np.where(a == 0, 0, a / np.hypot(a, b))


def share(a, b):
    """The slope of ln(e^a + e^b): 1 / (1 + e^(b - a))."""
    return np.where(a == b, 0.5, sigmoid(a - b))


def zero(x):
    return np.zeros_like(x)


def one(*xs):
    return np.ones_like(xs[0])


def minus_one(*xs):
    return -one(*xs)


# value, slopes by operand, PyTorch's function or None
ONE = {
    'abs': (np.abs, np.sign, torch.abs),
    'arccos': (np.arccos, lambda x: -1 / beside(x), torch.arccos),
    'arccosh': (np.arccosh, lambda x: 1 / np.sqrt((x - 1) * (x + 1)), torch.arccosh),
    'arcsin': (np.arcsin, lambda x: 1 / beside(x), torch.arcsin),
    'arcsinh': (np.arcsinh, lambda x: 1 / np.sqrt(x * x + 1), torch.arcsinh),
    'arctan': (np.arctan, lambda x: 1 / (x * x + 1), torch.arctan),
    'arctanh': (np.arctanh, lambda x: 1 / ((1 - x) * (1 + x)), torch.arctanh),
    'cbrt': (np.cbrt, lambda x: 1 / (3 * np.cbrt(x) ** 2), None),
    'ceil': (np.ceil, zero, torch.ceil),
    'cos': (np.cos, lambda x: -np.sin(x), torch.cos),
    'cosh': (np.cosh, np.sinh, torch.cosh),
    'degrees': (lambda x: x * (180 / np.pi), lambda x: np.full_like(x, 180 / np.pi), torch.rad2deg),
    'erf': (erf, lambda x: 2 / np.sqrt(np.pi) * np.exp(-x * x), torch.erf),
    'erfinv': (by_torch(torch.erfinv), lambda x: np.sqrt(np.pi) / 2 * np.exp(by_torch(torch.erfinv)(x) ** 2), torch.erfinv),
    'exp': (np.exp, np.exp, torch.exp),
    'expm1': (np.expm1, np.exp, torch.expm1),
    'fix': (np.trunc, zero, torch.fix),
    'floor': (np.floor, zero, torch.floor),
    'gamma': (gamma, lambda x: gamma(x) * by_torch(torch.digamma)(x), None),
    'gammaln': (by_torch(torch.lgamma), by_torch(torch.digamma), torch.lgamma),
    'log': (np.log, lambda x: 1 / x, torch.log),
    'log10': (np.log10, lambda x: 1 / (x * np.log(10)), torch.log10),
    'log2': (np.log2, lambda x: 1 / (x * np.log(2)), torch.log2),
    'log1p': (np.log1p, lambda x: 1 / (1 + x), torch.log1p),
    'negative': (np.negative, minus_one, torch.neg),
    'radians': (lambda x: x * (np.pi / 180), lambda x: np.full_like(x, np.pi / 180), torch.deg2rad),
    'rcbrt': (lambda x: 1 / np.cbrt(x), lambda x: -1 / (3 * x * np.cbrt(x)), None),
    'reciprocal': (lambda x: 1 / x, lambda x: -1 / (x * x), torch.reciprocal),
    'relu': (lambda x: np.maximum(x, 0), lambda x: np.float64(x > 0), torch.relu),
    'rint': (np.rint, zero, torch.round),
    'round': (round_away, zero, None),
    'sigmoid': (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), torch.sigmoid),
    'sign': (np.sign, zero, torch.sign),
    'sin': (np.sin, np.cos, torch.sin),
    'sinh': (np.sinh, np.cosh, torch.sinh),
    'softrelu': (softrelu, sigmoid, F.softplus),
    'softsign': (lambda x: x / (1 + np.abs(x)), lambda x: (1 + np.abs(x)) ** -2.0, F.softsign),
    'rsqrt': (lambda x: 1 / np.sqrt(x), lambda x: -0.5 / (x * np.sqrt(x)), torch.rsqrt),
    'sqrt': (np.sqrt, lambda x: 0.5 / np.sqrt(x), torch.sqrt),
    'square': (np.square, lambda x: 2 * x, torch.square),
    'tan': (np.tan, lambda x: np.cos(x) ** -2.0, torch.tan),
    'tanh': (np.tanh, lambda x: np.cosh(np.minimum(np.abs(x), 300)) ** -2.0, torch.tanh),
    'trunc': (np.trunc, zero, torch.trunc),
}

TWO = {
    'add': (np.add, one, one, torch.add),
    'arctan2': (
        np.arctan2,
        lambda a, b: np.where(b == 0, 0, b / np.hypot(a, b) / np.hypot(a, b)),
        lambda a, b: np.where(a == 0, 0, -a / np.hypot(a, b) / np.hypot(a, b)),
        torch.atan2,
    ),
    'hypot': (np.hypot, lambda a, b: toward(a, b), lambda a, b: toward(b, a), torch.hypot),
    'logaddexp': (np.logaddexp, lambda a, b: share(a, b), lambda a, b: share(b, a), torch.logaddexp),
    'subtract': (np.subtract, one, minus_one, torch.subtract),
    'multiply': (np.multiply, lambda a, b: b, lambda a, b: a, torch.multiply),
    'divide': (np.divide, lambda a, b: 1 / b, lambda a, b: -a / b / b, torch.divide),
    'modulo': (modulo, one, lambda a, b: -np.floor(a / b), torch.remainder),
    'power': (
        np.power,
        lambda a, b: b * np.power(a, b - 1),
        lambda a, b: np.power(a, b) * np.log(a),
        torch.pow,
    ),
    'maximum': (np.maximum, lambda a, b: np.float64(a > b), lambda a, b: np.float64(a < b), torch.maximum),
    'minimum': (np.minimum, lambda a, b: np.float64(a < b), lambda a, b: np.float64(a > b), torch.minimum),
}


def floats(bits):
    return bits.astype(np.uint32).view(np.float32)


def operands(name, start, stride, count):
    """Numbers by their bits, a stride apart; a second operand whose bits are theirs, mixed."""
    bits = (np.arange(count, dtype=np.uint64) * np.uint64(stride) + np.uint64(start)) % np.uint64(2**32)
    a = floats(bits)
    if name in ONE:
        return [a]
    mixed = (bits * np.uint64(2654435761) + np.uint64(0x9E3779B9)) % np.uint64(2**32)
    if name == 'power':
        # positive bases, with exponents that lead to results of every size
        a = np.where(np.isfinite(a) & (a != 0) & (np.abs(a) != 1), np.abs(a), np.float32(2))
        part = np.float64(mixed) / 2**31 - 1
        return [a, np.float32(88 * part / np.log(np.float64(a)))]
    if name in ('divide', 'modulo', 'add', 'subtract', 'arctan2', 'hypot', 'logaddexp'):
        # within 2^8 of each other in size, so that more than the larger one counts
        exponent = (bits >> np.uint64(23)) % np.uint64(256) + (mixed >> np.uint64(28)) - np.uint64(8)
        exponent = np.clip(exponent.astype(np.int64), 1, 254).astype(np.uint64)
        mixed = (mixed & np.uint64(0x807FFFFF)) | (exponent << np.uint64(23))
    return [a, floats(mixed)]


def main():
    for line in sys.stdin:
        question = json.loads(line)
        name = question['name']
        value, *slopes, peer = (ONE if name in ONE else TWO)[name]
        xs = operands(**question)
        wide = [x.astype(np.float64) for x in xs]
        parts = [*xs, value(*wide), *(np.broadcast_to(slope(*wide), xs[0].shape) for slope in slopes)]
        if peer:
            leaves = [torch.from_numpy(x.copy()).requires_grad_() for x in xs]
            y = peer(*leaves)
            parts.append(y.detach().numpy())
            parts += [g.numpy() for g in torch.autograd.grad(y, leaves, torch.ones_like(y))]
        for part in parts:
            sys.stdout.buffer.write(np.ascontiguousarray(part).tobytes())
        sys.stdout.buffer.flush()


main()
