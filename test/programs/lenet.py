"""LeNet with sigmoids, trained by SGD."""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    w1, b1, w2, b2, w3, b3, w4, b4, w5, b5 = weights
    X, y = inputs["X"], inputs["y"]

    def net(x):
        x = F.max_pool2d(torch.sigmoid(F.conv2d(x, w1, b1)), 2, 2)
        x = F.max_pool2d(torch.sigmoid(F.conv2d(x, w2, b2)), 2, 2)
        x = torch.sigmoid(F.linear(x.flatten(1), w3, b3))
        x = torch.sigmoid(F.linear(x, w4, b4))
        return F.linear(x, w5, b5)

    trainer = torch.optim.SGD(weights, lr=0.9)
    for _ in range(4):
        trainer.zero_grad()
        loss = F.cross_entropy(net(X), y, reduction="none")
        loss.mean().backward()
        trainer.step()
        note(loss)
    note(net(X))
