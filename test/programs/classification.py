"""A few training steps of a classifier, as classification.ts has them."""
import torch
import torch.nn.functional as F


def classify(net, inputs, weights, note, lr, steps):
    """Trains net(X) by SGD and notes its losses and a prediction."""
    X, y = inputs["X"], inputs["y"]
    trainer = torch.optim.SGD(weights, lr=lr)
    for _ in range(steps):
        trainer.zero_grad()
        loss = F.cross_entropy(net(X), y, reduction="none")
        loss.mean().backward()
        trainer.step()
        note(loss)
    note(net(X))
