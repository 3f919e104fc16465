"""Reductions and running sums along axes; what the order of a sum or product decides is left open."""
import numpy as np

from core import LARGEST, SMALLEST, ULP, Refused, Want, axis_of, f32, f64, finite, is_int, wide
from two import int_divide


def axes_of(x, axis=None, exclude=False, **_):
    """The axes that are reduced, ascending."""
    if axis is None:
        return tuple(range(x.ndim))
    named = [axis] if isinstance(axis, int) else axis
    if any(not -x.ndim <= a < x.ndim for a in named):
        raise Refused('no such axis')
    named = [a % x.ndim for a in named]
    if len(set(named)) < len(named):
        raise Refused('twice')
    return tuple(a for a in range(x.ndim) if (a in named) != exclude)


def reduction(rule):
    def compute(x, options=None):
        options = options or {}
        axes = axes_of(x, **options)
        want = rule(x, axes)
        shape = [1 if k in axes else n for k, n in enumerate(x.shape)]
        if not options.get('keepdims'):
            shape = [n for k, n in enumerate(x.shape) if k not in axes] or [1]
        want.slack = np.broadcast_to(want.slack, want.values.shape)
        want.values = want.values.reshape(shape)
        return want

    return compute


def without_nan(x, number):
    return x if is_int(x) else np.where(np.isnan(x), np.float32(number), x)


def count(x, axes):
    return int(np.prod([x.shape[k] for k in axes], dtype=np.int64))


def sum_of(x, axes):
    if is_int(x):
        return Want(wide(x).sum(axes).astype(x.dtype))
    x = f64(x)
    size = np.abs(finite(x)).sum(axes)
    slack = count(x, axes) * ULP / 2 * size
    return Want(x.sum(axes), np.where(size > LARGEST, np.inf, slack), np.float32, zeros=True)


def mean_of(x, axes):
    n = count(x, axes)
    if is_int(x):
        total = wide(x).sum(axes).astype(np.int32).astype(np.int64)
        return Want(int_divide(total, np.int64(n)).astype(x.dtype))
    if n == 0:
        return Want(f32(f64(x).sum(axes) * np.nan))
    want = sum_of(x, axes)
    values = want.values / n
    return Want(values, (want.slack + ULP * np.abs(finite(want.values))) / n + SMALLEST, np.float32, zeros=True)


def prod_of(x, axes):
    if is_int(x):
        result = np.ones([n for k, n in enumerate(x.shape) if k not in axes], np.int64)
        moved = np.moveaxis(wide(x), axes, range(len(axes))).reshape((count(x, axes),) + result.shape)
        for part in moved:
            result = (result * part).astype(np.int32).astype(np.int64)
        return Want(result.astype(x.dtype))
    x = f64(x)
    # what the parts may be multiplied to in another order: beyond float32 the order decides
    most = np.log2(np.maximum(np.abs(finite(x)), 1)).sum(axes)
    least = np.log2(np.minimum(np.where(x == 0, 1, np.where(np.isnan(x), 1, np.abs(x))), 1)).sum(axes)
    values = x.prod(axes)
    slack = count(x, axes) * ULP * np.abs(finite(values))
    spoiled = (most > 127) | ((least < -125) & ~np.isnan(values))
    return Want(values, np.where(spoiled, np.inf, slack), np.float32, zeros=True)


def extreme(rule):
    def compute(x, axes):
        if any(x.shape[k] == 0 for k in axes):
            raise Refused('nothing to choose from')
        return Want(rule(x, axis=axes), zeros=True)

    return compute


def norm_of(x, axes):
    if is_int(x):
        raise Refused('integers')
    x = f64(x)
    values = np.sqrt((x * x).sum(axes))
    return Want(values, (count(x, axes) / 2 + 4) * ULP * finite(values) + SMALLEST, np.float32)


def logsumexp_of(x, axes):
    """The exponentials of differences to the largest element are summed; -inf of nothing."""
    if is_int(x):
        raise Refused('integers')
    x = f64(x)
    values = x
    for k in reversed(axes):
        values = np.logaddexp.reduce(values, axis=k)
    most = finite(np.where(np.isnan(x), -np.inf, x).max(axes, initial=-np.inf))
    slack = (count(x, axes) + 8 + np.abs(finite(values) - most) + np.abs(finite(values))) * ULP
    return Want(values, slack, np.float32, zeros=True)


def about(x, axes):
    """Mean and variance, which keep their axes, how far a mean of float32 is off, and whether anything overflows."""
    n = count(x, axes)
    mean = x.mean(axes, keepdims=True)
    apart = x - mean
    squares = (apart * apart).sum(axes, keepdims=True)
    size = np.abs(finite(x)).sum(axes, keepdims=True)
    off = n * ULP * size / max(n, 1) + SMALLEST
    return mean, squares / n if n else squares * np.nan, off, (size > LARGEST) | (squares > LARGEST)


def var_slack(variance, off, n):
    """Squares are taken of distances from a mean that is off."""
    return (n + 8) * ULP * (finite(variance) + off * off) + 2 * SMALLEST


def var_of(x, axes):
    if is_int(x):
        raise Refused('integers')
    _, variance, off, spoiled = about(f64(x), axes)
    slack = np.where(spoiled, np.inf, var_slack(variance, off, count(x, axes)))
    return Want(variance.squeeze(axes), slack.squeeze(axes), np.float32, zeros=True)


def std_of(x, axes):
    want = var_of(x, axes)
    values = np.sqrt(want.values)
    above = np.sqrt(want.values + want.slack) - values
    below = values - np.sqrt(np.maximum(want.values - want.slack, 0))
    slack = np.where(np.isfinite(want.slack), np.fmax(above, below) + 2 * ULP * finite(values), np.inf)
    return Want(values, slack, np.float32, zeros=True)


def normalised(x, gamma, beta, axes, epsilon):
    """x without its mean, over its deviation, scaled and shifted; mean and variance along axes, which they keep."""
    x, gamma, beta = f64(x), f64(gamma), f64(beta)
    n = count(x, axes)
    mean, variance, off, spoiled = about(x, axes)
    off = off + ULP * np.abs(finite(mean))
    of_variance = np.where(spoiled, np.inf, var_slack(variance, off, n))
    shifted = variance + f64(f32(epsilon))
    scale = gamma / np.sqrt(shifted)
    apart = np.abs(finite(x - mean))
    product = apart * np.abs(finite(scale))
    values = (x - mean) * scale + beta
    share = 8 * ULP + np.where(shifted > 0, of_variance / np.where(shifted > 0, shifted, 1), np.inf)
    slack = np.abs(finite(scale)) * off + product * share + ULP * (np.abs(finite(beta)) + product) + SMALLEST * (apart + 1)
    unknown = (share > 0.25) | (np.abs(scale) > LARGEST / 2) | (product > LARGEST / 2)
    slack = np.where(unknown & ~np.isnan(variance), np.inf, slack)
    of_mean = np.where(spoiled, np.inf, off)
    statistics = [Want(a.reshape(-1), b.reshape(-1), np.float32, zeros=True) for a, b in ((mean, of_mean), (variance, of_variance))]
    return [Want(values, np.broadcast_to(slack, values.shape), np.float32, zeros=True), *statistics]


def batch_norm(x, gamma, beta, options=None):
    options = options or {}
    at = axis_of(options.get('axis', 1), x.ndim)
    if any(is_int(a) for a in (x, gamma, beta)) or any(a.shape != x.shape[at : at + 1] for a in (gamma, beta)):
        raise Refused('integers, or another number of channels')
    axes = tuple(k for k in range(x.ndim) if k != at)
    kept = [n if k == at else 1 for k, n in enumerate(x.shape)]
    return normalised(x, gamma.reshape(kept), beta.reshape(kept), axes, options.get('eps', 1e-5))


def of_rows(x, gamma, beta, axes, kept, epsilon):
    """layerNorm and its kin: x̂ is a value of its own before it is scaled, and may be too small for that."""
    if is_int(x) or any(a.size != np.prod(kept) for a in (gamma, beta)):
        raise Refused('integers, or another number of factors')
    gamma, beta = gamma.reshape(kept), beta.reshape(kept)
    want = normalised(x, gamma, beta, axes, epsilon)[0]
    return Want(want.values, want.slack + SMALLEST * np.abs(finite(f64(gamma))), np.float32, zeros=True)


def layer_norm(x, gamma, beta, options=None):
    options = options or {}
    at = axis_of(options.get('axis', -1), x.ndim)
    kept = [n if k == at else 1 for k, n in enumerate(x.shape)]
    return of_rows(x, gamma, beta, (at,), kept, options.get('eps', 1e-5))


def group_norm(x, gamma, beta, options=None):
    groups = (options or {}).get('numGroups', 1)
    if x.shape[1] % groups != 0:
        raise Refused('groups do not divide the channels')
    rows = x.reshape(x.shape[0], groups, -1 if x.size else int(np.prod(x.shape[1:])) // groups)
    want = of_rows(rows, gamma, beta, (2,), [1, groups, 1], (options or {}).get('eps', 1e-5))
    return Want(want.values.reshape(x.shape), want.slack.reshape(x.shape), np.float32, zeros=True)


def instance_norm(x, gamma, beta, options=None):
    options = options or {}
    at = axis_of(options.get('axis', 1), x.ndim)
    if x.ndim < 3 or at == 0:
        raise Refused('no axes of pixels')
    axes = tuple(k for k in range(1, x.ndim) if k != at)
    kept = [n if k == at else 1 for k, n in enumerate(x.shape)]
    return of_rows(x, gamma, beta, axes, kept, options.get('eps', 1e-3))


def cumsum(x, options=None):
    axis = (options or {}).get('axis')
    x = x.reshape(-1) if axis is None else x
    axis = axis_of(axis or 0, x.ndim)
    if is_int(x):
        return Want(wide(x).cumsum(axis).astype(x.dtype))
    x = f64(x)
    size = np.abs(finite(x)).cumsum(axis)
    return Want(x.cumsum(axis), np.where(size > LARGEST, np.inf, x.shape[axis] * ULP * size), np.float32, zeros=True)


def cumprod(x, options=None):
    axis = (options or {}).get('axis')
    x = x.reshape(-1) if axis is None else x
    axis = axis_of(axis or 0, x.ndim)
    if is_int(x):
        made, product = [], None
        for part in np.moveaxis(wide(x), axis, 0):
            product = part if product is None else (product * part).astype(np.int32).astype(np.int64)
            made.append(product)
        values = np.moveaxis(np.stack(made), 0, axis) if made else wide(x)
        return Want(values.astype(x.dtype))
    x = f64(x)
    size = np.abs(finite(x))
    most = np.log2(np.maximum(size, 1)).cumsum(axis)
    least = np.log2(np.minimum(np.where((x == 0) | np.isnan(x), 1, np.abs(x)), 1)).cumsum(axis)
    values = x.cumprod(axis)
    slack = x.shape[axis] * ULP * np.abs(finite(values))
    spoiled = (most > 127) | ((least < -125) & ~np.isnan(values))
    return Want(values, np.where(spoiled, np.inf, slack), np.float32, zeros=True)


def place(rule):
    def compute(x, options=None):
        options = options or {}
        axis, keepdims = options.get('axis'), options.get('keepdims', False)
        dtype = np.dtype(options.get('dtype') or x.dtype)
        if axis is not None and not -x.ndim <= axis < x.ndim:
            raise Refused('no such axis')
        n = x.size if axis is None else x.shape[axis]
        if n == 0 or n - 1 > {'float32': 2**24, 'int32': 2**31 - 1, 'uint8': 255}[dtype.name]:
            raise Refused('no place, or more than the dtype holds')
        if axis is None:
            values = np.asarray(rule(x.ravel())).reshape([1] * x.ndim if keepdims else [1])
        else:
            values = rule(x, axis=axis)
            values = np.expand_dims(values, axis) if keepdims else values.reshape(values.shape or (1,))
        return Want(values.astype(dtype))

    return compute


RULES = {
    'nanprod': reduction(lambda x, axes: prod_of(without_nan(x, 1), axes)),
    'nansum': reduction(lambda x, axes: sum_of(without_nan(x, 0), axes)),
    'sum': reduction(sum_of),
    'mean': reduction(mean_of),
    'prod': reduction(prod_of),
    'max': reduction(extreme(np.max)),
    'min': reduction(extreme(np.min)),
    'norm': reduction(norm_of),
    'var': reduction(var_of),
    'std': reduction(std_of),
    'logsumexp': reduction(logsumexp_of),
    'cumsum': cumsum,
    'cumprod': cumprod,
    'batchNorm': batch_norm,
    'layerNorm': layer_norm,
    'groupNorm': group_norm,
    'instanceNorm': instance_norm,
    'argmax': place(np.argmax),
    'argmin': place(np.argmin),
}
