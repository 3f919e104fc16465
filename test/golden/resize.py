"""Writes random images and what OpenCV makes of them by bilinear resizing.

Usage: python3 resize.py FILE COUNT SEED

The file holds, for each image, five little-endian u32 (height, width, channels, new height, new width), then the
source bytes, then OpenCV's bytes; at its end the same for float32 images, after one u32 that says how many bytes the
first part has. Every tenth image is halved exactly, and some keep a side.
"""

import struct
import sys

import cv2
import numpy


def sizes(random, i):
    height, width = (int(n) for n in random.integers(1, 33, 2))
    new_height, new_width = (int(n) for n in random.integers(1, 49, 2))
    if i % 10 == 0:
        height, width, new_height, new_width = 2 * height, 2 * width, height, width
    if i % 10 == 1:
        new_height = height
    if i % 10 == 2:
        new_height, new_width = height, width
    if i % 1000 == 3:
        height = width = 28
        new_height = new_width = (112, 224, 96, 67, 32, 20, 14, 29, 56, 64)[i // 1000 % 10]
    return height, width, new_height, new_width


def write(file, random, count, dtype):
    for i in range(count):
        height, width, new_height, new_width = sizes(random, i)
        channels = int(random.integers(1, 5))
        image = random.integers(0, 256, (height, width, channels)).astype(dtype)
        if i % 7 == 0:
            image = numpy.where(image < 128, 0, 255).astype(dtype)
        result = cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
        file.write(struct.pack('<5I', height, width, channels, new_height, new_width))
        file.write(image.tobytes())
        file.write(result.tobytes())


def main():
    path, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    random = numpy.random.default_rng(seed)
    with open(path, 'wb') as file:
        file.write(struct.pack('<I', 0))
        write(file, random, count, numpy.uint8)
        length = file.tell()
        write(file, random, count // 10, numpy.float32)
        file.seek(0)
        file.write(struct.pack('<I', length))
    print(f'OpenCV {cv2.__version__}')


main()
