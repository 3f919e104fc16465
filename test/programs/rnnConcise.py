"""A character model with a recurrent layer."""
import torch
from languageModel import train


def run(inputs, weights, note):
    train(torch.rnn_tanh, 1, 1, inputs, weights, note)
