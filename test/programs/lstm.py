"""A character model with long short-term memory of two layers."""
import torch
from languageModel import train


def run(inputs, weights, note):
    train(torch.lstm, 2, 2, inputs, weights, note)
