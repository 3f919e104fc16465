"""JPEG, PNG, GIF and WebP files with the RGB pixels that Pillow reads from them, upright, transparent ones on white.

pip install pillow==12.3.0 && python3 test/golden/colours.py
"""
import base64, io, json, math, os, random
from PIL import Image, ImageOps

W, H = 37, 22
random.seed(11)


def channel(k):
    return [max(0, min(255, int(128 + 110 * math.sin(x / (4 + k)) * math.cos(y / (5 - k)) + random.gauss(0, 9))))
            for y in range(H) for x in range(W)]


def picture(mode, count):
    image = Image.new(mode, (W, H))
    parts = [channel(k) for k in range(count)]
    image.putdata(parts[0] if count == 1 else list(zip(*parts)))
    return image


def saved(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def rgb(data):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert('RGBA')
    white = Image.new('RGBA', image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert('RGB')


colour, grey, alpha = picture('RGB', 3), picture('L', 1), picture('RGBA', 4)
frames = [picture('RGB', 3).quantize(16) for _ in range(2)]
palette = colour.quantize(40)
files = {
    'JPEG 4:4:4': saved(colour, 'JPEG', quality=90, subsampling='4:4:4'),
    'JPEG 4:2:2': saved(colour, 'JPEG', quality=80, subsampling='4:2:2'),
    'JPEG 4:2:0': saved(colour, 'JPEG', quality=80, subsampling='4:2:0'),
    'JPEG 4:2:0, progressive': saved(colour, 'JPEG', quality=70, subsampling='4:2:0', progressive=True),
    'JPEG 4:2:0, coarse': saved(colour, 'JPEG', quality=5, subsampling='4:2:0'),
    'JPEG grey': saved(grey, 'JPEG', quality=85),
    'JPEG RGB': saved(colour, 'JPEG', quality=90, keep_rgb=True),
    **{f'JPEG turned, {k}': saved(colour, 'JPEG', quality=90, subsampling='4:4:4', exif=turned(k)) for k in range(1, 9)},
    'PNG RGB': saved(colour, 'PNG'),
    'PNG turned, 6': saved(colour, 'PNG', exif=turned(6)),
    'PNG RGBA': saved(alpha, 'PNG'),
    'PNG grey': saved(grey, 'PNG'),
    'PNG palette': saved(palette, 'PNG'),
    'GIF': saved(palette, 'GIF'),
    'GIF interlaced': saved(palette, 'GIF', interlace=1),
    'GIF of two frames': saved(frames[0], 'GIF', save_all=True, append_images=frames[1:], interlace=0),
    'GIF with a transparent colour': saved(palette, 'GIF', transparency=palette.getpixel((5, 5))),
    'GIF of two colours': saved(grey.convert('1'), 'GIF'),
    'GIF of 256 colours': saved(Image.effect_noise((200, 150), 90).quantize(256), 'GIF'),
    'WebP': saved(colour, 'WEBP', quality=80),
    'WebP, lossless': saved(colour, 'WEBP', lossless=True),
    'WebP with alpha': saved(alpha, 'WEBP', lossless=True, exact=True),
    'WebP turned, 8': saved(colour, 'WEBP', lossless=True, exif=turned(8)),
}
text = lambda data: base64.b64encode(data).decode()
entries = []
for name, data in files.items():
    image = rgb(data)
    entries.append({'name': name, 'width': image.width, 'height': image.height, 'file': text(data),
                    'rgb': text(image.tobytes())})
with open(os.path.join(os.path.dirname(__file__), 'colours.json'), 'w') as out:
    json.dump(entries, out)
for name, data in files.items():
    print(name, len(data))
