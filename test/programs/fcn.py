"""A fully convolutional network with a transposed convolution."""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    w1, b1, w2, b2, w3, b3, w4, b4 = weights
    X, Y = inputs["X"], inputs["Y"]

    def net():
        x = F.relu(F.conv2d(X, w1, b1, padding=1, stride=2))
        x = F.conv2d(F.relu(F.conv2d(x, w2, b2, padding=1, stride=2)), w3, b3)
        return F.conv_transpose2d(x, w4, b4, padding=2, stride=4)

    trainer = torch.optim.SGD(weights, lr=0.3, weight_decay=1e-3)
    for _ in range(4):
        trainer.zero_grad()
        loss = F.cross_entropy(net(), Y, reduction="none").mean((1, 2))
        loss.mean().backward()
        trainer.step()
        note(loss)
    note(net())
