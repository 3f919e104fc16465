"""An encoder and a decoder with attention."""
import torch
import torch.nn.functional as F
from torch.func import functional_call


def run(inputs, weights, note):
    encoder, decoder = torch.nn.GRU(8, 10, 2), torch.nn.GRU(18, 10, 2)
    names = [name for name, _ in encoder.named_parameters()]
    rest = iter(weights)
    embed1 = next(rest)
    own1 = {name: next(rest) for name in names}
    embed2, attention1, attention2 = next(rest), next(rest), next(rest)
    own2 = {name: next(rest) for name in names}
    out_weight, out_bias = next(rest), next(rest)
    X, Y, mask = inputs["X"], inputs["Y"], inputs["mask"].to(embed1.dtype)

    def batch_loss():
        encoded, state = functional_call(encoder, own1, (F.embedding(X.T, embed1),))
        word = torch.zeros(3, dtype=torch.int64)
        loss = 0
        for t in range(5):
            both = torch.cat((encoded, state[-1].expand_as(encoded)), 2)
            scores = F.linear(torch.tanh(F.linear(both, attention1)), attention2)
            context = (torch.softmax(scores, 0) * encoded).sum(0)
            step = torch.cat((F.embedding(word, embed2), context), 1)
            output, state = functional_call(decoder, own2, (step[None], state))
            word = Y[:, t]
            losses = F.cross_entropy(F.linear(output[0], out_weight, out_bias), word, reduction="none")
            loss = loss + (mask[:, t] * losses).sum()
        return loss / mask.sum()

    trainer = torch.optim.SGD(weights, lr=0.5, momentum=0.9)
    for _ in range(4):
        trainer.zero_grad()
        loss = batch_loss()
        loss.backward()
        trainer.step()
        note(loss)
