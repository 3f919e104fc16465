"""Fashion-MNIST from IDX files, gzipped or not, and OpenCV's bilinear resize to float32 pixels between 0 and 1."""
import gzip
import hashlib
import os
import struct

import cv2
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUBSET = os.path.join(ROOT, 'data')
WHOLE = os.environ.get('GLUEBALL_FASHION_MNIST', '/usr/share/datasets/fashion-mnist')


def read(folder, name):
    """One IDX file of bytes as an array."""
    with gzip.open(os.path.join(folder, name + '.gz')) as file:
        data = file.read()
    rank = data[3]
    shape = struct.unpack(f'>{rank}I', data[4 : 4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(folder, part, count=None):
    """Images (n, 28, 28) uint8 and labels (n,) int64 of `train` or `t10k`, in the order of the files."""
    images = read(folder, f'{part}-images-idx3-ubyte')[:count]
    return images, read(folder, f'{part}-labels-idx1-ubyte')[:count].astype(np.int64)


def resized(images, size):
    """OpenCV's bilinear resize on bytes."""
    return np.stack([cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR) for image in images])


def pixels(images):
    """ToTensor: (n, 1, h, w), float32(byte) / 255 rounded to float32."""
    return (images.astype(np.float32) / np.float32(255))[:, None]


def digest(images):
    """SHA-256 of the bytes."""
    return hashlib.sha256(np.ascontiguousarray(images).tobytes()).hexdigest()
