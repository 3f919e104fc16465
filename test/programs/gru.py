"""A character model with gated recurrent units."""
import torch
from languageModel import train


def run(inputs, weights, note):
    train(torch.gru, 1, 1, inputs, weights, note)
