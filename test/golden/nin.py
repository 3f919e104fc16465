"""Makes nin-exact.json, nin.json and nin-smooth.json: PyTorch's losses, gradients and updates of NiN from MXNet's weights at seed 0.

Run as `python3 test/golden/nin.py [nin-exact|nin|nin-smooth]` where PyTorch, NumPy and OpenCV are installed (ten minutes). NiN is
the tutorial's, with ReLU after every convolution and dropout left out. Batches are the first images of the embedded
training set, sixteen at a time, in order. A loss is the mean over its batch; a gradient is that of the *sum* over the
batch, as Gluon keeps it; a step is w −= learning rate · gradient / 16. An update is the weights after the last step
minus those before the first. How dots measure a distance stands in probe.py.

nin-exact.json: thirty steps in float64 of NiN with an eighth of the channels at 67, float32 weights and pixels widened.
`tutorial` has Xavier and rate 0.2, and there every class map is dead from the fourth step on: the loss is ln 10 and all
gradients are zero. So `alive` has Xavier of magnitude 9 and rate 0.05, where the loss moves through all thirty steps.

nin.json: the whole NiN at 112. `oneStep` has the gradients of the first step in float64, and how far PyTorch's float32
is from them in two layouts; one ReLU that switches at 3e-10 moves a gradient by 3e-4, so `flips` counts the ReLUs and
the maxima that PyTorch's float32 decides otherwise. `thirtySteps` has four float32 runs at rate 0.2: the first one's
updates, and the largest distance between two of the four, relative to the first one's norm.

nin-smooth.json: the same with tanh for ReLU and the mean for the maximum of a pool, where nothing switches: all that is
left of a distance is rounding.
"""
import json
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

import fashion
import mxnet
from probe import distance, norm, rounded, summary

BATCH, STEPS = 16, 30
# (channels, kernel, stride, padding, whether a max-pool of 3 with stride 2 follows)
BLOCKS = [(96, 11, 4, 0, True), (256, 5, 1, 2, True), (384, 3, 1, 1, True), (10, 3, 1, 1, False)]


def layers(divisor):
    """Each convolution as (output channels, input channels, kernel, stride, padding, whether pooled after)."""
    found, before = [], 1
    for channels, kernel, stride, padding, pooled in BLOCKS:
        width = channels if channels == 10 else channels // divisor
        found += [(width, before, kernel, stride, padding, False), (width, width, 1, 1, 0, False)]
        found += [(width, width, 1, 1, 0, pooled)]
        before = width
    return found


def weights(divisor, magnitude=3):
    """conv0_weight, conv0_bias, … as float32 arrays."""
    generator, found = mxnet.Generator(0), {}
    for i, (channels, before, kernel, *_) in enumerate(layers(divisor)):
        found[f'conv{i}_weight'] = generator.xavier((channels, before, kernel, kernel), magnitude)
        found[f'conv{i}_bias'] = np.zeros(channels, np.float32)
    return found


class NiN:
    """The network as a function of its parameters, in one dtype and memory layout."""

    def __init__(self, divisor, dtype, layout=torch.contiguous_format, magnitude=3, smooth=False):
        self.layers, self.layout, self.dtype, self.smooth = layers(divisor), layout, dtype, smooth
        found = weights(divisor, magnitude)
        self.parameters = {name: self.tensor(w).requires_grad_() for name, w in found.items()}
        self.decisions = []

    def tensor(self, array):
        tensor = torch.tensor(array, dtype=self.dtype)
        return tensor.contiguous(memory_format=self.layout) if tensor.dim() == 4 else tensor

    def losses(self, x, labels):
        x, self.decisions = self.tensor(x), []
        for i, (_, _, _, stride, padding, pooled) in enumerate(self.layers):
            weight, bias = self.parameters[f'conv{i}_weight'], self.parameters[f'conv{i}_bias']
            x = F.conv2d(x, weight, bias, stride=stride, padding=padding)
            if self.smooth:
                x = torch.tanh(x)
                x = F.avg_pool2d(x, 3, 2) if pooled else x
                continue
            x = F.relu(x)
            self.decisions.append((x > 0).numpy())
            if pooled:
                x, index = F.max_pool2d(x, 3, 2, return_indices=True)
                self.decisions.append(index.numpy())
        return F.cross_entropy(x.mean((2, 3)), torch.tensor(labels), reduction='none')

    def backward(self, x, labels):
        """Leaves the gradients of the summed loss and returns its mean."""
        for parameter in self.parameters.values():
            parameter.grad = None
        losses = self.losses(x, labels)
        losses.sum().backward()
        return losses.detach().double().mean().item()

    def step(self, rate):
        with torch.no_grad():
            for parameter in self.parameters.values():
                parameter -= rate * (parameter.grad / BATCH)

    def values(self):
        return {name: parameter.detach().double().numpy().copy() for name, parameter in self.parameters.items()}

    def gradients(self):
        return {name: parameter.grad.double().numpy().copy() for name, parameter in self.parameters.items()}


def train(net, images, labels, rate):
    """Thirty steps: the losses before each, and the updates."""
    before, losses = net.values(), []
    for i in range(STEPS):
        batch = slice(i * BATCH, (i + 1) * BATCH)
        losses.append(net.backward(images[batch], labels[batch]))
        net.step(rate)
    after = net.values()
    return losses, {name: after[name] - before[name] for name in after}


def inputs(size):
    """The 480 images and labels, and what identifies them."""
    images, labels = fashion.load(fashion.SUBSET, 'train', STEPS * BATCH)
    images = fashion.resized(images, size)
    return fashion.pixels(images), labels, {'size': size, 'sha256': fashion.digest(images)}


def exact(magnitude, rate, images, labels):
    """Thirty steps in float64 of an eighth of the channels."""
    net = NiN(8, torch.float64, magnitude=magnitude)
    losses, updates = train(net, images, labels, rate)
    return {
        'magnitude': magnitude,
        'learningRate': rate,
        'losses': losses,
        'updates': {name: summary(update, 13) for name, update in updates.items()},
    }


def one_step(images, labels, smooth=False):
    """The gradients of the first step, and PyTorch's own distance in float32."""
    torch.set_num_threads(1)
    images, labels = images[:BATCH], labels[:BATCH]
    net = NiN(1, torch.float64, smooth=smooth)
    loss, golden, own, flips = net.backward(images, labels), net.gradients(), {}, {}
    for name, layout in LAYOUTS.items():
        single = NiN(1, torch.float32, layout, smooth=smooth)
        single.backward(images, labels)
        own[name] = {key: distance(value, golden[key]) for key, value in single.gradients().items()}
        flips[name] = sum(int((a != b).sum()) for a, b in zip(single.decisions, net.decisions))
    return {
        'loss': loss,
        'flips': flips,
        'gradients': {
            key: {**summary(value, 11), 'float32': {name: own[name][key] for name in own}}
            for key, value in golden.items()
        },
    }


LAYOUTS = {'nchw': torch.contiguous_format, 'channels_last': torch.channels_last}
RUNS = [(layout, threads) for layout in LAYOUTS for threads in (1, 2)]


def thirty_steps(images, labels, smooth=False):
    """Four runs of thirty steps in float32; the first is the reference, distances are relative to its updates."""
    runs = []
    for layout, threads in RUNS:
        torch.set_num_threads(threads)
        runs.append(train(NiN(1, torch.float32, LAYOUTS[layout], smooth=smooth), images, labels, 0.2))
    torch.set_num_threads(1)
    pairs = [(a, b) for b in range(len(runs)) for a in range(b)]
    return {
        'runs': [{'layout': layout, 'threads': threads} for layout, threads in RUNS],
        'losses': [losses for losses, _ in runs],
        'updates': {
            key: {**summary(reference, 9), **spread([run[key] for _, run in runs], pairs)}
            for key, reference in runs[0][1].items()
        },
    }


def spread(arrays, pairs):
    """The largest distance among the pairs, relative to the first array."""
    scale = norm(arrays[0])
    return {'largestDistance': rounded(max(norm(arrays[a] - arrays[b]) for a, b in pairs) / scale, 4)}


def first_weights(divisor):
    """What pins the generator: the norm and the first four values of each weight."""
    found = weights(divisor).items()
    return {
        name: {'shape': list(w.shape), 'norm': rounded(norm(w), 10), 'first': [float(str(x)) for x in w.reshape(-1)[:4]]}
        for name, w in found
        if name.endswith('weight')
    }


def nin_exact():
    images, labels, about = inputs(67)
    return {
        'images': about,
        'channels': [12, 32, 48, 10],
        'tutorial': exact(3, 0.2, images, labels),
        'alive': exact(9, 0.05, images, labels),
    }


def nin():
    images, labels, about = inputs(112)
    return {
        'images': about,
        'weights': first_weights(1),
        'oneStep': one_step(images, labels),
        'thirtySteps': thirty_steps(images, labels),
    }


def nin_smooth():
    images, labels, about = inputs(112)
    return {
        'images': about,
        'oneStep': one_step(images, labels, smooth=True),
        'thirtySteps': thirty_steps(images, labels, smooth=True),
    }


def main():
    mxnet.verify()
    makers = {'nin-exact': nin_exact, 'nin': nin, 'nin-smooth': nin_smooth}
    for name in sys.argv[1:] or makers:
        golden = {'madeBy': 'test/golden/nin.py', 'torch': torch.__version__, 'batch': BATCH, **makers[name]()}
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), f'{name}.json'), 'w') as file:
            json.dump(golden, file, separators=(',', ':'))
            file.write('\n')


if __name__ == '__main__':
    main()
