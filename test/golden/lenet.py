"""Makes lenet.json: PyTorch's first hundred losses of LeNet from MXNet's weights at seed 0, and ten seeds trained.

Run as `python3 test/golden/lenet.py` for the losses (a minute) and with `--seeds 10` for the ten runs of three epochs
(several minutes on one core); each run of the script keeps the other half of the file. LeNet here is 6@5×5, max-pool 2,
16@5×5, max-pool 2, dense 120, 84, 10, with ReLU between, on 28×28 pixels without padding: sides 24, 12, 8, 4. Batches
of 256, SGD at 0.1, a step is w −= 0.1 · gradient of the sum / 256, so the last batch of an epoch, 96 images, counts for
less, as in Gluon's `step(batch_size)`. A loss is the mean over its batch.

`losses` has the first hundred batches of the whole training set in the order of its files, in five runs: both layouts
of float32 on one and on two threads, and float64. They agree to 1e-7 for about ten steps at rate 0.1 and then part:
one ReLU or maximum decided otherwise, and training amplifies it. So `spread` gives for each step the largest
difference between two of the runs in any step so far, and `largestDifference` its end. On one thread the two layouts
take the same path here and give the same bits. At rate 0.02, `calmLosses`, they part after forty steps.

`seeds` has test accuracies on the whole set, weights
and order from the seed: bars that ask for more than this spread cannot be met by PyTorch itself.
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

import fashion
import mxnet
from probe import norm, rounded

BATCH, RATE, EPOCHS = 256, 0.1, 3
SHAPES = {
    'conv0': (6, 1, 5, 5),
    'conv1': (16, 6, 5, 5),
    'dense0': (120, 256),
    'dense1': (84, 120),
    'dense2': (10, 84),
}
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lenet.json')


def forward(w, x):
    for name in ('conv0', 'conv1'):
        x = F.max_pool2d(F.relu(F.conv2d(x, w[f'{name}_weight'], w[f'{name}_bias'])), 2)
    x = x.reshape(x.shape[0], -1)
    for name in ('dense0', 'dense1'):
        x = F.relu(F.linear(x, w[f'{name}_weight'], w[f'{name}_bias']))
    return F.linear(x, w['dense2_weight'], w['dense2_bias'])


def parameters(draw, dtype, layout):
    """Weights by `draw(shape)` in the order of the layers, biases zero."""
    found = {}
    for name, shape in SHAPES.items():
        found[f'{name}_weight'] = arranged(torch.as_tensor(draw(shape), dtype=dtype), layout).requires_grad_()
        found[f'{name}_bias'] = torch.zeros(shape[0], dtype=dtype, requires_grad=True)
    return found


def arranged(tensor, layout):
    return tensor.contiguous(memory_format=layout) if tensor.dim() == 4 else tensor


def step(w, x, labels, rate=RATE):
    """One step of SGD; returns the mean loss before it."""
    losses = F.cross_entropy(forward(w, x), labels, reduction='none')
    for tensor, gradient in zip(w.values(), torch.autograd.grad(losses.sum(), list(w.values()))):
        tensor.data -= rate * (gradient / BATCH)
    return losses.detach().double().mean().item()


def first_losses(rate, dtype, layout, threads):
    torch.set_num_threads(threads)
    images, labels = fashion.load(fashion.WHOLE, 'train', 100 * BATCH)
    x, labels = arranged(torch.tensor(fashion.pixels(images), dtype=dtype), layout), torch.tensor(labels)
    w = parameters(mxnet.Generator(0).xavier, dtype, layout)
    return [step(w, x[i : i + BATCH], labels[i : i + BATCH], rate) for i in range(0, 100 * BATCH, BATCH)]


def compared(rate):
    """The first hundred losses of the five runs."""
    plain, last = torch.contiguous_format, torch.channels_last
    runs = {
        'nchw-1': first_losses(rate, torch.float32, plain, 1),
        'nchw-2': first_losses(rate, torch.float32, plain, 2),
        'channels_last-1': first_losses(rate, torch.float32, last, 1),
        'channels_last-2': first_losses(rate, torch.float32, last, 2),
        'float64': first_losses(rate, torch.float64, plain, 1),
    }
    torch.set_num_threads(1)
    spread = np.maximum.accumulate(np.ptp(list(runs.values()), axis=0))
    return {
        'learningRate': rate,
        **{name: [rounded(x, 10) for x in run] for name, run in runs.items()},
        'spread': [rounded(x, 3) for x in spread],
        'largestDifference': rounded(spread[-1], 3),
    }


def trained(seed, train, test):
    """Test accuracy after three epochs, PyTorch's own Xavier draws and NumPy's shuffling from one seed."""
    torch.manual_seed(seed)
    order = np.random.RandomState(seed)
    draw = lambda shape: torch.nn.init.xavier_uniform_(torch.empty(shape))
    w = parameters(draw, torch.float32, torch.contiguous_format)
    for _ in range(EPOCHS):
        shuffled = torch.from_numpy(order.permutation(len(train[1])))
        for part in shuffled.split(BATCH):
            step(w, train[0][part], train[1][part])
    with torch.no_grad():
        return (forward(w, test[0]).argmax(1) == test[1]).double().mean().item()


def ten_seeds(count):
    sets = [fashion.load(fashion.WHOLE, part) for part in ('train', 't10k')]
    train, test = [(torch.tensor(fashion.pixels(images)), torch.tensor(labels)) for images, labels in sets]
    accuracies = [trained(seed, train, test) for seed in range(count)]
    mean, deviation = float(np.mean(accuracies)), float(np.std(accuracies, ddof=1))
    return {
        'epochs': EPOCHS,
        'testAccuracy': [rounded(x, 6) for x in accuracies],
        'mean': rounded(mean, 5),
        'standardDeviation': rounded(deviation, 4),
        'worst': rounded(min(accuracies), 6),
    }


def first_weights():
    generator = mxnet.Generator(0)
    drawn = {f'{name}_weight': generator.xavier(shape) for name, shape in SHAPES.items()}
    return {
        name: {'shape': list(w.shape), 'norm': rounded(norm(w), 10), 'first': [float(str(x)) for x in w.reshape(-1)[:4]]}
        for name, w in drawn.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--seeds', type=int, help='number of seeds to train for three epochs instead')
    options = parser.parse_args()
    torch.set_num_threads(1)
    golden = json.load(open(FILE)) if os.path.exists(FILE) else {}
    golden.update({'madeBy': 'test/golden/lenet.py', 'torch': torch.__version__, 'batch': BATCH, 'learningRate': RATE})
    if options.seeds:
        golden['seeds'] = ten_seeds(options.seeds)
    else:
        golden.update({'weights': first_weights(), 'losses': compared(RATE), 'calmLosses': compared(0.02)})
    with open(FILE, 'w') as file:
        json.dump(golden, file, separators=(',', ':'))
        file.write('\n')


if __name__ == '__main__':
    main()
