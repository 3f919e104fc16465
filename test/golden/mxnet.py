"""MXNet's CPU generator in NumPy: 1024 MT19937 engines, uniform floats, and the Xavier weights drawn from them."""
import math

import numpy as np

ENGINES = 1024


def seeded(seed):
    """The 624 words of `init_genrand(seed)` for an array of seeds, shape (len(seed), 624)."""
    state = np.zeros((len(seed), 624), dtype=np.uint32)
    state[:, 0] = seed
    for i in range(1, 624):
        before = state[:, i - 1]
        state[:, i] = np.uint32(1812433253) * (before ^ (before >> np.uint32(30))) + np.uint32(i)
    return state


def twisted(state):
    """The next 624 words of every engine before tempering."""
    state = state.copy()
    for i in range(624):
        high, low = state[:, i] & np.uint32(0x80000000), state[:, (i + 1) % 624] & np.uint32(0x7FFFFFFF)
        y = high | low
        odd = np.where(y & np.uint32(1), np.uint32(0x9908B0DF), np.uint32(0))
        state[:, i] = state[:, (i + 397) % 624] ^ (y >> np.uint32(1)) ^ odd
    return state


def tempered(words):
    words = words ^ (words >> np.uint32(11))
    words = words ^ ((words << np.uint32(7)) & np.uint32(0x9D2C5680))
    words = words ^ ((words << np.uint32(15)) & np.uint32(0xEFC60000))
    return words ^ (words >> np.uint32(18))


class Generator:
    """Engine j starts at seed · 127 + j; n elements are split over min(ceil(n / 64), 1024) engines in equal runs."""

    def __init__(self, seed=0):
        self.state = seeded((np.arange(ENGINES, dtype=np.uint64) + np.uint64(seed * 127)).astype(np.uint32))
        self.drawn = np.full(ENGINES, 624)  # words already used of each engine's block

    def words(self, engine, count):
        """The next `count` raw words of one engine."""
        out = []
        while count > 0:
            if self.drawn[engine] == 624:
                self.state[engine] = twisted(self.state[engine : engine + 1])[0]
                self.drawn[engine] = 0
            start = self.drawn[engine]
            take = min(count, 624 - start)
            out.append(tempered(self.state[engine, start : start + take]))
            self.drawn[engine] += take
            count -= take
        return np.concatenate(out)

    def uniform(self, low, high, shape):
        """float32(low + float32(float32(high − low) · u)) with u = float32(float32(word) / 2³²), below 1."""
        n = math.prod(shape)
        engines = min(-(-n // 64), ENGINES)
        step = -(-n // engines)
        lengths = [min((t + 1) * step, n) - min(t * step, n) for t in range(engines)]
        words = np.concatenate([self.words(t, length) for t, length in enumerate(lengths) if length > 0])
        u = words.astype(np.float32) / np.float32(2**32)
        u = np.minimum(u, np.float32(1 - 2**-24))
        low, high = np.float32(low), np.float32(high)
        return (low + (high - low) * u).reshape(shape)

    def xavier(self, shape, magnitude=3):
        """Xavier, uniform and avg: in ±√(magnitude / ((fan in + fan out) / 2))."""
        area = math.prod(shape[2:])
        scale = math.sqrt(magnitude / ((shape[1] * area + shape[0] * area) / 2))
        return self.uniform(-scale, scale, shape)


def verify():
    """Checks MXNet's published printouts at seed 0, to their last digit."""
    assert close(Generator(0).uniform(0, 1, (4,)), [0.5488135, 0.5928446, 0.71518934, 0.84426576])
    generator = Generator(0)
    generator.uniform(0, 1, (2, 20))
    dense = generator.uniform(-0.07, 0.07, (256, 20))
    assert close(dense[0, :3], [0.06700657, -0.00369488, 0.0418822])
    assert close(dense[255, :3], [0.00297424, -0.0281784, -0.06881659])
    assert close(dense[255, -2:], [0.00457048, 0.05696651])


def close(found, printed):
    return np.allclose(found, printed, rtol=5e-8, atol=6e-9)
