"""A character model with gated recurrent units."""
import torch
from languageModel import train


def run(inputs, weights, note):
    train(torch.nn.GRU(30, 24), inputs, weights, note)
