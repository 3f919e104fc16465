"""Makes conventions.json: small vectors that pin conventions, from PyTorch where it shares MXNet's, else from NumPy.

Run as `python3 test/golden/conventions.py`. Each section is a list of cases `{ name, attributes, inputs, outputs,
headGradient?, gradients? }`; an array is `{ shape, values }` in C order, a gradient is that of sum(output ·
headGradient). Attributes have Gluon's names in camel case. Values are multiples of a quarter wherever every result is
exact in float32 (conv2d, dense, pooling other than averages over odd counts), so a comparison may ask for equality.
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

random = np.random.RandomState(7)


def quarters(*shape, low=-8, high=9):
    return random.randint(low, high, shape).astype(np.float64) / 4


def array(values):
    values = np.asarray(values, np.float64)
    return {'shape': list(values.shape), 'values': [plain(x) for x in values.reshape(-1)]}


def plain(x):
    return int(x) if float(x).is_integer() else float(f'{x:.12g}')


def case(name, attributes, inputs, function, extra=None):
    """Runs a function of named tensors and its gradient against a random head."""
    tensors = {key: torch.tensor(value, requires_grad=True) for key, value in inputs.items()}
    output = function(**tensors)
    head = quarters(*output.shape, low=-4, high=5)
    output.backward(torch.tensor(head))
    return {
        'name': name,
        'attributes': attributes,
        'inputs': {**{key: array(value) for key, value in inputs.items()}, **(extra or {})},
        'output': array(output.detach().numpy()),
        'headGradient': array(head),
        'gradients': {key: array(tensor.grad.numpy()) for key, tensor in tensors.items()},
    }


def conv2d():
    cases = [
        ('plain', (2, 2, 5, 4), (3, 2, 3, 3), {}),
        ('strides that do not divide', (1, 1, 8, 7), (2, 1, 3, 2), {'strides': [3, 2]}),
        ('uneven padding', (1, 2, 4, 4), (2, 2, 3, 3), {'padding': [2, 1]}),
        ('dilation', (1, 2, 7, 6), (2, 2, 3, 2), {'dilation': [2, 3], 'padding': [1, 0]}),
        ('groups', (2, 4, 4, 3), (6, 2, 2, 2), {'groups': 2, 'strides': [1, 2], 'padding': [1, 1]}),
        ('one group a channel', (1, 3, 4, 4), (3, 1, 3, 3), {'groups': 3, 'padding': [1, 1]}),
        ('1×1', (2, 3, 2, 2), (4, 3, 1, 1), {}),
        ('kernel as large as the image', (1, 2, 3, 4), (2, 2, 3, 4), {}),
    ]
    return [convolution(*given) for given in cases]


def convolution(name, image, kernel, attributes):
    inputs = {'x': quarters(*image), 'weight': quarters(*kernel), 'bias': quarters(kernel[0])}
    options = {'stride': attributes.get('strides', 1), 'padding': attributes.get('padding', 0)}
    options |= {'dilation': attributes.get('dilation', 1), 'groups': attributes.get('groups', 1)}
    return case(name, attributes, inputs, lambda x, weight, bias: F.conv2d(x, weight, bias, **options))


def max_pool():
    ties = np.array([[1, 1, 0, 2], [1, 1, 2, 2], [3, 0, 5, 5], [0, 3, 5, 4]], np.float64).reshape(1, 1, 4, 4)
    negative = -1 - np.abs(quarters(1, 2, 5, 5))
    cases = [
        ('ties go to the first in row-major order', ties, {'poolSize': [2, 2]}),
        ('overlapping windows over ties add up', ties, {'poolSize': [3, 3], 'strides': [1, 1]}),
        ('negatives', negative, {'poolSize': [2, 2]}),
        ('padding never wins over negatives', negative, {'poolSize': [3, 3], 'strides': [2, 2], 'padding': [1, 1]}),
        ('floor', quarters(1, 1, 6, 7), {'poolSize': [3, 3], 'strides': [2, 2]}),
        ('ceil', quarters(1, 1, 6, 7), {'poolSize': [3, 3], 'strides': [2, 2], 'ceilMode': True}),
        ('constant image', np.zeros((1, 1, 5, 5)), {'poolSize': [3, 3], 'strides': [2, 2]}),
        ('uneven', quarters(2, 1, 4, 6), {'poolSize': [1, 3], 'strides': [2, 1], 'padding': [0, 1]}),
        ('a window whole in the right padding is dropped', -1 - np.abs(quarters(1, 1, 3, 5)),
         {'poolSize': [2, 2], 'strides': [2, 2], 'padding': [1, 1], 'ceilMode': True}),
    ]
    return [case(name, a, {'x': x}, lambda x: F.max_pool2d(x, **window(a))) for name, x, a in cases]


def window(attributes):
    return {
        'kernel_size': attributes['poolSize'],
        'stride': attributes.get('strides'),
        'padding': attributes.get('padding', 0),
        'ceil_mode': attributes.get('ceilMode', False),
    }


def average_pool():
    cases = []
    for include in (True, False):
        for ceil in (False, True):
            attributes = {'poolSize': [3, 2], 'strides': [2, 2], 'padding': [1, 1], 'countIncludePad': include}
            attributes['ceilMode'] = ceil
            cases.append((f'countIncludePad {include}, ceilMode {ceil}', quarters(1, 2, 6, 6), attributes))
    cases.append(('no padding', quarters(2, 1, 5, 4), {'poolSize': [2, 2]}))
    cases.append(('overlapping', quarters(1, 1, 4, 4), {'poolSize': [2, 2], 'strides': [1, 1]}))
    attributes = {'poolSize': [1, 2], 'strides': [1, 2], 'padding': [0, 1], 'ceilMode': True}
    cases.append(('a window whole in the right padding is dropped', quarters(1, 1, 1, 5), attributes))
    return [case(name, a, {'x': x}, averaged(a)) for name, x, a in cases]


def averaged(attributes):
    include = attributes.get('countIncludePad', True)
    return lambda x: F.avg_pool2d(x, **window(attributes), count_include_pad=include)


def global_pool():
    return [
        case('average', {'kind': 'average'}, {'x': quarters(2, 3, 4, 2)}, lambda x: F.adaptive_avg_pool2d(x, 1)),
        case('max', {'kind': 'max'}, {'x': -1 - np.abs(quarters(2, 3, 3, 2))}, lambda x: F.adaptive_max_pool2d(x, 1)),
    ]


def cross_entropy():
    labels, wild = np.array([0, 3, 2]), np.array([-2, 9, 1])
    logits, large = quarters(3, 4), 50 * quarters(3, 4)
    shares = np.abs(quarters(3, 4)) + 0.25
    shares /= shares.sum(1, keepdims=True)
    weights = np.array([[0.5], [2.0], [0.0]])
    return [
        sparse('sparse labels', {}, logits, labels),
        sparse('large logits', {}, large, labels),
        sparse('labels out of range are clipped', {}, logits, wild),
        sparse('weight and sample weights', {'weight': 2.5}, logits, labels, weights),
        case(
            'dense labels',
            {'sparseLabel': False},
            {'x': logits},
            lambda x: -(F.log_softmax(x, 1) * torch.tensor(shares)).sum(1),
            {'label': array(shares)},
        ),
        case(
            'dense labels of 0 and 1 equal sparse ones',
            {'sparseLabel': False},
            {'x': logits},
            lambda x: F.cross_entropy(x, torch.tensor(labels), reduction='none'),
            {'label': array(np.eye(4)[labels])},
        ),
        pixelwise(),
    ]


def sparse(name, attributes, logits, labels, sample=None):
    index = torch.tensor(np.clip(labels, 0, logits.shape[1] - 1))
    scale = attributes.get('weight', 1) * torch.tensor(np.ones(3) if sample is None else sample.reshape(-1))
    extra = {'label': array(labels)} | ({} if sample is None else {'sampleWeight': array(sample)})
    return case(
        name, attributes, {'x': logits}, lambda x: F.cross_entropy(x, index, reduction='none') * scale, extra
    )


def pixelwise():
    """Images of classes along axis 1: the mean over pixels of each image."""
    labels = np.array([[[0, 1, 2], [2, 2, 0]], [[1, 1, 0], [0, 2, 1]]])
    return case(
        'axis 1, a mean over pixels',
        {'axis': 1},
        {'x': quarters(2, 3, 2, 3)},
        lambda x: F.cross_entropy(x, torch.tensor(labels), reduction='none').mean((1, 2)),
        {'label': array(labels[:, None])},
    )


def l2_loss():
    label = quarters(3, 4)
    loss = lambda x: 0.5 * ((torch.tensor(label) - x) ** 2).mean(1)
    return [case('half the mean square', {}, {'x': quarters(3, 4)}, loss, {'label': array(label)})]


def dense():
    flat = lambda x, weight, bias: F.linear(x.reshape(x.shape[0], -1), weight, bias)
    last = lambda x, weight, bias: F.linear(x, weight, bias)
    rectified = lambda x, weight, bias: F.relu(F.linear(x, weight, bias))
    return [
        case('flattens', {'flatten': True}, numbers((2, 3, 2), (5, 6)), flat),
        case('last axis', {'flatten': False}, numbers((2, 3, 2), (4, 2)), last),
        case('relu', {'activation': 'relu'}, numbers((4, 3), (3, 3)), rectified),
    ]


def numbers(image, weight):
    return {'x': quarters(*image), 'weight': quarters(*weight), 'bias': quarters(weight[0])}


def relu():
    return [case('gradient 0 at 0', {}, {'x': np.array([-1, 0, 0.5, -0.25, 2])}, torch.relu)]


def sgd():
    """MXNet's update in float64: clip before weight decay, momentum holds the negative step."""
    cases = [
        {'learningRate': 0.1},
        {'learningRate': 0.1, 'wd': 0.01},
        {'learningRate': 0.1, 'momentum': 0.9},
        {'learningRate': 0.1, 'momentum': 0.9, 'wd': 0.01, 'clipGradient': 0.3},
        {'learningRate': 0.1, 'momentum': 0.5, 'wd': 0.1, 'lrMult': 0.5, 'wdMult': 2},
    ]
    return [steps(attributes) for attributes in cases]


def steps(attributes, batch=4, count=3):
    weight, gradients = quarters(5), [quarters(5) for _ in range(count)]
    momentum, state, weights = attributes.get('momentum', 0), np.zeros(5), []
    rate = attributes['learningRate'] * attributes.get('lrMult', 1)
    decay = attributes.get('wd', 0) * attributes.get('wdMult', 1)
    clip = attributes.get('clipGradient', np.inf)
    now = weight
    for gradient in gradients:
        step = rate * (np.clip(gradient / batch, -clip, clip) + decay * now)
        state = momentum * state - step
        now = now + (state if momentum else -step)
        weights.append(now)
    return {
        'name': ', '.join(f'{key} {value}' for key, value in attributes.items()),
        'attributes': {**attributes, 'batchSize': batch},
        'inputs': {'weight': array(weight), 'gradients': [array(g) for g in gradients]},
        'outputs': [array(w) for w in weights],
    }


def argmax():
    tied = np.array([[1, 3, 3, 2], [0, 0, 0, 0], [-5, -2, -2, -9], [-1, -1, 7, 7]], np.float64)
    return [
        {'name': 'first of ties, axis 1', 'attributes': {'axis': 1}, 'inputs': {'x': array(tied)},
         'output': array(tied.argmax(1))},
        {'name': 'first of ties, axis 0', 'attributes': {'axis': 0}, 'inputs': {'x': array(tied)},
         'output': array(tied.argmax(0))},
        {'name': 'flattened', 'attributes': {}, 'inputs': {'x': array(tied)}, 'output': array([tied.argmax()])},
    ]


def main():
    sections = {
        'conv2d': conv2d,
        'maxPool': max_pool,
        'averagePool': average_pool,
        'globalPool': global_pool,
        'softmaxCrossEntropy': cross_entropy,
        'l2Loss': l2_loss,
        'dense': dense,
        'relu': relu,
        'sgd': sgd,
        'argmax': argmax,
    }
    golden = {'madeBy': 'test/golden/conventions.py', 'torch': torch.__version__}
    golden |= {name: make() for name, make in sections.items()}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'conventions.json'), 'w') as file:
        json.dump(golden, file, separators=(',', ':'), ensure_ascii=False)
        file.write('\n')


if __name__ == '__main__':
    main()
