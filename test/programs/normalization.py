"""Batch normalisation as MXNet has it: running variances are biased."""
import torch


def batch_norm(x, gamma, beta, mean, var, training=True):
    """Normalises x by channels, and in training updates mean and var, the running statistics, in place."""
    shape = (1, -1) + (1,) * (x.dim() - 2)
    axes = (0,) + tuple(range(2, x.dim()))
    if training:
        own_mean, own_var = x.mean(axes), x.var(axes, unbiased=False)
        with torch.no_grad():
            mean.mul_(0.9).add_(0.1 * own_mean)
            var.mul_(0.9).add_(0.1 * own_var)
    else:
        own_mean, own_var = mean.detach(), var.detach()
    scale = gamma / torch.sqrt(own_var + 1e-5)
    return (x - own_mean.reshape(shape)) * scale.reshape(shape) + beta.reshape(shape)
