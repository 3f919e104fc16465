"""Golden values and slopes of the element-wise functions, by mpmath at 50 digits, over float32 by a stride of its bits.

Writes formulas.json: for each function the inputs' bits, the values and the derivatives, as float64. Debian: python3-mpmath.
"""
import json
import struct
from pathlib import Path

from mpmath import erf, exp, expm1, inf, log, log1p, mp, mpf, pi, sqrt, tanh

mp.dps = 50
one = mpf(1)


def sigmoid(x):
    return one / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def softrelu(x):
    return max(x, mpf(0)) + log1p(exp(-abs(x)))


FUNCTIONS = {
    'erf': (erf, lambda x: 2 / sqrt(pi) * exp(-x * x), (-inf, inf)),
    'exp': (exp, exp, (-87, 88)),
    'expm1': (expm1, exp, (-87, 88)),
    'log': (log, lambda x: 1 / x, (mpf(2) ** -126, inf)),
    'log1p': (log1p, lambda x: 1 / (1 + x), (-1, inf)),
    'rsqrt': (lambda x: 1 / sqrt(x), lambda x: -1 / (2 * x * sqrt(x)), (mpf(2) ** -84, inf)),
    'sigmoid': (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), (-87, inf)),
    'softrelu': (softrelu, sigmoid, (-87, inf)),
    'softsign': (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, (-1e18, 1e18)),
    'sqrt': (sqrt, lambda x: 1 / (2 * sqrt(x)), (mpf(2) ** -126, inf)),
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
