"""PNG and JPEG files of many kinds, with the grey values that Pillow (libjpeg-turbo, libpng) reads from them.

pip install pillow==12.3.0 && python3 test/golden/pictures.py
"""
import base64, io, json, math, os, random
from PIL import Image

W, H = 37, 21
random.seed(7)


def channel(k):
    return [max(0, min(255, int(128 + 90 * math.sin(x / (4 + k)) * math.cos(y / (5 - k)) + random.gauss(0, 12))))
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


def grey(data):
    image = Image.open(io.BytesIO(data))
    if image.format == 'JPEG':
        if image.mode == 'RGB' and image.info.get('adobe_transform') != 0:
            image.draft('L', image.size)  # Y as it is, without clipping R, G and B between
        elif image.mode == 'CMYK':
            image = image.convert('RGB')
        return image.convert('L')
    if image.mode == 'I;16':
        return Image.frombytes('L', image.size, bytes(round(v / 257) for v in image.get_flattened_data()))
    rgba = image.convert('RGBA')
    white = Image.new('RGBA', image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, rgba).convert('L')


rgb, l = picture('RGB', 3), picture('L', 1)
alpha = picture('RGBA', 4)
jpegs = {
    'baseline': saved(rgb, 'JPEG', quality=90, subsampling='4:4:4'),
    'baseline 4:2:0, optimized': saved(rgb, 'JPEG', quality=75, subsampling='4:2:0', optimize=True),
    'baseline 4:2:2, restart markers': saved(rgb, 'JPEG', quality=85, subsampling='4:2:2', restart_marker_blocks=2),
    'grey': saved(l, 'JPEG', quality=95),
    'grey, restart markers': saved(l, 'JPEG', quality=60, restart_marker_blocks=3),
    'progressive 4:2:0': saved(rgb, 'JPEG', quality=85, progressive=True),
    'progressive grey': saved(l, 'JPEG', quality=40, progressive=True),
    'progressive, restart markers': saved(rgb, 'JPEG', quality=90, progressive=True, subsampling='4:4:4',
                                          restart_marker_rows=1),
    'RGB': saved(rgb, 'JPEG', quality=90, keep_rgb=True),
    'CMYK': saved(rgb.convert('CMYK'), 'JPEG', quality=90),
}
pngs = {
    '1 bit': saved(l.convert('1'), 'PNG'),
    '2 bits': saved(l.quantize(4), 'PNG', bits=2),
    '4 bits': saved(l.quantize(16), 'PNG', bits=4),
    'palette with transparency': saved(alpha.quantize(60, method=Image.Quantize.FASTOCTREE), 'PNG'),
    'grey': saved(l, 'PNG'),
    'grey with a transparent value': saved(l, 'PNG', transparency=l.getpixel((3, 3))),
    'grey and alpha': saved(picture('LA', 2), 'PNG'),
    'RGB': saved(rgb, 'PNG'),
    'RGB with a transparent colour': saved(rgb, 'PNG', transparency=rgb.getpixel((3, 3))),
    'RGBA': saved(alpha, 'PNG'),
    '16 bits': saved(Image.frombytes('I;16', (W, H), bytes(random.randrange(256) for _ in range(2 * W * H))), 'PNG'),
}
text = lambda data: base64.b64encode(data).decode()
entries = [{'kind': kind, 'name': name, 'width': W, 'height': H, 'file': text(data), 'grey': text(grey(data).tobytes())}
           for kind, files in (('JPEG', jpegs), ('PNG', pngs)) for name, data in files.items()]
with open(os.path.join(os.path.dirname(__file__), 'pictures.json'), 'w') as out:
    json.dump(entries, out)
for e in entries:
    print(e['kind'], e['name'], len(e['file']) * 3 // 4)
