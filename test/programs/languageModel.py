"""A character model over a recurrent layer, whose gates PyTorch and MXNet have in one order."""
import torch
import torch.nn.functional as F


def train(recurrence, layers, states, inputs, weights, note, vocabulary=30, hiddens=24):
    """Trains a model over torch.gru, torch.lstm or torch.rnn_tanh; each has 4 weights a layer."""
    own, (w, b) = weights[: 4 * layers], weights[4 * layers :]
    trainer = torch.optim.SGD(weights, lr=1)
    state = [torch.zeros(layers, 4, hiddens, dtype=w.dtype) for _ in range(states)]
    for step in range(3):
        X, Y = inputs[f"X{step}"], inputs[f"Y{step}"]
        x = F.one_hot(X.T, vocabulary).to(w.dtype)
        given = state if states > 1 else state[0]
        output, *state = recurrence(x, given, own, True, layers, 0.0, False, False, False)
        loss = F.cross_entropy(F.linear(output.flatten(0, 1), w, b), Y.T.flatten())
        trainer.zero_grad()
        loss.backward()
        trainer.step()
        note(loss)
        state = [s.detach() for s in state]
    for one in state:
        note(one)
