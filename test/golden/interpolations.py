"""Writes random images and what OpenCV makes of them by its other interpolations.

Usage: python3 interpolations.py FILE COUNT SEED

For each image seven little-endian u32 (interpolation, bytes of an element, height, width, channels, new height, new
width), then the source, then OpenCV's result; elements are uint8 or float32.
"""

import struct
import sys

import cv2
import numpy

KINDS = [cv2.INTER_NEAREST, cv2.INTER_CUBIC, cv2.INTER_AREA, cv2.INTER_LANCZOS4]


def sizes(random, i):
    """Any sizes; every fourth shrinks by whole numbers, every fourth in both directions by others."""
    height, width, new_height, new_width = (int(n) for n in random.integers(1, 40, 4))
    if i % 4 == 1:
        by = random.integers(1, 4, 2)
        height, width = new_height * int(by[0]), new_width * int(by[1])
    if i % 4 == 2:
        height, width = max(height, new_height), max(width, new_width)
    if i % 16 == 3:
        height, width = 2 * new_height, 2 * new_width
    return height, width, new_height, new_width


def main():
    path, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    random = numpy.random.default_rng(seed)
    with open(path, 'wb') as file:
        for i in range(count):
            kind, dtype = KINDS[i % 4], (numpy.uint8, numpy.float32)[i // 4 % 4 == 3]
            height, width, new_height, new_width = sizes(random, i // 4)
            channels = int(random.integers(1, 5))
            image = random.integers(0, 256, (height, width, channels)).astype(dtype)
            if i % 7 == 0:
                image = numpy.where(image < 128, 0, 255).astype(dtype)
            result = cv2.resize(image, (new_width, new_height), interpolation=kind)
            sides = (height, width, channels, new_height, new_width)
            file.write(struct.pack('<7I', kind, image.itemsize, *sides))
            file.write(image.tobytes())
            file.write(result.tobytes())
    print(f'OpenCV {cv2.__version__}')


main()
