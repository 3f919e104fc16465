"""Writes a case's model of the zoo as ONNX, for onnxruntime: model.onnx in the data folder, with any number of images."""
import argparse
import json
import os

from serve import load_torch

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('--data', required=True, help='the folder that inputs.ts fills')
folder = parser.parse_args().data
np, torch = load_torch(1)

import zoo  # noqa: E402  (it imports torch, which must come after the number of threads)

with open(os.path.join(folder, 'case.json')) as file:
    case = json.load(file)
chain = case['chains'][0]
net = zoo.build(case['network'], chain['channels'], 10, chain['side'])
values = torch.from_numpy(np.fromfile(os.path.join(folder, 'weights.f32'), '<f4'))
parts = values.split([tensor.numel() for tensor in zoo.state(net)])
zoo.load(net, [part.reshape(tensor.shape) for part, tensor in zip(parts, zoo.state(net))])
torch.onnx.export(
    net.eval(),
    torch.zeros(1, chain['channels'], chain['side'], chain['side']),
    os.path.join(folder, 'model.onnx'),
    input_names=['input'],
    output_names=['output'],
    dynamic_axes={'input': {0: 'batch'}, 'output': {0: 'batch'}},
    opset_version=13,
)
