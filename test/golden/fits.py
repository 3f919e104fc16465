"""Fits the polynomials of the element-wise functions: prints their coefficients as float32, from the constant up.

Each is the polynomial whose largest relative error over its range is least (C. L. Lawson's weights on Chebyshev's nodes).
Usage: python3 fits.py [NAME…]. Debian: python3-mpmath.
"""
import sys

import numpy as np
from mpmath import acosh, asin, asinh, atan, atanh, cos, erfinv, exp, gamma, loggamma, mp, mpf, pi, sin, sinh, sqrt, tan

mp.dps = 40


def odd(f):
    """f(√z) / √z = 1 + z · p(z): p, and how much p's error weighs in the whole."""

    def p(z):
        x = sqrt(z)
        return (f(x) / x - 1) / z

    return p, lambda z: z * sqrt(z) / f(sqrt(z))


def inverse(w_of):
    """erfinv(x) ÷ x in v, of which w = −ln(1 − x²) is made."""

    def p(v):
        x = sqrt(1 - exp(-w_of(v)))
        return erfinv(x) / x if x else sqrt(pi) / 2

    return p, lambda v: 1 / p(v)


# name: p and the weight of its error, range, degree
FITS = {
    'sin': (*odd(sin), (0, (pi / 4) ** 2), 3),
    'cos': (lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, lambda z: z**2 / cos(sqrt(z)), (0, (pi / 4) ** 2), 2),
    'tan': (*odd(tan), (0, (pi / 4) ** 2), 6),
    'arcsin': (*odd(asin), (0, mpf(1) / 4), 5),
    'arctan': (*odd(atan), (0, tan(pi / 8) ** 2), 4),
    'sinh': (*odd(sinh), (0, 1), 3),
    'arcsinh': (*odd(asinh), (0, 1), 8),
    'arctanh': (*odd(atanh), (0, mpf(1) / 4), 5),
    'arccosh': (
        lambda t: (acosh(1 + t) / sqrt(2 * t) - 1) / t,
        lambda t: t * sqrt(2 * t) / acosh(1 + t),
        (0, 1),
        6,
    ),
    'gammaln from 1': (lambda t: loggamma(1 + t) / t, lambda t: t / loggamma(1 + t), (-0.25, 0.5), 9),
    'gammaln from 2': (lambda t: loggamma(2 + t) / t, lambda t: t / loggamma(2 + t), (-0.5, 0.5), 8),
    'gamma from 2': (lambda t: (gamma(2 + t) - 1) / t, lambda t: t / gamma(2 + t), (-0.5, 0.5), 9),
    'erfinv, w below 5': (*inverse(lambda v: v + 2.5), (-2.5, 2.5), 9),
    'erfinv, w from 5': (*inverse(lambda v: (v + 3) ** 2), (sqrt(5) - 3, 1.1), 10),
}


def fit(p, weight, span, degree, nodes=400, rounds=60):
    low, high = map(float, span)
    x = (low + high) / 2 + (high - low) / 2 * np.cos((np.arange(nodes) + 0.5) * np.pi / nodes)
    want = np.array([float(p(mpf(z))) for z in x])
    scale = np.array([float(weight(mpf(z))) for z in x])
    powers = np.vander(x, degree + 1, increasing=True)
    lawson = np.ones(nodes)
    best = (np.inf, None)
    for _ in range(rounds):
        root = np.sqrt(lawson) * scale
        c = np.linalg.lstsq(powers * root[:, None], want * root, rcond=None)[0]
        rounded = c.astype(np.float32).astype(np.float64)
        error = np.abs((powers @ c - want) * scale)
        if error.max() < best[0]:
            best = (error.max(), rounded, np.abs((powers @ rounded - want) * scale).max())
        lawson *= error
        lawson /= lawson.sum()
    return best


def main():
    for name in sys.argv[1:] or FITS:
        error, c, rounded = fit(*FITS[name])
        print(f'{name}: 2^{np.log2(error):.1f}, rounded 2^{np.log2(rounded):.1f}')
        print('  ' + ', '.join(str(np.float32(x)) for x in c))


if __name__ == '__main__':
    main()
