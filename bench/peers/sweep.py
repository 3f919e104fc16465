"""PyTorch in the sweep: a single operation on the CPU, alone or with its gradients."""
import argparse
import json
import math
import os

from serve import add_options, load_torch, say, serve

DIGEST = 16


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument('--data', help='the folder with case.json and inputs.f32; without it the names of all are said')
    return parser.parse_args()


options = arguments()
np, torch = load_torch(options.threads)
F = torch.nn.functional


def conv(at, x, weight, bias):
    return F.conv2d(x, weight, bias, at['stride'], at['padding'], at['dilation'], at['groups'])


states = {}


def adam(at, weight, gradient):
    """A step of Adam, whose state lives as long as the process."""
    if 'adam' not in states:
        states['adam'] = torch.optim.Adam([weight], lr=0.001)
    weight.grad = gradient
    states['adam'].step()
    return weight


def lstm(at, x, *weights):
    """A layer that starts from zeros."""
    zeros = torch.zeros(1, x.shape[1], x.shape[2])
    return torch.lstm(x, (zeros, zeros), weights, True, 1, 0.0, True, False, False)[0]


# by the name of SweepOp: the result, from the case's attributes and inputs
programs = {
    'add': lambda at, a, b: a + b,
    'exp': lambda at, x: x.exp(),
    'relu': lambda at, x: x.relu(),
    'tanh': lambda at, x: x.tanh(),
    'multiply': lambda at, a, b: a * b,
    'sum': lambda at, x: x.sum(at['axes']) if 'axes' in at else x.sum(),
    'mean': lambda at, x: x.mean(at['axes']),
    'softmax': lambda at, x: x.softmax(-1),
    'argmax': lambda at, x: x.argmax(1),
    'transposeAdd': lambda at, x: x.t() + 0,
    'transpose': lambda at, x: x.permute(at['axes']).contiguous(),
    'concat': lambda at, a, b: torch.cat([a, b], 1),
    'slice': lambda at, x: x[:, ::2].contiguous(),
    'take': lambda at, x, rows: x[rows],
    'matmul': lambda at, a, b: a @ b,
    'conv': conv,
    'maxPool': lambda at, x: F.max_pool2d(x, at['kernel'], at['stride'], at['padding']),
    'avgPool': lambda at, x: F.avg_pool2d(x, at['kernel']),
    'globalAvgPool': lambda at, x: x.mean((2, 3), keepdim=True),
    'adam': adam,
    'lstm': lstm,
    'embedding': lambda at, table, rows: F.embedding(rows, table),
    'batchNorm': lambda at, x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True),
}


def inputs(case):
    """The case's inputs, images and filters in the layout asked for."""
    layout = torch.channels_last if options.layout == 'channels_last' else torch.contiguous_format
    values, at, tensors = torch.from_numpy(np.fromfile(os.path.join(options.data, 'inputs.f32'), '<f4')), 0, []
    for shape in case['inputs']:
        tensor = values[at : at + math.prod(shape)].clone().reshape(shape)
        tensors.append(tensor.contiguous(memory_format=layout) if tensor.dim() == 4 else tensor)
        at += math.prod(shape)
    if case['op'] in ('take', 'embedding'):
        tensors[1] = tensors[1].long()
    return tensors


def digest(tensor):
    """Sums of every sixteenth element with signs by a hash of the position, as in digest.ts."""
    values = tensor.detach().contiguous().numpy().ravel().astype(np.float64)
    position = np.arange(values.size, dtype=np.uint32)
    hashed = (position ^ (position >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashed = (hashed ^ (hashed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    values[hashed >= 2**31] *= -1
    return [float(values[i::DIGEST].sum()) for i in range(DIGEST)]


def prepared(case):
    """What to time, and the digests of its results."""
    tensors, program, at = inputs(case), programs[case['op']], case['attributes']

    def forward():
        with torch.no_grad():
            return program(at, *tensors)

    if not case['gradients']:
        return forward, [digest(forward())]
    # of ones, or of the array itself, the gradient of a normalised array is 0
    heads = tensors[0].square() if case['op'] == 'batchNorm' else torch.ones_like(forward())
    tensors = [tensor.requires_grad_() if tensor.is_floating_point() else tensor for tensor in tensors]

    def with_gradients():
        for tensor in tensors:
            tensor.grad = None
        result = program(at, *tensors)
        result.backward(heads)
        return result

    result = with_gradients()
    return with_gradients, [digest(result), *(digest(tensor.grad) for tensor in tensors if tensor.requires_grad)]


def main():
    if not options.data:
        return say(list(programs))
    with open(os.path.join(options.data, 'case.json')) as file:
        case = json.load(file)
    step, check = prepared(case)
    serve(step, case['batch'], check, torch.__version__, options.layout, seconds=1)


main()
