"""VGG-11 with a quarter of the channels."""
import torch.nn.functional as F
from classification import classify


def run(inputs, weights, note):
    pairs = list(zip(weights[::2], weights[1::2]))

    def net(x):
        layers = iter(pairs)
        for convs in (1, 1, 2, 2, 2):
            for _ in range(convs):
                x = F.relu(F.conv2d(x, *next(layers), padding=1))
            x = F.max_pool2d(x, 2, 2)
        x = F.relu(F.linear(x.flatten(1), *next(layers)))
        x = F.relu(F.linear(x, *next(layers)))
        return F.linear(x, *next(layers))

    classify(net, inputs, weights, note, lr=0.05, steps=2)
