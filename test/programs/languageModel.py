"""A character model over a recurrent layer, whose gates PyTorch and MXNet have in one order."""
import torch
import torch.nn.functional as F


def train(layer, inputs, weights, note, vocabulary=30):
    """Trains a model over the layer, a module, whose parameters the weights stand in for."""
    names = [name for name, _ in layer.named_parameters()]
    own, (w, b) = dict(zip(names, weights)), weights[len(names) :]
    trainer = torch.optim.SGD(weights, lr=1)
    state = None
    for step in range(3):
        X, Y = inputs[f"X{step}"], inputs[f"Y{step}"]
        x = F.one_hot(X.T, vocabulary).to(w.dtype)
        given = (x,) if state is None else (x, state)
        output, state = torch.func.functional_call(layer, own, given)
        loss = F.cross_entropy(F.linear(output.flatten(0, 1), w, b), Y.T.flatten())
        trainer.zero_grad()
        loss.backward()
        trainer.step()
        note(loss)
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
    for one in state if isinstance(state, tuple) else (state,):
        note(one)
