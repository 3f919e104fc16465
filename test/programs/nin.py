"""Network in Network."""
import torch.nn.functional as F
from classification import classify


def run(inputs, weights, note):
    pairs = list(zip(weights[::2], weights[1::2]))

    def net(x):
        layers = iter(pairs)
        for i, (stride, padding) in enumerate([(4, 0), (1, 2), (1, 1), (1, 1)]):
            x = F.relu(F.conv2d(x, *next(layers), stride=stride, padding=padding))
            x = F.relu(F.conv2d(x, *next(layers)))
            x = F.relu(F.conv2d(x, *next(layers)))
            if i < 3:
                x = F.max_pool2d(x, 3, 2)
        return x.mean((2, 3))

    classify(net, inputs, weights, note, lr=0.1, steps=2)
