"""The skip-gram model with negative sampling."""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    V, U = weights
    mask, label = inputs["mask"].to(V.dtype), inputs["label"].to(V.dtype)
    trainer = torch.optim.SGD(weights, lr=0.5)
    for _ in range(4):
        trainer.zero_grad()
        pred = (F.embedding(inputs["center"], V) @ F.embedding(inputs["context"], U).transpose(1, 2))[:, 0]
        losses = F.binary_cross_entropy_with_logits(pred, label, reduction="none") * mask
        loss = losses.mean(1) * 8 / (mask.sum(1) + 1)
        loss.mean().backward()
        trainer.step()
        note(loss)
    note(V)
