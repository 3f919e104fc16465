"""Makes edges.json: what PyTorch and NumPy give at the edges: nothing to sum, windows at the border, histories.

Run as `python3 test/golden/edges.py`.
"""
import json
import os
import warnings

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
random = np.random.RandomState(11)


def quarters(*shape):
    return random.randint(-8, 9, shape).astype(np.float64) / 4


def plain(values):
    """A list of numbers, with NaN as null."""
    return [None if np.isnan(x) else float(f'{x:.12g}') for x in np.asarray(values, np.float64).reshape(-1)]


def reductions():
    """[kind, shape, axis, shape of the result, its values; or null where NumPy refuses]."""
    kinds = {'sum': np.sum, 'mean': np.mean, 'prod': np.prod, 'max': np.max, 'min': np.min}
    kinds |= {'argmax': np.argmax, 'argmin': np.argmin, 'norm': lambda x, axis: np.sqrt(np.sum(x * x, axis=axis))}
    table = []
    for kind, reduce in kinds.items():
        for shape in ([0], [2, 0], [0, 3], [2, 0, 3], [0, 0]):
            for axis in (None, *range(len(shape))):
                try:
                    result = np.asarray(reduce(np.zeros(shape), axis=axis))
                    table.append([kind, shape, axis, list(result.shape), plain(result)])
                except ValueError:
                    table.append([kind, shape, axis, None, None])
    return table


def dots():
    """[shape of a, of b, of the product, whose elements are all zeros]."""
    pairs = [([3, 0], [0, 4]), ([0], [0]), ([0], [0, 3]), ([2, 0], [0]), ([0, 3], [3, 4]), ([2, 3], [3, 0])]
    pairs += [([2, 3, 0], [0, 4, 5]), ([2, 0, 3], [3, 4]), ([0, 0], [0, 0]), ([2, 3], [3, 0, 4])]
    products = [np.tensordot(np.ones(a), np.ones(b), axes=1) for a, b in pairs]
    assert not any(product.any() for product in products)
    return [[a, b, list(product.shape)] for (a, b), product in zip(pairs, products)]


def pooled_sizes():
    """[size, kernel, stride, padding, number of windows when rounded up] wherever PyTorch pools."""
    table = []
    for size in range(1, 8):
        for kernel in range(1, 6):
            for stride in range(1, 6):
                for padding in range(kernel // 2 + 1):
                    if kernel > size + 2 * padding:
                        continue
                    pooled = F.max_pool1d(torch.zeros(1, 1, size), kernel, stride, padding, ceil_mode=True)
                    averaged = F.avg_pool1d(torch.zeros(1, 1, size), kernel, stride, padding, ceil_mode=True)
                    assert pooled.shape == averaged.shape
                    table.append([size, kernel, stride, padding, pooled.shape[2]])
    return table


class Sigmoid(torch.autograd.Function):
    """Saves its output, as a user's own function does."""

    @staticmethod
    def forward(ctx, x):
        y = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, dy):
        (y,) = ctx.saved_tensors
        return dy * y * (1 - y)


def second_derivatives():
    """At each x: the first, second and third derivative of the sigmoid, and the second of its square."""
    rows = []
    for value in (0.3, -1.0, 2.0, 0.0):
        x = torch.tensor(value, requires_grad=True)
        derivatives, y = [], Sigmoid.apply(x)
        for _ in range(3):
            (y,) = torch.autograd.grad(y, x, create_graph=True)
            derivatives.append(y.item())
        (slope,) = torch.autograd.grad(Sigmoid.apply(x) ** 2, x, create_graph=True)
        rows.append([value, *plain(derivatives), *plain([torch.autograd.grad(slope, x)[0].item()])])
    return rows


def running_statistics(steps=4, rate=0.125):
    """A normalisation whose running mean is written in forward, before a dense layer, trained by SGD."""
    x, weight = quarters(4, 2), quarters(1, 2)
    gamma, w = (torch.tensor(values, requires_grad=True) for values in (np.ones(2), weight))
    mean = torch.zeros(2)
    for _ in range(steps):
        batch = torch.tensor(x)
        loss = ((batch - batch.mean(0)) * gamma @ w.T).square().sum()
        mean = 0.5 * mean + 0.5 * batch.mean(0)
        loss.backward()
        with torch.no_grad():
            for parameter in (gamma, w):
                parameter -= rate * parameter.grad / 64
                parameter.grad = None
    return {'x': x.tolist(), 'weight': weight.tolist(), 'steps': steps, 'rate': rate,
            'gamma': plain(gamma.detach()), 'trained': plain(w.detach()), 'mean': plain(mean)}


def moving_average(steps=20, rate=0.125):
    """A loss that a moving average enters, which is kept from step to step and is a constant in the next."""
    start = quarters(3)
    w, average = torch.tensor(start, requires_grad=True), torch.zeros(())
    for _ in range(steps):
        mean = (w * w).mean()
        average = 0.25 * mean + 0.75 * average.detach()
        (mean - average + w.sum() / 4).square().backward()
        with torch.no_grad():
            w -= rate * w.grad
            w.grad = None
    return {'start': plain(start), 'steps': steps, 'rate': rate,
            'trained': plain(w.detach()), 'average': average.item()}


def main():
    warnings.simplefilter('ignore')
    made = {'torch': torch.__version__, 'numpy': np.__version__}
    tables = [reductions, dots, pooled_sizes, second_derivatives, running_statistics, moving_average]
    sections = {table.__name__: table() for table in tables}
    lines = [f'{json.dumps(key)}: {json.dumps(value)}' for key, value in ({'made with': made} | sections).items()]
    with open(os.path.join(os.path.dirname(__file__), 'edges.json'), 'w') as file:
        file.write('{\n' + ',\n'.join(lines) + '\n}\n')


main()
