"""Model-agnostic meta-learning: gradients through an inner step."""
import torch


def run(inputs, weights, note):
    def model(x, params):
        w1, b1, w2, b2, w3, b3 = params
        return torch.tanh(torch.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3

    def error(x, y, params):
        return ((model(x, params) - y) ** 2).mean()

    for step in range(4):
        x, query = inputs[f"x{step}"], inputs[f"query{step}"]
        y = torch.tanh(inputs[f"phase{step}true"] + x)
        wanted = torch.tanh(inputs[f"phase{step}false"] + query)
        gradients = torch.autograd.grad(error(x, y, weights), weights, create_graph=True)
        adapted = [w - 0.05 * g for w, g in zip(weights, gradients)]
        for weight in weights:
            weight.grad = None
        loss = error(query, wanted, adapted)
        loss.backward()
        with torch.no_grad():
            for weight in weights:
                weight -= 0.1 * weight.grad
        note(loss)
    for weight in weights:
        note(weight)
