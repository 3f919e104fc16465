"""LeNet with batch normalisation, whose moving averages start at 0 and keep nine tenths."""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    c1, d1, g1, e1, c2, d2, g2, e2, w3, b3, g3, e3, w4, b4, g4, e4, w5, b5 = weights
    X, y = inputs["X"], inputs["y"]
    scales = [g1, g2, g3, g4]
    moving = [[torch.zeros_like(g), torch.zeros_like(g)] for g in scales]

    def norm(x, gamma, beta, state, training):
        axes = (0, 2, 3) if x.dim() == 4 else (0,)
        if not training:
            return gamma * (x - state[0]) / torch.sqrt(state[1] + 1e-5) + beta
        mean = x.mean(axes, keepdim=True)
        var = x.var(axes, unbiased=False, keepdim=True)
        state[0] = 0.9 * state[0] + 0.1 * mean.detach()
        state[1] = 0.9 * state[1] + 0.1 * var.detach()
        return gamma * (x - mean) / torch.sqrt(var + 1e-5) + beta

    def net(x, training):
        x = torch.sigmoid(norm(F.conv2d(x, c1, d1), g1, e1, moving[0], training))
        x = F.max_pool2d(x, 2, 2)
        x = torch.sigmoid(norm(F.conv2d(x, c2, d2), g2, e2, moving[1], training))
        x = F.max_pool2d(x, 2, 2).flatten(1)
        x = torch.sigmoid(norm(F.linear(x, w3, b3), g3, e3, moving[2], training))
        x = torch.sigmoid(norm(F.linear(x, w4, b4), g4, e4, moving[3], training))
        return F.linear(x, w5, b5)

    trainer = torch.optim.SGD(weights, lr=0.2)
    for _ in range(4):
        trainer.zero_grad()
        loss = F.cross_entropy(net(X, True), y, reduction="none")
        loss.mean().backward()
        trainer.step()
        note(loss)
    note(g1)
    note(e1)
    note(moving[0][0])
    note(net(X, False))
