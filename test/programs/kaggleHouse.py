"""A linear model with weight decay by MXNet's Adam, which adds wd · w to the gradient and 1e-8 after the bias correction.

MXNet: w -= lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + eps); PyTorch's eps is therefore eps / sqrt(1 - b2^t).
"""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    w, b = weights
    features, labels = inputs["features"], inputs["labels"]
    states = [(torch.zeros_like(p), torch.zeros_like(p)) for p in weights]
    t = 0
    for _ in range(3):
        for first in range(0, 50, 16):
            X, y = features[first : first + 16], labels[first : first + 16]
            for p in weights:
                p.grad = None
            loss = ((F.linear(X, w, b) - y) ** 2 / 2).mean(1)
            loss.mean().backward()
            t += 1
            with torch.no_grad():
                for p, (m, v) in zip(weights, states):
                    g = p.grad + 0.1 * p
                    m.mul_(0.9).add_(0.1 * g)
                    v.mul_(0.999).add_(0.001 * g * g)
                    p -= 0.05 * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t) * m / (v.sqrt() + 1e-8)
        predicted = F.linear(features, w, b).clamp(min=1)
        note((2 * ((predicted.log() - labels.log()) ** 2 / 2).mean()).sqrt())
    note(F.linear(features, w, b))
