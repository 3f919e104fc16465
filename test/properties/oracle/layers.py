"""Layers as functions: convolutions, pooling, fully connected products, embeddings, activations."""
import numpy as np
import torch
import torch.nn.functional as F

import one
import products
import selection
from core import SMALLEST, ULP, Refused, Want, f64

CONVOLUTIONS = {1: F.conv1d, 2: F.conv2d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d}
MAXIMA = {1: F.max_pool1d, 2: F.max_pool2d}


def sizes(options, name, usual, axes):
    value = options.get(name, usual)
    return list(value) if isinstance(value, list) else [value] * axes


def steps(options, axes):
    names = (('stride', 'stride', 1), ('padding', 'pad', 0), ('dilation', 'dilate', 1))
    return {torch_name: sizes(options, name, usual, axes) for torch_name, name, usual in names}


def or_refused(call, *args, **options):
    try:
        return call(*args, **options)
    except (RuntimeError, ValueError) as error:
        raise Refused(str(error)) from None


def convolution(x, weight, bias, options):
    axes = x.ndim - 2
    groups = options.get('numGroup', 1)
    return or_refused(CONVOLUTIONS[axes], x, weight, bias, groups=groups, **steps(options, axes))


def deconvolution(x, weight, bias, options):
    axes = x.ndim - 2
    more = steps(options, axes)
    more['output_padding'] = sizes(options, 'adj', 0, axes)
    if 'targetShape' in options:
        whole = [
            more['stride'][k] * (x.shape[2 + k] - 1) + more['dilation'][k] * (weight.shape[2 + k] - 1) + 1 for k in range(axes)
        ]
        surplus = [n - t for n, t in zip(whole, options['targetShape'])]
        more['padding'], more['output_padding'] = [-(-n // 2) for n in surplus], [n % 2 for n in surplus]
    # PyTorch takes what is smaller than the dilation, too
    if any(n >= s for n, s in zip(more['output_padding'], more['stride'])):
        raise Refused('adj must be smaller than the stride')
    y = or_refused(TRANSPOSED[axes], x, weight, bias, groups=options.get('numGroup', 1), **more)
    if 0 in y.shape[2:]:
        raise Refused('nothing is left')
    return y


def sum_pool(x, kernel, **more):
    """By images of one row, since only they have a divisor."""
    if x.ndim == 4:
        return F.avg_pool2d(x, kernel, divisor_override=1, **more)
    wide = {name: [usual, *more[name]] for name, usual in (('stride', 1), ('padding', 0))}
    return F.avg_pool2d(x.unsqueeze(2), [1, *kernel], divisor_override=1, ceil_mode=more['ceil_mode'], **wide).squeeze(2)


def pooling(x, options):
    axes = x.ndim - 2
    kind = options.get('poolType', 'max')
    if options.get('globalPool'):
        kernel, more = list(x.shape[2:]), {'stride': list(x.shape[2:]), 'padding': [0] * axes, 'ceil_mode': False}
    else:
        kernel = sizes(options, 'kernel', None, axes)
        more = {name: sizes(options, of, usual, axes) for name, of, usual in (('stride', 'stride', 1), ('padding', 'pad', 0))}
        more['ceil_mode'] = options.get('poolingConvention') == 'full'
    if kind == 'max':
        return or_refused(MAXIMA[axes], x, kernel, **more)
    if kind == 'sum':
        return or_refused(sum_pool, x, kernel, **more)
    average = {1: F.avg_pool1d, 2: F.avg_pool2d}[axes]
    return or_refused(average, x, kernel, count_include_pad=options.get('countIncludePad', True), **more)


def fully_connected(x, weight, bias, options):
    rows = x.reshape(x.shape[0], int(np.prod(x.shape[1:]))) if options.get('flatten', True) else x
    y = torch.tensordot(rows, weight.T, 1)
    return y if bias is None else y + bias


def embedding(indices, weight, options):
    at = np.clip(selection.whole(indices), 0, weight.shape[0] - 1)
    return weight[torch.tensor(at)]


def tensor(x, of=lambda x: x):
    return torch.tensor(of(f64(x))) if isinstance(x, np.ndarray) else x


def summed(rule):
    """Sums of products: as far off as their number of terms allows."""

    def compute(*args):
        values, size, count = [
            rule(*(tensor(x, of) for x in args)).numpy() for of in (lambda x: x, np.abs, lambda x: np.ones_like(x))
        ]
        slack = (np.max(count, initial=0) + 4) * (ULP * size + SMALLEST)
        return Want(values, slack, np.float32, zeros=True)

    return compute


def pooled(x, options):
    y = pooling(tensor(x), options).numpy()
    if options.get('poolType', 'max') == 'max':
        return Want(y, 0, np.float32, zeros=True)
    area = np.prod(x.shape[2:])
    return Want(y, (area + 4) * (ULP * pooling(tensor(x, np.abs), options).numpy() + SMALLEST), np.float32, zeros=True)


def connected(x, weight, bias, options):
    """By the rule of dot, which knows what infinite factors give."""
    rows = x.reshape(x.shape[0], int(np.prod(x.shape[1:]))) if options.get('flatten', True) else x
    y = products.dot(rows, weight.T)
    shape = rows.shape[:-1] + weight.shape[:1]
    values, slack = y.values.reshape(shape), y.slack.reshape(shape)
    if bias is None:
        return Want(values, slack, np.float32, zeros=True)
    with np.errstate(all='ignore'):
        size = np.abs(f64(bias)) + np.abs(values)
    slack = slack + 2 * ULP * np.where(np.isfinite(size), size, 0)
    return Want(values + f64(bias), slack, np.float32, zeros=True)


def embedded(indices, weight, options):
    if options.get('inputDim', weight.shape[0]) != weight.shape[0]:
        raise Refused('another number of rows')
    return selection.take(weight, indices)


RULES = {
    'convolution': summed(convolution),
    'deconvolution': summed(deconvolution),
    'pooling': pooled,
    'fullyConnected': connected,
    'embedding': embedded,
    'activation': lambda x, options: one.RULES[options['actType']](x),
}
