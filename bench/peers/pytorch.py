"""PyTorch as a peer: NiN's training step and inference, and a 2048³ matrix product, on the CPU."""
import argparse
import json
import os
import resource
import sys
import time

BATCH, SIDE, WARMUPS = 128, 112, 3
# Output channels, input channels, kernel, stride, padding, whether a max-pool of 3 / 2 follows.
LAYERS = [
    (96, 1, 11, 4, 0, False),
    (96, 96, 1, 1, 0, False),
    (96, 96, 1, 1, 0, True),
    (256, 96, 5, 1, 2, False),
    (256, 256, 1, 1, 0, False),
    (256, 256, 1, 1, 0, True),
    (384, 256, 3, 1, 1, False),
    (384, 384, 1, 1, 0, False),
    (384, 384, 1, 1, 0, True),
    (10, 384, 3, 1, 1, False),
    (10, 10, 1, 1, 0, False),
    (10, 10, 1, 1, 0, False),
]


def say(line):
    print(json.dumps(line), flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--case', choices=['nin-112-b128-train', 'nin-112-b128-infer', 'matmul-2048'], required=True)
    parser.add_argument('--layout', choices=['nchw', 'channels_last'], default='nchw')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--data', help='the folder of weights, images and labels')
    return parser.parse_args()


options = arguments()
os.environ['OMP_NUM_THREADS'] = str(options.threads)
try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError as error:
    say({'unavailable': f'{sys.executable} cannot import torch: {error}'})
    sys.exit(0)


class NiN:
    """The tutorial's network over the weights of the data folder."""

    def __init__(self):
        self.layout = torch.channels_last if options.layout == 'channels_last' else torch.contiguous_format
        self.images = self.arranged(torch.from_numpy(self.read('images.f32', '<f4').reshape(BATCH, 1, SIDE, SIDE)))
        self.labels = torch.from_numpy(self.read('labels.i32', '<i4')).long()
        self.parameters = []
        values, at = torch.from_numpy(self.read('weights.f32', '<f4')), 0
        for channels, before, kernel, *_ in LAYERS:
            for shape in ((channels, before, kernel, kernel), (channels,)):
                size = int(np.prod(shape))
                self.parameters.append(self.arranged(values[at : at + size].clone().reshape(shape)).requires_grad_())
                at += size
        self.optimizer = torch.optim.SGD(self.parameters, lr=0.01)

    def read(self, name, dtype):
        return np.fromfile(os.path.join(options.data, name), dtype)

    def arranged(self, tensor):
        return tensor.contiguous(memory_format=self.layout) if tensor.dim() == 4 else tensor

    def forward(self, x, training):
        for i, (_, _, _, stride, padding, pooled) in enumerate(LAYERS):
            if i == 9:
                x = F.dropout(x, 0.5, training)
            x = F.relu(F.conv2d(x, *self.parameters[2 * i : 2 * i + 2], stride=stride, padding=padding))
            if pooled:
                x = F.max_pool2d(x, 3, 2)
        return x.mean((2, 3))

    def infer(self):
        with torch.inference_mode():
            return self.forward(self.images, False)

    def train(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.forward(self.images, True), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def prepared():
    """What to time, the images in it, and what the first image's logits are."""
    if options.case == 'matmul-2048':
        a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
        return (lambda: torch.mm(a, b)), 1, None
    net = NiN()
    check = net.infer()[0].tolist()
    return (net.train if options.case.endswith('-train') else net.infer), BATCH, check


def main():
    torch.set_num_threads(options.threads)
    step, images, check = prepared()
    for _ in range(WARMUPS):
        step()
    note = 'matrix product' if check is None else options.layout
    say({'ready': True, 'system': 'pytorch', 'version': torch.__version__, 'note': note, 'slow': False, 'check': check})
    for line in sys.stdin:
        if line.strip() == 'exit':
            break
        start = time.perf_counter()
        step()
        say({'seconds': time.perf_counter() - start, 'images': images})
    say({'peakBytes': peak_bytes()})


def peak_bytes():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == 'darwin' else peak * 1024


main()
