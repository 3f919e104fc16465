"""What the colour transforms and the rotation of MXNet make of an image, by their definitions, in NumPy and OpenCV.

pip install numpy opencv-python-headless && python3 test/golden/transforms.py

Colours: image_random-inl.h of MXNet 1.9.1, with the luma that its documentation means in place of the kernel's, which
keeps only the blue part. Hue: OpenCV's HLS of floats. Rotation: image.imrotate, in float64.
"""
import base64, json, os
import cv2, numpy

random = numpy.random.RandomState(5)
n, h, w = 3, 6, 7
images = random.randint(0, 256, (n, h, w, 3)).astype('uint8')
images[0, 0, :4] = [[10, 10, 10], [255, 0, 0], [0, 0, 255], [255, 255, 255]]
share = numpy.array([.299, .587, .114])
stored = lambda x: numpy.clip(x, 0, 255).astype('uint8')
each = lambda factors: numpy.array(factors).reshape(-1, 1, 1, 1)
out = []


def add(name, factors, floats):
    out.append({'name': name, 'factors': factors, 'floats': floats.ravel().tolist(),
                'bytes': stored(floats).ravel().tolist()})


x = images.astype('float64')
factors = [0.5, 1.3, 1]
add('brightness', factors, x * each(factors))
luma = (x @ share)[..., None]
add('contrast', factors, x * each(factors) + (1 - each(factors)) * luma.mean((1, 2, 3), keepdims=True))
add('saturation', factors, x * each(factors) + (1 - each(factors)) * luma)
turns = [0.3, -0.2, 1.05]
turned = []
for image, turn in zip(images, turns):
    hls = cv2.cvtColor(image.astype('float32') / 255, cv2.COLOR_RGB2HLS)
    hls[..., 0] = (hls[..., 0] + 360 * turn) % 360
    turned.append(cv2.cvtColor(hls, cv2.COLOR_HLS2RGB) * 255)
add('hue', turns, numpy.array(turned, 'float64'))


def rotate(x, degrees, zoom):
    """(C, H, W) by an angle; zoom is 'in', 'out' or None."""
    c, h, w = x.shape
    a = numpy.pi * degrees / 180
    hs, ws = (h - 1) / 2, (w - 1) / 2
    scale = 1
    if zoom:
        rho, corner = numpy.hypot(h, w), numpy.arctan(h / w)
        mx = max(abs(rho * numpy.cos(corner + s * abs(a))) for s in (1, -1))
        my = max(abs(rho * numpy.sin(corner + s * abs(a))) for s in (1, -1))
        scale = max(mx / w, my / h) if zoom == 'out' else min(w / mx, h / my)
    y = numpy.zeros_like(x)
    for i in range(h):
        for j in range(w):
            sx = ((j - ws) * numpy.cos(a) - (i - hs) * numpy.sin(a)) * scale + ws
            sy = ((j - ws) * numpy.sin(a) + (i - hs) * numpy.cos(a)) * scale + hs
            t, l = int(numpy.floor(sy)), int(numpy.floor(sx))
            for di in (0, 1):
                for dj in (0, 1):
                    p, q = t + di, l + dj
                    if 0 <= p < h and 0 <= q < w:
                        wy = sy - t if di else 1 - (sy - t)
                        wx = sx - l if dj else 1 - (sx - l)
                        y[:, i, j] += wy * wx * x[:, p, q]
    return y


planes = images.transpose(0, 3, 1, 2).astype('float64') / 255
rotations = [{'degrees': d, 'zoom': z, 'floats': rotate(planes[0], d, z).ravel().tolist()}
             for d, z in [(17, None), (-135, None), (30, 'in'), (30, 'out'), (-80, 'out')]]
with open(os.path.join(os.path.dirname(__file__), 'transforms.json'), 'w') as file:
    json.dump({'shape': [n, h, w, 3], 'images': base64.b64encode(images.tobytes()).decode(), 'colours': out,
               'rotations': rotations}, file)
