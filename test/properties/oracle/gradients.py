"""Gradients by PyTorch's autograd in float64; how far PyTorch's own are in float32 calibrates how far others may be.

A rule computes a result of tensors; where several forms have different gradients at ties, it takes MXNet's.
"""
import numpy as np
import torch
import torch.nn.functional as F

import copies
import layers
import orders
from core import LARGEST, ULP, Want, axis_of, finite, f32, f64
from reductions import axes_of
from selection import slices, whole


def head(y):
    """The gradient of a result, as the other side has it."""
    return (((torch.arange(y.numel()) * 7 + 3) % 11 - 5) / 4).reshape(y.shape).to(y.dtype)


def units(x):
    """The unit of the last place of float32."""
    return 2.0 ** (np.floor(np.log2(np.maximum(np.abs(x), 2.0**-126))) - 23)


def tensors(args, dtype):
    """Arrays as tensors; those of floats in the dtype, and leaves."""
    return [
        torch.tensor(x, dtype=dtype).requires_grad_() if isinstance(x, np.ndarray) and x.dtype == np.float32 else x
        for x in args
    ]


def pulled(rule, args, dtype, magnitude=lambda dy: dy):
    """The gradients of all leaves, for the head's own or one made of it."""
    xs = tensors(args, dtype)
    ys = rule(*xs)
    ys = ys if isinstance(ys, (list, tuple)) else [ys]
    leaves = [x for x in xs if torch.is_tensor(x)]
    made = torch.autograd.grad(ys, leaves, [magnitude(head(y)) for y in ys], allow_unused=True)
    return [(torch.zeros_like(x) if g is None else g).double().numpy() for x, g in zip(leaves, made)]


def calibrated(exact, rounded, floor):
    """At most twice as far as PyTorch in float32 is at its worst, plus some units; where that overflows, anything."""
    with np.errstate(all='ignore'):
        finite = np.isfinite(exact)
        distance = np.where(finite & np.isfinite(rounded), np.abs(rounded - exact) / units(exact), 0)
    slack = (2 * np.max(distance, initial=0) + floor) * np.where(finite, units(exact), 0)
    return np.where(finite & ~np.isfinite(rounded), np.inf, slack)


def summed(x, shape):
    """Sums to a shape, over the axes along which it was repeated."""
    for _ in range(x.ndim - len(shape)):
        x = x.sum(0)
    return x.sum(tuple(k for k, n in enumerate(shape) if n != x.shape[k]), keepdims=True).reshape(shape)


def repeated(x, shape):
    """An array of a shape; a number is rounded as float32 has it."""
    if isinstance(x, np.ndarray):
        return np.broadcast_to(x, shape).copy()
    return float(f32(x)) if isinstance(x, float) else x


def elementwise(rule, of_one=False, floor=4):
    """Operands are repeated first, so that each term of a sum is seen; `of_one`: in units of 1 · dy, not of the slope."""

    def compute(*args):
        arrays = [np.asarray(a) for a in args if isinstance(a, np.ndarray)]
        shape = np.broadcast_shapes(*(a.shape for a in arrays))
        full = [repeated(a, shape) for a in args]
        exact, rounded = [pulled(rule, full, dtype) for dtype in (torch.float64, torch.float32)]
        leaves = [a for a in args if isinstance(a, np.ndarray) and a.dtype == np.float32]
        wants = []
        for x, g, r in zip(leaves, exact, rounded):
            slack = calibrated(g, r, floor)
            if of_one:
                slack = slack + 2 * ULP * np.abs(head(torch.empty(shape)).numpy())
            repeats = g.size // max(1, x.size)
            size = summed(np.abs(finite(g)), x.shape)
            sums = np.where(size > LARGEST, np.inf, repeats * ULP * size) if repeats > 1 else 0
            wants.append(Want(summed(g, x.shape), summed(slack, x.shape) + sums, np.float32, zeros=True))
        return wants

    return compute


def moves(rule):
    """Each gradient is a sum of parts of the head's: exact where there is one part."""

    def compute(*args):
        exact, sizes = [pulled(rule, args, torch.float64, m) for m in (lambda dy: dy, torch.abs)]
        counts = pulled(rule, args, torch.float64, torch.ones_like)
        slacks = [np.where(n > 1, n * ULP * size, 0) for n, size in zip(counts, sizes)]
        return [Want(g, slack, np.float32, zeros=True) for g, slack in zip(exact, slacks)]

    return compute


def terms(rule, magnitudes, floor=4):
    """A gradient that is a difference of terms: their sizes are added, since what they leave may be small."""

    def compute(*args):
        exact, rounded = [pulled(rule, args, dtype) for dtype in (torch.float64, torch.float32)]
        sizes = magnitudes(*args)
        return [
            Want(g, calibrated(g, r, floor) + size * ULP, np.float32, zeros=True)
            for g, r, size in zip(exact, rounded, sizes)
        ]

    return compute


def larger(a, b):
    a, b = [torch.as_tensor(x) for x in (a, b)]
    return torch.where(a >= b, a, b)


def smaller(a, b):
    a, b = [torch.as_tensor(x) for x in (a, b)]
    return torch.where(a <= b, a, b)


def tensors_of(a, b):
    dtype = (a if torch.is_tensor(a) else b).dtype
    return [torch.as_tensor(x, dtype=dtype) for x in (a, b)]


def angle(a, b):
    a, b = tensors_of(a, b)
    origin = (a == 0) & (b == 0)
    return torch.atan2(a, torch.where(origin, torch.ones_like(b), b)) * ~origin


def hypotenuse(a, b):
    a, b = tensors_of(a, b)
    origin = (a == 0) & (b == 0)
    return torch.hypot(torch.where(origin, torch.ones_like(a + b), a), b) * ~origin


def hard_sigmoid(x, options=None):
    given = {'alpha': 0.2, 'beta': 0.5} | (options or {})
    y = given['alpha'] * x + given['beta']
    return torch.where((y <= 0) | (y >= 1), torch.zeros_like(y), y)


def smooth_l1(x):
    inner = torch.where(x.abs() > 1, torch.zeros_like(x), x)
    return torch.where(x.abs() > 1, x.abs() - 0.5, 0.5 * inner * inner)


def remainder(a, b):
    """The slope by b is −⌊a ÷ b⌋, for an infinite a too."""
    a, b = [torch.as_tensor(x) for x in (a, b)]
    with torch.no_grad():
        floor = torch.where(torch.isinf(a), torch.floor(a / b), torch.div(a, b, rounding_mode='floor'))
    return a - floor * b


# reductions


def along(rule):
    def compute(x, options=None):
        options = options or {}
        axes = axes_of(x, **options)
        y = rule(x, axes) if axes else rule(x[..., None], (x.ndim,))
        if options.get('keepdims'):
            return y.reshape([1 if k in axes else n for k, n in enumerate(x.shape)])
        return y.reshape([n for k, n in enumerate(x.shape) if k not in axes] or [1])

    return compute


def extreme(rule):
    """The gradient goes to every element that equals the result."""

    def compute(x, axes):
        most = rule(x.detach(), axes, keepdim=True)
        return torch.where(x == most, x, torch.zeros_like(x)).sum(axes)

    return along(compute)


def product(x, axes):
    for k in sorted(axes, reverse=True):
        x = x.prod(k)
    return x


def logsumexp(x, axes):
    """0 to elements of which all are -inf."""
    nothing = torch.amax(x.detach(), axes, keepdim=True) == -np.inf
    y = torch.logsumexp(torch.where(nothing, torch.zeros_like(x), x), axes)
    return torch.where(nothing.reshape(y.shape), torch.full_like(y, -np.inf), y)


def reduced_terms(rule):
    """Sizes by a rule of the operand, the head's size, which keeps its axes, the axes and the number of elements."""

    def magnitudes(x, options=None):
        axes = axes_of(x, **(options or {}))
        kept = [1 if k in axes else n for k, n in enumerate(x.shape)]
        dy = np.abs(head(torch.empty(kept)).numpy())
        return [rule(f64(x), dy, axes, int(np.prod([x.shape[k] for k in axes])))]

    return magnitudes


def logsumexp_terms(x, dy, axes, n):
    most = finite(x.max(axes, keepdims=True))
    p = np.exp(x - most)
    total = p.sum(axes, keepdims=True)
    p = p / np.where(total == 0, 1, total)
    return (p * (n + 8 + np.abs(finite(x - most))) + 2.0**-100) * dy


def var_terms(x, dy, axes, n):
    """The mean may be off by a unit for each element."""
    apart = np.abs(x - x.mean(axes, keepdims=True))
    return (8 * apart + np.abs(x).sum(axes, keepdims=True)) * 2 * dy / n


def logaddexp(a, b):
    dtype = (a if torch.is_tensor(a) else b).dtype
    return torch.logaddexp(*(torch.as_tensor(x, dtype=dtype) for x in (a, b)))


def cumprod(x, options=None):
    axis = (options or {}).get('axis')
    return x.reshape(-1).cumprod(0) if axis is None else x.cumprod(axis)


def cumsum(x, options=None):
    axis = (options or {}).get('axis')
    return x.reshape(-1).cumsum(0) if axis is None else x.cumsum(axis)


def channels(x, options):
    """The axes that batchNorm reduces, the shape of values for each channel, and epsilon."""
    at = axis_of((options or {}).get('axis', 1), x.ndim)
    kept = [n if k == at else 1 for k, n in enumerate(x.shape)]
    return tuple(k for k in range(x.ndim) if k != at), kept, (options or {}).get('eps', 1e-5)


def batch_norm(x, gamma, beta, options=None):
    axes, kept, epsilon = channels(x, options)
    mean = x.mean(axes, keepdim=True) if axes else x
    variance = ((x - mean) ** 2).mean(axes, keepdim=True) if axes else (x - mean) ** 2
    y = (x - mean) / torch.sqrt(variance + epsilon) * gamma.reshape(kept) + beta.reshape(kept)
    return [y, mean.reshape(-1), variance.reshape(-1)]


def batch_norm_terms(x, gamma, beta, options=None):
    """Sizes of the terms of each gradient, and what a mean does that may be off by a unit for each element."""
    axes, kept, epsilon = channels(x, options)
    x = f64(x)
    n = x.size // gamma.size
    apart = x - x.mean(axes, keepdims=True)
    inverse = 1 / np.sqrt((apart**2).mean(axes, keepdims=True) + epsilon)
    apart, off = np.abs(apart), np.abs(x).sum(axes, keepdims=True)
    dy, of_channels = [np.abs(head(torch.empty(shape)).numpy()) for shape in (x.shape, gamma.shape)]
    of_channels = of_channels.reshape(kept)
    gain = np.abs(gamma).reshape(kept)
    total, product = dy.sum(axes, keepdims=True), (dy * apart).sum(axes, keepdims=True)
    slope = (2 * of_channels + gain * inverse**3 * product) / n
    sizes = gain * inverse * dy + apart * slope + (of_channels + gain * inverse * total) / n
    dx = (3 * n + 32) * sizes + off * (slope + apart * gain * inverse**3 * total / n)
    dgamma = ((3 * n + 32) * product + off * total) * inverse
    return [dx, dgamma.reshape(-1), n * total.reshape(-1)]


def rows_of(name, shape, options):
    """The shape that is normalised, the axes of a row, the shape of the factors, and epsilon."""
    options = options or {}
    if name == 'groupNorm':
        groups = options.get('numGroups', 1)
        rows = [shape[0], groups, int(np.prod(shape[1:])) // groups]
        return rows, (2,), [1, groups, 1], options.get('eps', 1e-5)
    at = axis_of(options.get('axis', -1 if name == 'layerNorm' else 1), len(shape))
    axes = (at,) if name == 'layerNorm' else tuple(k for k in range(1, len(shape)) if k != at)
    kept = [n if k == at else 1 for k, n in enumerate(shape)]
    return list(shape), axes, kept, options.get('eps', 1e-5 if name == 'layerNorm' else 1e-3)


def of_rows(name):
    def rule(x, gamma, beta, options=None):
        rows, axes, kept, epsilon = rows_of(name, x.shape, options)
        shape, x = x.shape, x.reshape(rows)
        apart = x - x.mean(axes, keepdim=True)
        variance = (apart**2).mean(axes, keepdim=True)
        y = apart / torch.sqrt(variance + epsilon) * gamma.reshape(kept) + beta.reshape(kept)
        return y.reshape(shape)

    def terms_of(x, gamma, beta, options=None):
        """As of batchNorm: sizes of the terms, and what a mean does that may be off by a unit for each element."""
        rows, axes, kept, epsilon = rows_of(name, x.shape, options)
        dy = np.abs(head(torch.empty(x.shape)).numpy()).reshape(rows)
        shape, x = x.shape, f64(x).reshape(rows)
        n = int(np.prod([rows[k] for k in axes]))
        apart = x - x.mean(axes, keepdims=True)
        inverse = 1 / np.sqrt((apart**2).mean(axes, keepdims=True) + epsilon)
        apart, off = np.abs(apart), np.abs(x).sum(axes, keepdims=True)
        g = dy * np.abs(gamma).reshape(kept)
        total, product = g.sum(axes, keepdims=True), (g * apart).sum(axes, keepdims=True)
        slope = inverse**3 * product / n
        dx = (3 * n + 32) * (inverse * (g + total / n) + apart * slope) + off * (slope + apart * inverse**3 * total / n)
        others = tuple(k for k, size in enumerate(kept) if size == 1)
        many = x.size // gamma.size
        dgamma = ((3 * (n + many) + 32) * dy * apart * inverse + off * dy * inverse).sum(others)
        return [dx.reshape(shape), dgamma.reshape(-1), many * dy.sum(others).reshape(-1)]

    return terms(rule, terms_of)


def leaky_relu(x, options=None):
    options = options or {}
    kind = options.get('actType', 'leaky')
    if kind == 'leaky':
        return torch.where(x > 0, x, options['slope'] * x)
    if kind == 'gelu':
        return F.gelu(x)
    return F.selu(x) if kind == 'selu' else F.elu(x, options['slope'])


# selection


def moved(rule):
    """What a movement makes of places, taken from there; place 0 is a constant's."""

    def compute(x, *args):
        places = rule(np.arange(1, x.numel() + 1).reshape(tuple(x.shape)), *args).values
        return F.pad(x.reshape(-1), (1, 0))[torch.tensor(places.copy())]

    return compute


def taken(x, indices, options=None):
    axis = axis_of((options or {}).get('axis', 0), x.ndim)
    index = torch.tensor(np.clip(whole(indices), 0, x.shape[axis] - 1))
    y = torch.index_select(x, axis, index.reshape(-1))
    return y.reshape(x.shape[:axis] + index.shape + x.shape[axis + 1 :])


def picked(x, index, options=None):
    options = options or {}
    axis = axis_of(options.get('axis', -1), x.ndim)
    kept = [1 if k == axis else n for k, n in enumerate(x.shape)]
    at = torch.tensor(np.clip(whole(index), 0, x.shape[axis] - 1)).reshape(kept)
    y = torch.gather(x, axis, at)
    return y if options.get('keepdims') else y.reshape([n for k, n in enumerate(x.shape) if k != axis] or [1])


def sliced(x, begin, end, options=None):
    """By a gather, since PyTorch's slices have no negative steps."""
    places = np.arange(x.numel()).reshape(x.shape)[slices(x, begin, end, (options or {}).get('step', ()))]
    return x.reshape(-1)[torch.tensor(places.copy())]


def ordered(x, options=None):
    options = options or {}
    axis = axis_of(options.get('axis', -1), x.ndim)
    ascending = options.get('isAscend', 'retTyp' not in options)
    places = torch.tensor(orders.order(x.detach().numpy(), axis, ascending).copy())
    return torch.gather(x, axis, places.narrow(axis, 0, options.get('k') or x.shape[axis]))


def scattered(x, indices, shape):
    at = tuple(torch.tensor(index) for index in orders.named(indices, shape))
    return torch.zeros(shape, dtype=x.dtype).index_put(at, x, accumulate=True)


def masked(x, lengths, options):
    return orders.sequence_mask(x, lengths, {**options, 'value': 0})


def joined(join, key, usual):
    def compute(*args):
        arrays = [x for x in args if torch.is_tensor(x)]
        options = next((x for x in args if isinstance(x, dict)), {})
        return join(arrays, options.get(key, usual))

    return compute


def cut(x, parts, options=None):
    axis = (options or {}).get('axis', 1)
    return torch.split(x, x.shape[axis] // parts, axis)


def dot(a, b, options=None):
    options = options or {}
    of_a = 0 if options.get('transposeA') else a.ndim - 1
    of_b = b.ndim - 1 if options.get('transposeB') else 0
    return torch.tensordot(a, b, ([of_a], [of_b]))


def batch_dot(a, b, options=None):
    options = options or {}
    a = a.transpose(1, 2) if options.get('transposeA') else a
    return torch.bmm(a, b.transpose(1, 2) if options.get('transposeB') else b)


def softmax_terms(log):
    def magnitudes(x, options=None):
        axis = axis_of((options or {}).get('axis', -1), x.ndim)
        p = torch.softmax(torch.tensor(x, dtype=torch.float64), axis).numpy()
        dy = np.abs(head(torch.empty(x.shape)).numpy())
        n = x.shape[axis] + 8 + np.ptp(x, axis=axis, keepdims=True) if x.size else 0
        if log:
            return [n * (dy + p * dy.sum(axis, keepdims=True))]
        return [n * p * (dy + (p * dy).sum(axis, keepdims=True)) + 2.0**-100]

    return magnitudes


def mean_of_samples(values, batch_axis):
    axes = [k for k in range(values.ndim) if k != batch_axis]
    return values.mean(axes) if values.ndim > 1 else values


def l2_loss(pred, label, weight, options):
    values = 0.5 * options.get('weight', 1) * (label.reshape(pred.shape) - pred) ** 2
    return mean_of_samples(values if weight is None else values * weight, options.get('batchAxis', 0))


def cross_entropy(pred, label, weight, options):
    axis = axis_of(options.get('axis', -1), pred.ndim)
    logs = pred if options.get('fromLogits') else F.log_softmax(pred, axis)
    if options.get('sparseLabel', True):
        index = torch.tensor(np.clip(whole(label.detach().numpy() if torch.is_tensor(label) else label), 0, pred.shape[axis] - 1))
        values = -torch.gather(logs, axis, index if index.ndim == pred.ndim else index.unsqueeze(axis))
    else:
        values = -(logs * label.reshape(pred.shape)).sum(axis, keepdim=True)
    values = values * options.get('weight', 1)
    return mean_of_samples(values if weight is None else values * weight, options.get('batchAxis', 0))


def product_terms(rule):
    """Σ of the sizes of the terms of each gradient, as often as there are terms."""

    def magnitudes(*args):
        def of(change):
            return [change(x) if isinstance(x, np.ndarray) and x.dtype == np.float32 else x for x in args]

        sizes = pulled(rule, of(np.abs), torch.float64, torch.abs)
        counts = pulled(rule, of(np.ones_like), torch.float64, torch.ones_like)
        return [size * (np.max(np.abs(n), initial=0) + 4) for size, n in zip(sizes, counts)]

    return magnitudes


def loss_terms(pred, label, weight, options):
    """Each gradient is made of factors of this size at most."""
    size = np.max(np.abs(pred), initial=1) + np.max(np.abs(label), initial=1)
    most = 2 * (size + 8) * pred.size * np.max(np.abs(weight) if weight is not None else 1, initial=1)
    return [most] * sum(isinstance(x, np.ndarray) and x.dtype == np.float32 for x in (pred, label, weight))


GRADIENTS = {
    'addN': moves(lambda *xs: sum(xs[1:], xs[0])),
    'arccos': elementwise(torch.arccos),
    'arccosh': elementwise(torch.arccosh),
    'arcsin': elementwise(torch.arcsin),
    'arcsinh': elementwise(torch.arcsinh),
    'arctan': elementwise(torch.arctan),
    'arctan2': elementwise(angle),
    'arctanh': elementwise(torch.arctanh),
    'cbrt': elementwise(lambda x: x ** (1 / 3), floor=8),
    'cos': elementwise(torch.cos),
    'cosh': elementwise(torch.cosh),
    'degrees': elementwise(torch.rad2deg),
    'fix': elementwise(torch.trunc),
    'hardSigmoid': elementwise(hard_sigmoid),
    'hypot': elementwise(hypotenuse),
    'log10': elementwise(torch.log10),
    'log2': elementwise(torch.log2),
    'radians': elementwise(torch.deg2rad),
    'rcbrt': elementwise(lambda x: x ** (-1 / 3), floor=8),
    'reciprocal': elementwise(torch.reciprocal),
    'sin': elementwise(torch.sin),
    'sinh': elementwise(torch.sinh),
    'smoothL1': elementwise(smooth_l1),
    'tan': elementwise(torch.tan),
    'abs': elementwise(torch.abs),
    'ceil': elementwise(torch.ceil),
    'erf': elementwise(torch.erf, floor=24),
    'erfinv': elementwise(torch.erfinv, floor=24),
    'gammaln': elementwise(torch.lgamma, floor=8),
    'exp': elementwise(torch.exp),
    # the slope of expm1 is that of exp; PyTorch takes the result + 1, which cancels below 0
    'expm1': elementwise(torch.exp),
    'floor': elementwise(torch.floor),
    'log': elementwise(torch.log),
    'log1p': elementwise(torch.log1p),
    'rsqrt': elementwise(torch.rsqrt),
    'logaddexp': elementwise(logaddexp, of_one=True),
    'cumprod': elementwise(cumprod, floor=64),
    'roll': moves(moved(copies.roll)),
    'negative': elementwise(torch.neg),
    'relu': elementwise(lambda x: torch.where(x > 0, x, torch.zeros_like(x))),
    'rint': elementwise(torch.round),
    'round': elementwise(torch.round),
    'sigmoid': elementwise(torch.sigmoid, of_one=True),
    'sign': elementwise(torch.sign),
    'softrelu': elementwise(lambda x: F.softplus(x, threshold=40)),
    'softsign': elementwise(F.softsign, of_one=True),
    'sqrt': elementwise(torch.sqrt),
    'square': elementwise(torch.square),
    'tanh': elementwise(torch.tanh, of_one=True),
    'trunc': elementwise(torch.trunc),
    'clip': elementwise(lambda x, low, high: smaller(larger(x, torch.full_like(x, low)), torch.full_like(x, high))),
    'where': elementwise(lambda condition, a, b: torch.where(torch.as_tensor(condition != 0), a, b)),
    'add': elementwise(torch.add),
    'subtract': elementwise(lambda a, b: a - b),
    'multiply': elementwise(torch.multiply),
    'divide': elementwise(lambda a, b: a / b),
    'modulo': elementwise(remainder),
    'power': elementwise(torch.pow, floor=16),
    'maximum': elementwise(larger),
    'minimum': elementwise(smaller),
    'nansum': moves(along(lambda x, axes: x.sum(axes))),
    'nanprod': elementwise(along(product), floor=64),
    'sum': moves(along(lambda x, axes: x.sum(axes))),
    'mean': elementwise(along(lambda x, axes: x.mean(axes))),
    'prod': elementwise(along(product), floor=64),
    'max': moves(extreme(torch.amax)),
    'min': moves(extreme(torch.amin)),
    'norm': elementwise(along(lambda x, axes: torch.linalg.vector_norm(x, dim=axes)), floor=64),
    'var': terms(along(lambda x, axes: x.var(axes, unbiased=False)), reduced_terms(var_terms)),
    'logsumexp': terms(along(logsumexp), reduced_terms(logsumexp_terms)),
    'cumsum': moves(cumsum),
    'batchNorm': terms(batch_norm, batch_norm_terms),
    **{name: of_rows(name) for name in ('layerNorm', 'groupNorm', 'instanceNorm')},
    'leakyReLU': elementwise(leaky_relu, of_one=True),
    'flip': moves(moved(copies.flip)),
    'pad': moves(moved(lambda x, mode, widths, _: copies.pad(x, mode, widths))),
    'tile': moves(moved(copies.tile)),
    'repeat': moves(moved(copies.repeat)),
    'reshape': moves(lambda x, shape: x.reshape(shape)),
    'transpose': moves(lambda x, axes=None: x.permute(tuple(range(x.ndim)[::-1] if axes is None else axes))),
    'swapaxes': moves(torch.swapaxes),
    'expandDims': moves(torch.unsqueeze),
    'squeeze': moves(lambda x, axis=None: x.reshape(-1)),
    'flatten': moves(lambda x: x.reshape(-1)),
    'broadcastAxis': moves(lambda x, options: x.broadcast_to((options['size'],) + tuple(x.shape[1:]))),
    'broadcastTo': moves(lambda x, shape: x.broadcast_to(shape)),
    'slice': moves(sliced),
    'sliceAxis': moves(lambda x, axis, begin, end: sliced(x, [None] * (axis % x.ndim) + [begin], [None] * (axis % x.ndim) + [end])),
    'at': moves(lambda x, index: x[index]),
    'take': moves(taken),
    'pick': moves(picked),
    'sort': moves(ordered),
    'topk': moves(ordered),
    'gatherNd': moves(moved(orders.gather_nd)),
    'scatterNd': moves(scattered),
    'batchTake': moves(moved(orders.batch_take)),
    'sequenceMask': moves(moved(masked)),
    'sequenceLast': moves(moved(orders.sequence_last)),
    'sequenceReverse': moves(moved(orders.sequence_reverse)),
    'diag': moves(moved(orders.diag)),
    'moveaxis': moves(moved(orders.moveaxis)),
    'concat': moves(joined(torch.cat, 'dim', 1)),
    'stack': moves(joined(torch.stack, 'axis', 0)),
    'split': moves(cut),
    'dot': terms(dot, product_terms(dot)),
    'batchDot': terms(batch_dot, product_terms(batch_dot)),
    **{
        name: terms(rule, product_terms(rule))
        for name, rule in (
            ('convolution', layers.convolution),
            ('deconvolution', layers.deconvolution),
            ('fullyConnected', layers.fully_connected),
            ('pooling', layers.pooling),
        )
    },
    'embedding': moves(layers.embedding),
    'softmax': terms(lambda x, options=None: torch.softmax(x, (options or {}).get('axis', -1)), softmax_terms(False)),
    'logSoftmax': terms(lambda x, options=None: torch.log_softmax(x, (options or {}).get('axis', -1)), softmax_terms(True)),
    'L2Loss': terms(l2_loss, loss_terms),
    'SoftmaxCrossEntropyLoss': terms(cross_entropy, loss_terms),
}

GRADIENTS['activation'] = lambda x, options: GRADIENTS[options['actType']](x)
