"""GoogLeNet."""
import torch
import torch.nn.functional as F
from classification import classify


def run(inputs, weights, note):
    pairs = list(zip(weights[::2], weights[1::2]))

    def net(x):
        layers = iter(pairs)

        def conv(x, **options):
            return F.relu(F.conv2d(x, *next(layers), **options))

        def inception(x):
            p1 = conv(x)
            p2 = conv(conv(x), padding=1)
            p3 = conv(conv(x), padding=2)
            p4 = conv(F.max_pool2d(x, 3, 1, 1))
            return torch.cat((p1, p2, p3, p4), 1)

        def halved(x):
            return F.max_pool2d(x, 3, 2, 1)

        x = halved(conv(x, stride=2, padding=3))
        x = halved(conv(conv(x), padding=1))
        x = halved(inception(inception(x)))
        for _ in range(5):
            x = inception(x)
        x = inception(inception(halved(x)))
        return F.linear(x.mean((2, 3)), *next(layers))

    classify(net, inputs, weights, note, lr=0.1, steps=2)
