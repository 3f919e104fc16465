"""The critic of a Wasserstein GAN with a gradient penalty."""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    w1, b1, w2, b2, w3, b3 = weights
    real, fake, share = inputs["real"], inputs["fake"], inputs["share"]

    def critic(x):
        x = torch.tanh(F.linear(x, w1, b1))
        return F.linear(F.softplus(F.linear(x, w2, b2)), w3, b3)

    trainer = torch.optim.SGD(weights, lr=0.05, momentum=0.5)
    between = (share * real + (1 - share) * fake).requires_grad_()
    for _ in range(4):
        trainer.zero_grad()
        (gradient,) = torch.autograd.grad(critic(between).sum(), [between], create_graph=True)
        norm = ((gradient**2).sum(1) + 1e-12).sqrt()
        loss = critic(fake).mean() - critic(real).mean() + 10 * ((norm - 1) ** 2).mean()
        loss.backward()
        trainer.step()
        note(loss)
    note(critic(real))
