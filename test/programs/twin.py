"""Runs twins of programs in PyTorch, in float64 and in float32.

Each line of standard input is a program's name, inputs, weights and the file of their values; each line of output its notes.
A name may have a part behind a colon, which the program gets.
"""
import importlib
import json
import sys

import numpy
import torch


def run(module, given, words, dtype, *more):
    """The notes of one run, each a flat list."""

    def tensor(plain):
        shape = plain["shape"]
        part = words[plain["at"] :][: numpy.prod(shape, dtype=int)]
        values = part.view(numpy.int32).astype(numpy.int64) if plain["integer"] else part.copy()
        return torch.from_numpy(values.reshape(shape)).to(torch.int64 if plain["integer"] else dtype)

    inputs = {name: tensor(plain) for name, plain in given["inputs"].items()}
    weights = [tensor(plain).requires_grad_() for plain in given["weights"]]
    notes = []
    module.run(inputs, weights, lambda value: notes.append(value.detach().double().flatten().tolist()), *more)
    return notes


def main():
    torch.set_num_threads(2)
    for line in sys.stdin:
        given = json.loads(line)
        name, *more = given["name"].split(":")
        module = importlib.import_module(name)
        words = numpy.fromfile(given["values"], dtype=numpy.float32)
        print(json.dumps([run(module, given, words, dtype, *more) for dtype in (torch.float64, torch.float32)]), flush=True)


main()
