"""A character model with a recurrent layer."""
import torch
from languageModel import train


def run(inputs, weights, note):
    train(torch.nn.RNN(30, 24), inputs, weights, note)
