"""Golden values and slopes of the element-wise functions, by mpmath at 50 digits, over float32 by a stride of its bits.

Writes formulas.json: for each function the inputs' bits, the values and the derivatives, as float64. Debian: python3-mpmath.
"""
import json
import struct
from pathlib import Path

from mpmath import acos, acosh, asin, asinh, atan, atanh, cbrt, cos, cosh, digamma, erf, erfinv, exp, expm1, inf, log, log1p, mp, mpf, pi
from mpmath import gamma, loggamma, sin, sinh, sqrt, tan, tanh

mp.dps = 50
one = mpf(1)


def sigmoid(x):
    return one / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def softrelu(x):
    return max(x, mpf(0)) + log1p(exp(-abs(x)))


def cubic(x):
    return cbrt(x) if x >= 0 else -cbrt(-x)


FUNCTIONS = {
    'arccos': (acos, lambda x: -1 / sqrt(1 - x * x), (-1, 1)),
    'arccosh': (acosh, lambda x: 1 / sqrt(x * x - 1), (1, inf)),
    'arcsin': (asin, lambda x: 1 / sqrt(1 - x * x), (-1, 1)),
    'arcsinh': (asinh, lambda x: 1 / sqrt(x * x + 1), (-inf, inf)),
    'arctan': (atan, lambda x: 1 / (x * x + 1), (-inf, inf)),
    'arctanh': (atanh, lambda x: 1 / (1 - x * x), (-1, 1)),
    'cbrt': (cubic, lambda x: 1 / (3 * cubic(x) ** 2), (-inf, inf)),
    'cos': (cos, lambda x: -sin(x), (-inf, inf)),
    'cosh': (cosh, sinh, (-89, 89)),
    'erf': (erf, lambda x: 2 / sqrt(pi) * exp(-x * x), (-inf, inf)),
    'erfinv': (erfinv, lambda x: sqrt(pi) / 2 * exp(erfinv(x) ** 2), (-1, 1)),
    'exp': (exp, exp, (-87, 88)),
    'expm1': (expm1, exp, (-87, 88)),
    'gamma': (gamma, lambda x: gamma(x) * digamma(x), (mpf(2) ** -60, 35)),
    'gammaln': (loggamma, digamma, (mpf(2) ** -126, mpf(2) ** 120)),
    'log': (log, lambda x: 1 / x, (mpf(2) ** -126, inf)),
    'log10': (lambda x: log(x) / log(10), lambda x: 1 / (x * log(10)), (mpf(2) ** -126, inf)),
    'log1p': (log1p, lambda x: 1 / (1 + x), (-1, inf)),
    'log2': (lambda x: log(x) / log(2), lambda x: 1 / (x * log(2)), (mpf(2) ** -126, inf)),
    'rcbrt': (lambda x: 1 / cubic(x), lambda x: -1 / (3 * x * cubic(x)), (mpf(2) ** -94, inf)),
    'rsqrt': (lambda x: 1 / sqrt(x), lambda x: -1 / (2 * x * sqrt(x)), (mpf(2) ** -84, inf)),
    'sigmoid': (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), (-87, inf)),
    'sin': (sin, cos, (-inf, inf)),
    'sinh': (sinh, cosh, (-89, 89)),
    'softrelu': (softrelu, sigmoid, (-87, inf)),
    'softsign': (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, (-1e18, 1e18)),
    'sqrt': (sqrt, lambda x: 1 / (2 * sqrt(x)), (mpf(2) ** -126, inf)),
    'tan': (tan, lambda x: 1 + tan(x) ** 2, (-inf, inf)),
    'tanh': (tanh, lambda x: 1 - tanh(x) ** 2, (-inf, inf)),
}

STRIDE = 4_567_890  # coprime to the number of patterns


def floats():
    for bits in range(0, 2**32, STRIDE):
        (x,) = struct.unpack('<f', struct.pack('<I', bits))
        if x == x and abs(x) != float('inf') and abs(x) >= 2**-126:
            yield bits, x


def main():
    golden = {}
    for name, (value, slope, (low, high)) in FUNCTIONS.items():
        rows = [(bits, mpf(x)) for bits, x in floats() if low < x < high]
        golden[name] = {
            'bits': [bits for bits, _ in rows],
            'values': [float(value(x)) for _, x in rows],
            'slopes': [float(slope(x)) for _, x in rows],
        }
    Path(__file__).with_name('formulas.json').write_text(json.dumps(golden) + '\n')


main()
