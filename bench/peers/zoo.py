"""The zoo's networks as PyTorch's users write them; parameters and statistics have the order that Gluon's models have."""
import torch
from torch import nn
import torch.nn.functional as F


def relu():
    return nn.ReLU(inplace=True)


def conv(before, after, kernel, stride=1, padding=0, groups=1, bias=False):
    return nn.Conv2d(before, after, kernel, stride, padding, groups=groups, bias=bias)


def norm(channels, eps=1e-5):
    return nn.BatchNorm2d(channels, eps=eps)


def head(*blocks):
    """The mean over the pixels, and what scores it."""
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), *blocks]


def alexnet(channels, classes, side):
    """AlexNet; its first dense layer depends on the side of the images."""
    sizes = [(channels, 64, 11, 4, 2), (64, 192, 5, 1, 2), (192, 384, 3, 1, 1), (384, 256, 3, 1, 1), (256, 256, 3, 1, 1)]
    layers = [[conv(*size, bias=True), relu()] for size in sizes]
    for i in (0, 1, 4):
        layers[i].append(nn.MaxPool2d(3, 2))
    for _, _, kernel, stride, padding in sizes:
        side = (side + 2 * padding - kernel) // stride + 1
        side = (side - 3) // 2 + 1 if kernel > 3 else side
    side = (side - 3) // 2 + 1
    return nn.Sequential(*sum(layers, []), *dense(256 * side * side, classes))


def dense(features, classes):
    """The three dense layers of AlexNet and VGG."""
    parts = [nn.Flatten()]
    for before, after in ((features, 4096), (4096, 4096)):
        parts += [nn.Linear(before, after), relu(), nn.Dropout(0.5)]
    return [*parts, nn.Linear(4096, classes)]


def vgg(stages, normed, channels, classes, side):
    parts = []
    for count, after in zip(stages, (64, 128, 256, 512, 512)):
        for _ in range(count):
            parts += [conv(channels, after, 3, 1, 1, bias=True), *([norm(after)] if normed else []), relu()]
            channels = after
        parts.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*parts, *dense(512 * (side // 32) ** 2, classes))


class ResidualV1(nn.Module):
    """Body plus shortcut, then ReLU; `stride_at` says which convolution of a bottleneck has the stride."""

    def __init__(self, before, after, stride, deep, stride_at=0, bias=True):
        super().__init__()
        if deep:
            inner, strides = after // 4, [stride if i == stride_at else 1 for i in range(2)]
            self.body = nn.Sequential(
                *(conv(before, inner, 1, strides[0], bias=bias), norm(inner), relu()),
                *(conv(inner, inner, 3, strides[1], 1), norm(inner), relu()),
                *(conv(inner, after, 1, bias=bias), norm(after)),
            )
        else:
            first = (conv(before, after, 3, stride, 1), norm(after), relu())
            self.body = nn.Sequential(*first, conv(after, after, 3, 1, 1), norm(after))
        other = before != after
        self.downsample = nn.Sequential(conv(before, after, 1, stride), norm(after)) if other else nn.Identity()

    def forward(self, x):
        return F.relu(self.body(x) + self.downsample(x), inplace=True)


class ResidualV2(nn.Module):
    """BatchNorm and ReLU before each convolution; the shortcut takes what the first ReLU gives where its size changes."""

    def __init__(self, before, after, stride, deep):
        super().__init__()
        inner = after // 4 if deep else after
        sizes = [(before, inner, 3, stride, 1), (inner, after, 3, 1, 1)]
        if deep:
            sizes = [(before, inner, 1, 1, 0), (inner, inner, 3, stride, 1), (inner, after, 1, 1, 0)]
        self.first, self.conv = norm(before), conv(*sizes[0])
        self.rest = nn.Sequential(*(part for size in sizes[1:] for part in (norm(size[0]), relu(), conv(*size))))
        self.downsample = conv(before, after, 1, stride) if before != after else None

    def forward(self, x):
        first = F.relu(self.first(x), inplace=True)
        return self.rest(self.conv(first)) + (self.downsample(first) if self.downsample else x)


def resnet(blocks, widths, residual, channels, classes, second=False, **more):
    # Gluon's first BatchNorm neither scales nor shifts, but has the parameters
    parts = [norm(channels).requires_grad_(False)] if second else []
    parts += [conv(channels, 64, 7, 2, 3), norm(64), relu(), nn.MaxPool2d(3, 2, 1)]
    before = 64
    for i, (count, after) in enumerate(zip(blocks, widths)):
        for k in range(count):
            parts.append(residual(before, after, 2 if i > 0 and k == 0 else 1, widths[0] > 64, **more))
            before = after
    return nn.Sequential(*parts, *([norm(before), relu()] if second else []), *head(nn.Linear(before, classes)))


class DenseBlock(nn.Module):
    """Each layer takes what all before it made."""

    def __init__(self, before, count, growth=32):
        super().__init__()
        sizes = range(before, before + count * growth, growth)
        inner = 4 * growth
        self.layers = nn.ModuleList(
            nn.Sequential(
                *(norm(size), relu(), conv(size, inner, 1), norm(inner), relu(), conv(inner, growth, 3, 1, 1)),
            )
            for size in sizes
        )

    def forward(self, x):
        made = [x]
        for layer in self.layers:
            made.append(layer(torch.cat(made, 1)))
        return torch.cat(made, 1)


def densenet121(channels, classes, side):
    parts, before = [conv(channels, 64, 7, 2, 3), norm(64), relu(), nn.MaxPool2d(3, 2, 1)], 64
    for i, count in enumerate((6, 12, 24, 16)):
        parts.append(DenseBlock(before, count))
        before += 32 * count
        if i < 3:
            parts += [norm(before), relu(), conv(before, before // 2, 1), nn.AvgPool2d(2, 2)]
            before //= 2
    return nn.Sequential(*parts, norm(before), relu(), *head(nn.Linear(before, classes)))


def mobilenet(multiplier, channels, classes):
    before = int(32 * multiplier)
    parts = [conv(channels, before, 3, 2, 1), norm(before), relu()]
    sizes = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    for full, stride in sizes:
        after = int(full * multiplier)
        parts += [conv(before, before, 3, stride, 1, groups=before), norm(before), relu()]
        parts += [conv(before, after, 1), norm(after), relu()]
        before = after
    return nn.Sequential(*parts, *head(nn.Linear(before, classes)))


class LinearBottleneck(nn.Module):
    def __init__(self, before, after, expansion, stride):
        super().__init__()
        inner = before * expansion
        self.shortcut = stride == 1 and before == after
        self.out = nn.Sequential(
            *(conv(before, inner, 1), norm(inner), nn.ReLU6(inplace=True)),
            *(conv(inner, inner, 3, stride, 1, groups=inner), norm(inner), nn.ReLU6(inplace=True)),
            *(conv(inner, after, 1), norm(after)),
        )

    def forward(self, x):
        return self.out(x) + x if self.shortcut else self.out(x)


def mobilenet_v2(multiplier, channels, classes):
    before = int(32 * multiplier)
    parts = [conv(channels, before, 3, 2, 1), norm(before), nn.ReLU6(inplace=True)]
    table = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for expansion, full, count, stride in table:
        for k in range(count):
            after = int(full * multiplier)
            parts.append(LinearBottleneck(before, after, expansion, stride if k == 0 else 1))
            before = after
    last = [conv(before, 1280, 1), norm(1280), nn.ReLU6(inplace=True), nn.AdaptiveAvgPool2d(1)]
    return nn.Sequential(*parts, *last, conv(1280, classes, 1), nn.Flatten())


class Parallel(nn.Module):
    """Paths side by side, whose channels are joined."""

    def __init__(self, *paths):
        super().__init__()
        self.paths = nn.ModuleList(paths)

    def forward(self, x):
        return torch.cat([path(x) for path in self.paths], 1)


def fire(before, squeeze, expand):
    paths = [nn.Sequential(conv(squeeze, expand, kernel, 1, kernel // 2, bias=True), relu()) for kernel in (1, 3)]
    return [conv(before, squeeze, 1, bias=True), relu(), Parallel(*paths)]


def squeezenet(table, first, kernel, channels, classes):
    parts, before = [conv(channels, first, kernel, 2, bias=True), relu()], first
    for row in table:
        if row is None:
            parts.append(nn.MaxPool2d(3, 2, ceil_mode=True))
        else:
            parts += fire(before, *row)
            before = 2 * row[1]
    last = [nn.Dropout(0.5), conv(before, classes, 1, bias=True), relu(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*parts, *last)


def basic(before, after, kernel, stride=1):
    return [conv(before, after, kernel, stride, kernel // 2), norm(after, 1e-3), relu()]


def inception(before, c1, c2, c3, c4):
    pool = nn.MaxPool2d(3, 1, 1, ceil_mode=True)
    paths = [basic(before, c1, 1), *([*basic(before, c[0], 1), *basic(c[0], c[1], 3)] for c in (c2, c3))]
    return Parallel(*(nn.Sequential(*path) for path in [*paths, [pool, *basic(before, c4, 1)]]))


def googlenet(channels, classes, side):
    def pool(size):
        return nn.MaxPool2d(size, 2, ceil_mode=True)

    parts = [*basic(channels, 64, 7, 2), pool(3), *basic(64, 64, 1), *basic(64, 192, 3), pool(3)]
    before = 192
    table = [
        *[(64, (96, 128), (16, 32), 32), (128, (128, 192), (32, 96), 64), 3],
        *[(192, (96, 208), (16, 48), 64), (160, (112, 224), (24, 64), 64), (128, (128, 256), (24, 64), 64)],
        *[(112, (144, 288), (32, 64), 64), (256, (160, 320), (32, 128), 128), 2],
        *[(256, (160, 320), (32, 128), 128), (384, (192, 384), (48, 128), 128)],
    ]
    for row in table:
        parts.append(pool(row) if isinstance(row, int) else inception(before, *row))
        if not isinstance(row, int):
            c1, c2, c3, c4 = row
            before = c1 + c2[1] + c3[1] + c4
    return nn.Sequential(*parts, *head(nn.Dropout(0.2), nn.Linear(before, classes)))


VGG = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
RESNET = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
FIRES = {
    '1.0': [None, *[(16, 64)] * 2, (32, 128), None, (32, 128), *[(48, 192)] * 2, (64, 256), None, (64, 256)],
    '1.1': [None, *[(16, 64)] * 2, None, *[(32, 128)] * 2, None, *[(48, 192)] * 2, *[(64, 256)] * 2],
}


def build(name, channels, classes, side):
    """The network of this name of Gluon's, for images of these channels and this side."""
    if name in ('alexnet', 'densenet121', 'googlenet'):
        return globals()[name](channels, classes, side)
    if name.startswith('vgg'):
        return vgg(VGG[int(name[3:5])], name.endswith('_bn'), channels, classes, side)
    if name.startswith('squeezenet'):
        version = name[len('squeezenet') :]
        return squeezenet(FIRES[version], *((96, 7) if version == '1.0' else (64, 3)), channels, classes)
    if name.startswith('mobilenetv2_'):
        return mobilenet_v2(float(name[len('mobilenetv2_') :]), channels, classes)
    if name.startswith('mobilenet'):
        return mobilenet(float(name[len('mobilenet') :]), channels, classes)
    layers, version = int(name[6:8]), name[9:]
    widths = (256, 512, 1024, 2048) if layers == 50 else (64, 128, 256, 512)
    if version == 'v2':
        return resnet(RESNET[layers], widths, ResidualV2, channels, classes, second=True)
    more = {'stride_at': 1, 'bias': False} if version == 'v1b' else {}
    return resnet(RESNET[layers], widths, ResidualV1, channels, classes, **more)


def state(net):
    """Parameters and running statistics in their order."""
    return [value for name, value in net.state_dict().items() if not name.endswith('num_batches_tracked')]


def load(net, values):
    """Copies values into a network, one for each of `state`."""
    own = state(net)
    shapes = [[list(tensor.shape) for tensor in tensors] for tensors in (own, values)]
    if shapes[0] != shapes[1]:
        raise ValueError(f'these are not its parameters: it has {shapes[0]}, got {shapes[1]}')
    with torch.no_grad():
        for tensor, value in zip(own, values):
            tensor.copy_(value)
