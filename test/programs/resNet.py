"""ResNet-18."""
import torch.nn.functional as F
from classification import classify
from normalization import batch_norm


def run(inputs, weights, note):
    def net(x, training=True):
        rest = iter(weights)

        def take(count):
            return [next(rest) for _ in range(count)]

        def residual(x, halves):
            stride = 2 if halves else 1
            first, second = take(2), take(2)
            third = take(2) if halves else None
            norm1, norm2 = take(4), take(4)
            y = F.relu(batch_norm(F.conv2d(x, *first, stride=stride, padding=1), *norm1, training))
            y = batch_norm(F.conv2d(y, *second, padding=1), *norm2, training)
            return F.relu(y + (F.conv2d(x, *third, stride=stride) if third else x))

        x = F.relu(batch_norm(F.conv2d(x, *take(2), stride=2, padding=3), *take(4), training))
        x = F.max_pool2d(x, 3, 2, 1)
        for halves in (False, False, True, False, True, False, True, False):
            x = residual(x, halves)
        return F.linear(x.mean((2, 3)), *take(2))

    classify(net, inputs, weights, note, lr=0.05, steps=2, modes=True)
