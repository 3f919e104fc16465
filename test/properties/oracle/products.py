"""Products, softmax and losses."""
import math

import numpy as np

from core import LARGEST, SMALLEST, ULP, Refused, Want, axis_of, f64, finite, is_int, wide
from reductions import count
from selection import whole


def untransposed(a, b, options=None):
    """The axes summed over last in a and first in b."""
    options = options or {}
    if options.get('transposeA') and a.ndim:
        a = np.moveaxis(a, 0, -1)
    if options.get('transposeB') and b.ndim:
        b = np.moveaxis(b, -1, 0)
    return a, b


def batch_dot(a, b, options=None):
    options = options or {}
    if a.ndim != 3 or b.ndim != 3 or a.shape[0] != b.shape[0]:
        raise Refused('no batches')
    a = a.swapaxes(1, 2) if options.get('transposeA') else a
    b = b.swapaxes(1, 2) if options.get('transposeB') else b
    if a.shape[2] != b.shape[1]:
        raise Refused('inner sizes')
    wants = [dot(*factors) for factors in zip(a, b)]
    shape = (a.shape[0], a.shape[1], b.shape[2])
    stacked = [np.array([getattr(want, name) for want in wants], np.float64).reshape(shape) for name in ('values', 'slack')]
    return Want(*stacked, np.float32, zeros=True)


def dot(a, b, options=None):
    a, b = untransposed(a, b, options)
    if a.ndim == 0 or b.ndim == 0 or a.shape[-1] != b.shape[0] or a.dtype != b.dtype or is_int(a):
        raise Refused('inner sizes, or dtypes')
    # not by a BLAS, which may leave out zeros, though 0 times NaN is NaN
    rows, inner, columns = math.prod(a.shape[:-1]), a.shape[-1], math.prod(b.shape[1:])
    factors = wide(a).reshape(rows, inner, 1), wide(b).reshape(1, inner, columns)
    values, size = (factors[0] * factors[1]).sum(1), (np.abs(factors[0]) * np.abs(factors[1])).sum(1)
    shape = a.shape[:-1] + b.shape[1:] if a.ndim + b.ndim > 2 else (1,)
    size = size.reshape(shape)
    slack = np.where(size > LARGEST, np.inf, (inner + 1) * ULP * finite(size) + inner * SMALLEST)
    return Want(values.reshape(shape), slack, np.float32, zeros=True)


# softmax and losses


def softmax(log):
    def compute(x, options=None):
        axis = axis_of((options or {}).get('axis', -1), x.ndim)
        if is_int(x):
            raise Refused('integers')
        if x.size == 0:
            return Want(x)
        x = f64(x)
        most = x.max(axis, keepdims=True)
        # the maximum is taken off in float32, where every difference is rounded
        rest = x - most
        total = np.exp(rest).sum(axis, keepdims=True)
        spread = np.abs(finite(rest))
        n = x.shape[axis]
        if log:
            values = rest - np.log(total)
            return Want(values, (spread + n + 4) * ULP, np.float32, zeros=True)
        values = np.exp(rest) / total
        return Want(values, finite(values) * (spread + n + 8) * ULP + 2.0**-126, np.float32)

    return compute


def samples_mean(values, slack, batch_axis):
    """The mean over all axes but that of the samples."""
    if values.ndim <= 1:
        return Want(values, slack, np.float32, zeros=True)
    axes = tuple(k for k in range(values.ndim) if k != batch_axis)
    n = count(values, axes)
    mean = values.mean(axes) if n else values.sum(axes) * np.nan
    size = np.abs(finite(values)).mean(axes) if n else 0
    broad = np.broadcast_to(slack, values.shape)
    return Want(mean, (broad.mean(axes) if n else 0) + (n + 2) * ULP * size, np.float32, zeros=True)


def l2_loss(pred, label, weight, options):
    factor = options.get('weight', 1)
    values = f64(factor) * 0.5 * np.square(f64(label.reshape(pred.shape)) - f64(pred))
    if weight is not None:
        values = values * f64(weight)
    return samples_mean(values, np.abs(values) * 5 * ULP, options.get('batchAxis', 0))


def cross_entropy(pred, label, weight, options):
    axis = axis_of(options.get('axis', -1), pred.ndim)
    logs = Want(f64(pred), 0) if options.get('fromLogits') else softmax(True)(pred, {'axis': axis})
    values = f64(logs.values)
    slack = np.broadcast_to(logs.slack, values.shape)
    if options.get('sparseLabel', True):
        index = np.clip(whole(label), 0, pred.shape[axis] - 1)
        index = index if index.ndim == pred.ndim else np.expand_dims(index, axis)
        values, slack = [-np.take_along_axis(values, index, axis), np.take_along_axis(slack, index, axis)]
    else:
        terms = values * f64(label.reshape(pred.shape))
        slack = (slack * np.abs(label.reshape(pred.shape)) + np.abs(terms) * pred.shape[axis] * ULP).sum(axis, keepdims=True)
        values = -terms.sum(axis, keepdims=True)
    factor = f64(options.get('weight', 1)) * (1 if weight is None else f64(weight))
    return samples_mean(values * factor, (slack + 4 * ULP * np.abs(values)) * np.abs(factor), options.get('batchAxis', 0))


RULES = {
    'dot': dot,
    'batchDot': batch_dot,
    'softmax': softmax(False),
    'logSoftmax': softmax(True),
    'softmin': lambda x, options=None: softmax(False)(-x, options),
    'L2Loss': l2_loss,
    'SoftmaxCrossEntropyLoss': cross_entropy,
}
