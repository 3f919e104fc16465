"""An encoder and a decoder with attention."""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    embed1, *encoder = weights[:9]
    embed2, attention1, attention2, *decoder = weights[9:20]
    out_weight, out_bias = weights[20:]
    X, Y, mask = inputs["X"], inputs["Y"], inputs["mask"].to(embed1.dtype)

    def batch_loss():
        zeros = torch.zeros(2, 3, 10, dtype=embed1.dtype)
        encoded, state = torch.gru(F.embedding(X.T, embed1), zeros, encoder, True, 2, 0.0, False, False, False)
        word = torch.zeros(3, dtype=torch.int64)
        loss = 0
        for t in range(5):
            both = torch.cat((encoded, state[-1].expand_as(encoded)), 2)
            scores = F.linear(torch.tanh(F.linear(both, attention1)), attention2)
            context = (torch.softmax(scores, 0) * encoded).sum(0)
            step = torch.cat((F.embedding(word, embed2), context), 1)
            output, state = torch.gru(step[None], state, decoder, True, 2, 0.0, False, False, False)
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
