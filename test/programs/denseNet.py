"""DenseNet."""
import torch
import torch.nn.functional as F
from classification import classify
from normalization import batch_norm


def run(inputs, weights, note):
    def net(x, training=True):
        rest = iter(weights)

        def take(count):
            return [next(rest) for _ in range(count)]

        def norm(x):
            return F.relu(batch_norm(x, *take(4), training))

        x = F.max_pool2d(norm(F.conv2d(x, *take(2), stride=2, padding=3)), 3, 2, 1)
        for block in range(4):
            for _ in range(4):
                x = torch.cat((x, F.conv2d(norm(x), *take(2), padding=1)), 1)
            if block < 3:
                x = F.avg_pool2d(F.conv2d(norm(x), *take(2)), 2)
        return F.linear(norm(x).mean((2, 3)), *take(2))

    classify(net, inputs, weights, note, lr=0.1, steps=2, modes=True)
