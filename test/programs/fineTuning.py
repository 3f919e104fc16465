"""Fine-tuning: a new output that learns ten times as fast as the features."""
import torch
import torch.nn.functional as F
from normalization import batch_norm


def run(inputs, weights, note):
    w1, b1, *norm1, w2, b2 = weights[:8]
    norm2, (w, b) = weights[8:12], weights[12:]
    X, y = inputs["X"], inputs["y"]

    def net(training=True):
        x = F.relu(batch_norm(F.conv2d(X, w1, b1, padding=1), *norm1, training))
        x = F.relu(batch_norm(F.conv2d(x, w2, b2, padding=1, stride=2), *norm2, training))
        return F.linear(x.mean((2, 3)), w, b)

    groups = [{"params": weights[:12]}, {"params": [w, b], "lr": 0.1}]
    trainer = torch.optim.SGD(groups, lr=0.01, weight_decay=0.001)
    for _ in range(4):
        trainer.zero_grad()
        loss = F.cross_entropy(net(), y, reduction="none")
        loss.mean().backward()
        trainer.step()
        note(loss)
    note(net(False))
