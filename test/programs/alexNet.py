"""AlexNet."""
import torch.nn.functional as F
from classification import classify


def run(inputs, weights, note):
    w1, b1, w2, b2, w3, b3, w4, b4, w5, b5, w6, b6, w7, b7, w8, b8 = weights

    def net(x):
        x = F.max_pool2d(F.relu(F.conv2d(x, w1, b1, stride=4)), 3, 2)
        x = F.max_pool2d(F.relu(F.conv2d(x, w2, b2, padding=2)), 3, 2)
        x = F.relu(F.conv2d(x, w3, b3, padding=1))
        x = F.relu(F.conv2d(x, w4, b4, padding=1))
        x = F.max_pool2d(F.relu(F.conv2d(x, w5, b5, padding=1)), 3, 2)
        x = F.relu(F.linear(x.flatten(1), w6, b6))
        return F.linear(F.relu(F.linear(x, w7, b7)), w8, b8)

    classify(net, inputs, weights, note, lr=0.01, steps=2)
