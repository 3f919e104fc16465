"""PyTorch as a peer: a case's training step or inference on the CPU or on CUDA."""
import argparse
import json
import math
import os

from serve import add_options, load_torch, serve, unavailable


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
    parser.add_argument('--precision', choices=['f32', 'tf32', 'bf16'], default='f32')
    parser.add_argument('--data', required=True, help='the folder that inputs.ts fills')
    return parser.parse_args()


options = arguments()
np, torch = load_torch(options.threads)
F = torch.nn.functional

import zoo  # noqa: E402  (it imports torch, which must come after the number of threads)


class Network:
    """The case's layers over the weights of the data folder."""

    def __init__(self, case):
        self.case = case
        self.layout = torch.channels_last if options.layout == 'channels_last' else torch.contiguous_format
        shapes = [(case['batch'], chain['channels'], chain['side'], chain['side']) for chain in case['chains']]
        self.images = self.tensors('images.f32', shapes)
        self.labels = torch.from_numpy(self.read('labels.i32', '<i4')).long().to(options.device)
        layers = [layer for chain in case['chains'] for layer in chain['layers']]
        self.module = self.model() if case['products'] else None
        if self.module:
            self.parameters = list(self.module.parameters())
            self.optimizer = torch.optim.SGD(self.parameters, lr=0.01)
            return
        self.parameters = self.tensors('weights.f32', (shape for layer in layers for shape in self.shapes(layer)))
        for tensor in self.parameters + (self.images if case['imageGradient'] else []):
            tensor.requires_grad_()
        self.optimizer = torch.optim.SGD(self.parameters, lr=0.01)

    def model(self):
        """The model of the zoo, with the weights of the data folder."""
        chain = self.case['chains'][0]
        module = zoo.build(self.case['network'], chain['channels'], 10, chain['side'])
        zoo.load(module, self.tensors('weights.f32', [tensor.shape for tensor in zoo.state(module)]))
        return module.to(options.device, memory_format=self.layout)

    @staticmethod
    def shapes(layer):
        kernel = (layer['kernel'],) * 2 if layer['kind'] == 'conv' else ()
        return [(layer['channels'], layer['before'], *kernel)] + ([(layer['channels'],)] if layer['bias'] else [])

    def read(self, name, dtype):
        return np.fromfile(os.path.join(options.data, name), dtype)

    def tensors(self, name, shapes):
        """The file's numbers as tensors of these shapes, in the layout and on the device asked for."""
        values, at, tensors = torch.from_numpy(self.read(name, '<f4')).to(options.device), 0, []
        for shape in shapes:
            tensor = values[at : at + math.prod(shape)].clone().reshape(shape)
            tensors.append(tensor.contiguous(memory_format=self.layout) if tensor.dim() == 4 else tensor)
            at += math.prod(shape)
        return tensors

    def outputs(self, training):
        """Each chain's output for its images."""
        if self.module:
            return [self.module.train(training)(self.images[0])]
        parameters = iter(self.parameters)
        with torch.autocast(options.device, torch.bfloat16, enabled=options.precision == 'bf16'):
            outputs = [self.chain(chain, x, parameters, training) for chain, x in zip(self.case['chains'], self.images)]
        return [output.float() for output in outputs]

    def chain(self, chain, x, parameters, training):
        for layer in chain['layers']:
            weight, bias = next(parameters), next(parameters) if layer['bias'] else None
            if layer['dropped']:
                x = F.dropout(x, 0.5, training)
            if layer['kind'] == 'conv':
                x = F.conv2d(x, weight, bias, stride=layer['stride'], padding=layer['padding'])
            else:
                x = F.linear(x.flatten(1), weight, bias)
            if layer['relu']:
                x = F.relu(x)
            if layer['pool']:
                x = F.max_pool2d(x, layer['pool'], 2)
        return x.mean((2, 3)) if chain['mean'] else x

    def infer(self):
        with torch.inference_mode():
            return [output.cpu() for output in self.outputs(False)]

    def train(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.outputs(True)[0], self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def gradients(self):
        """Forward and both gradients, which start from ones."""
        for tensor in self.parameters + self.images:
            tensor.grad = None
        outputs = self.outputs(True)
        torch.autograd.backward(outputs, [torch.ones_like(output) for output in outputs])
        if options.device == 'cuda':
            torch.cuda.synchronize()


def prepared():
    """What to time, the images in it, and the first outputs for the first image."""
    with open(os.path.join(options.data, 'case.json')) as file:
        case = json.load(file)
    net = Network(case)
    check = [net.infer()[-1][0].flatten()[:10].tolist()]
    step = net.gradients if case['imageGradient'] else net.train if case['train'] else net.infer
    return step, case['batch'], check


def prepare_cuda():
    """Says so where there is no device; TF32 only where it is asked for, and the fastest of cuDNN's algorithms."""
    if not torch.cuda.is_available():
        unavailable(f'no CUDA device (PyTorch {torch.__version__})')
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = options.precision == 'tf32'


def main():
    version = torch.__version__
    if options.device == 'cuda':
        prepare_cuda()
        version = f'{version} on {torch.cuda.get_device_name()}'
    step, images, check = prepared()
    serve(step, images, check, version, options.layout)


main()
