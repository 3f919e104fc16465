"""A variational autoencoder with a reparametrised sample."""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    w1, b1, w2, b2, w3, b3, w4, b4 = weights
    x, eps = inputs["x"], inputs["eps"]

    def net():
        mu, lv = F.linear(torch.tanh(F.linear(x, w1, b1)), w2, b2).chunk(2, 1)
        z = mu + torch.exp(0.5 * lv) * eps
        y = torch.sigmoid(F.linear(torch.tanh(F.linear(z, w3, b3)), w4, b4))
        kl = -0.5 * (1 + lv - mu**2 - torch.exp(lv)).sum(1)
        likelihood = (x * torch.log(y + 1e-10) + (1 - x) * torch.log(1 - y + 1e-10)).sum(1)
        return kl - likelihood, y

    trainer = torch.optim.SGD(weights, lr=0.02, momentum=0.9)
    for _ in range(5):
        trainer.zero_grad()
        loss = net()[0]
        loss.mean().backward()
        trainer.step()
        note(loss)
    note(net()[1])
