"""LeNet with sigmoids."""
import torch
import torch.nn.functional as F
from classification import classify


def run(inputs, weights, note):
    w1, b1, w2, b2, w3, b3, w4, b4, w5, b5 = weights

    def net(x):
        x = F.max_pool2d(torch.sigmoid(F.conv2d(x, w1, b1)), 2, 2)
        x = F.max_pool2d(torch.sigmoid(F.conv2d(x, w2, b2)), 2, 2)
        x = torch.sigmoid(F.linear(x.flatten(1), w3, b3))
        x = torch.sigmoid(F.linear(x, w4, b4))
        return F.linear(x, w5, b5)

    classify(net, inputs, weights, note, lr=0.9, steps=4)
