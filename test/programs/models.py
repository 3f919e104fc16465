"""One training step of a network of the zoo, as modelStep.ts has it.

With a seed, the results of all convolutions are off by random numbers, as large as what rounding leaves of them.
"""
import os
import sys

import torch
import torch.nn.functional as F

sys.path.append(os.path.join(os.path.dirname(__file__), "../../bench/peers"))
import zoo  # noqa: E402


# What Winograd's convolutions are off by, relative to the RMS of their results (docs/engines.md).
ROUNDING = 3e-6


def rounded(_module, _inputs, result):
    """The result of a convolution, off by what rounding may leave."""
    with torch.no_grad():
        noise = torch.randn_like(result) * result.square().mean().sqrt() * ROUNDING
    return result + noise


def some(gradient):
    """At most 64 elements, evenly spaced."""
    flat = gradient.flatten()
    count = min(64, len(flat))
    return flat[[i * len(flat) // count for i in range(count)]]


def run(inputs, weights, note, name, seed=None):
    X, y = inputs["X"], inputs["y"]
    net = zoo.build(name, X.shape[1], 10, X.shape[2]).to(X.dtype)
    zoo.load(net, [weight.detach() for weight in weights])
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0
        if seed and isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(rounded)
    torch.manual_seed(int(seed or 0))
    with torch.no_grad():
        note(net.eval()(X))
    output = net.train()(X)
    loss = F.cross_entropy(output, y, reduction="none")
    loss.sum().backward()
    note(output)
    note(loss)
    for parameter in net.parameters():
        if parameter.requires_grad:
            note(some(parameter.grad))
