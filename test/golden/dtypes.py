"""Makes dtypes.json: float16 and int8 as NumPy has them.

Run as `python3 test/golden/dtypes.py`. A checksum is zlib's CRC-32 of the bits, little-endian.
- `numbers`: of float32(h) for the bits h of 64 × 1024 float16s, 1024 to a checksum; those of NaN are left out.
- `halves`: of float16(x) for every float32 at, just below and just above a multiple of 2^12 units of its last place,
  where all middles of neighbouring float16s are; a checksum for each sign and exponent, NaN left out.
- `doubles`: [float64, bits of its float16], numbers that two roundings would lead elsewhere.
- `int8`: [function, a, b, results], of all that int8 holds by a stride.
- `text`: [dtype, values, what str prints].
"""
import json
import os
import warnings
import zlib

import numpy as np

warnings.simplefilter('ignore')


def numbers():
    bits = np.arange(65536, dtype=np.uint16)
    made = bits.view(np.float16).astype(np.float32)
    return [zlib.crc32(part[~np.isnan(part)].tobytes()) for part in made.reshape(64, 1024)]


def halves():
    sums = []
    places = np.arange(2048, dtype=np.int64)[:, None] * 4096 + np.array([-1, 0, 1])
    for top in range(512):
        bits = (np.int64(top) << 23) + places.reshape(-1)[1:]
        x = bits.astype(np.uint32).view(np.float32)
        sums.append(zlib.crc32(x[~np.isnan(x)].astype(np.float16).tobytes()))
    return sums


def doubles():
    middles = [1 + 2.0 ** -11, 2049.0, 65520.0, 2.0 ** -25, 3 * 2.0 ** -25, 1000.25]
    values = [m * (1 + k * 2.0 ** -40) for m in middles for k in (-1, 0, 1)]
    return [[x, int(np.float64(x).astype(np.float16).view(np.uint16))] for x in values]


def int8():
    ends = np.array([-128, -127, -100, -3, -1, 0, 1, 2, 7, 64, 100, 127], np.int8)
    a, b = [x.reshape(-1) for x in np.meshgrid(ends, ends)]
    two = {'add': np.add, 'subtract': np.subtract, 'multiply': np.multiply, 'maximum': np.maximum}
    two |= {'minimum': np.minimum, 'greater': np.greater}
    table = [[name, a.tolist(), b.tolist(), of(a, b).astype(int).tolist()] for name, of in two.items()]
    one = {'negative': np.negative, 'abs': np.abs, 'square': np.square, 'sign': np.sign}
    return table + [[name, ends.tolist(), None, of(ends).tolist()] for name, of in one.items()]


def text():
    rows = [('float16', [0.1, 1 / 3, 65504, -2]), ('float16', [1e-7, 1]), ('float16', [np.inf, 1.5, -0.0])]
    rows += [('float16', [1, 2.5, 1000.5]), ('int8', [-128, 5, 127])]
    plain = lambda x: x if np.isfinite(x) else str(x)
    return [[dtype, [plain(x) for x in values], str(np.array(values, dtype))] for dtype, values in rows]


table = {'numbers': numbers(), 'halves': halves(), 'doubles': doubles(), 'int8': int8(), 'text': text()}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'dtypes.json'), 'w') as file:
    json.dump(table, file)
    file.write('\n')
