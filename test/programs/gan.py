"""A generative adversarial network that learns a plane."""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    g, gb, w1, b1, w2, b2, w3, b3 = weights
    data = inputs["data"]

    def net_d(x):
        x = torch.tanh(F.linear(torch.tanh(F.linear(x, w1, b1)), w2, b2))
        return F.linear(x, w3, b3)[:, 0]

    def entropy(y, label):
        return F.binary_cross_entropy_with_logits(y, torch.full_like(y, label), reduction="none")

    trainer_g = torch.optim.SGD([g, gb], lr=0.1, momentum=0.5)
    trainer_d = torch.optim.SGD([w1, b1, w2, b2, w3, b3], lr=0.1, momentum=0.5)
    for step in range(4):
        Z = inputs[f"Z{step}"]
        trainer_d.zero_grad()
        fake = F.linear(Z, g, gb).detach()
        loss = (entropy(net_d(data), 1.0) + entropy(net_d(fake), 0.0)) / 2
        loss.mean().backward()
        trainer_d.step()
        note(loss)
        trainer_g.zero_grad()
        loss = entropy(net_d(F.linear(Z, g, gb)), 1.0)
        loss.mean().backward()
        trainer_g.step()
        note(loss)
