"""What each function of nd gives, by NumPy and PyTorch: one frame of cases on stdin is one frame of answers on stdout.

A frame is the length of a JSON text (uint32), the text, the length of its values in bytes (uint32), and the values. A value
that is wanted comes with a slack, in absolute terms: 0 means these bits, Infinity means anything.
"""
import json
import math
import struct
import sys
import traceback

import numpy as np
import torch

import copies
import creation
import layers
import one
import orders
import products
import reductions
import selection
import shapes
import two
from core import Refused
from gradients import GRADIENTS

torch.set_num_threads(1)
np.seterr(all='ignore')

RULES = {
    name: rule
    for part in (copies, creation, layers, one, orders, products, reductions, selection, shapes, two)
    for name, rule in part.RULES.items()
}


def answer(kase, values):
    def operand(arg):
        if isinstance(arg, list):
            return [operand(x) for x in arg]
        if isinstance(arg, dict) and 'number' in arg:
            return float(arg['number'])
        if isinstance(arg, dict) and 'at' in arg:
            size = math.prod(arg['shape'])
            return values[arg['at'] : arg['at'] + size].astype(arg['dtype']).reshape(arg['shape']).copy()
        return arg

    args = [operand(arg) for arg in kase['args']]
    try:
        wants = (GRADIENTS if kase['gradient'] else RULES)[kase['op']](*args)
    except Refused as refusal:
        return {'refused': str(refusal)}
    except Exception:  # a fault of the rule is that of one case
        return {'fault': traceback.format_exc()}
    return wants if isinstance(wants, list) else [wants]


def read(count):
    data = sys.stdin.buffer.read(count)
    if len(data) < count:
        sys.exit(0)
    return data


def main():
    while True:
        (length,) = struct.unpack('<I', read(4))
        cases = json.loads(read(length))
        (length,) = struct.unpack('<I', read(4))
        values = np.frombuffer(read(length), np.float64)
        out, blobs, at = [], [], 0
        for kase in cases:
            wants = answer(kase, values)
            if isinstance(wants, dict):
                out.append(wants)
                continue
            lines = []
            for want in wants:
                slack = np.broadcast_to(want.slack if want.slack.ndim == 0 else want.slack.reshape(-1), want.values.size)
                blobs += [np.asarray(want.values, np.float64).tobytes(), np.ascontiguousarray(slack).tobytes()]
                lines.append({'shape': want.values.shape, 'dtype': want.dtype.name, 'at': at, 'zeros': want.zeros})
                at += 2 * want.values.size
            out.append({'outputs': lines})
        text, blob = json.dumps(out).encode(), b''.join(blobs)
        sys.stdout.buffer.write(struct.pack('<I', len(text)) + text + struct.pack('<I', len(blob)) + blob)
        sys.stdout.buffer.flush()


if __name__ == '__main__':
    main()
