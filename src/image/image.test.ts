// image: reading pictures, resizing, crops and augmenters.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { image, nd } from 'glueball'
import { afterAll, expect, test } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'glueball-image-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const pixels = Uint8Array.of(255, 0, 0, 0, 128, 0, 0, 0, 64, 10, 20, 30)
const png = encode({ width: 2, height: 2, data: pixels, channels: 3, depth: 8 })
const ramp = (height: number, width: number) =>
  nd.array(
    Uint8Array.from({ length: height * width }, (_, i) => i),
    { shape: [height, width, 1], dtype: 'uint8' },
  )

test('imread and imdecode give bytes (H, W, C), RGB, BGR or grey', async () => {
  writeFileSync(join(root, 'a.png'), png)
  const read = await image.imread(join(root, 'a.png'))
  expect([String(read.shape), read.dtype, [...(await read.toArray())]]).toEqual(['(2, 2, 3)', 'uint8', [...pixels]])
  const swapped = await (await image.imdecode(png, { toRgb: false })).toArray()
  expect([...swapped.slice(0, 6)]).toEqual([0, 0, 255, 0, 128, 0])
  const grey = await image.imdecode(png, { flag: 0 })
  expect([...(await grey.toArray())]).toEqual([76, 75, 7, 18])
  const clear = encode({ width: 1, height: 1, data: Uint8Array.of(9, 9, 9, 0), channels: 4, depth: 8 })
  expect([...(await (await image.imdecode(clear, { background: 40 })).toArray())]).toEqual([40, 40, 40])
  await expect(image.imread(join(root, 'none.png'))).rejects.toThrow(/\[imread\] cannot read .*none\.png: got ENOENT/)
  await expect(image.imdecode(png.subarray(0, 50))).rejects.toThrow('[imdecode] the picture is a damaged PNG')
  await expect(image.imdecode('a.png' as never)).rejects.toThrow('takes the bytes of a file as a Uint8Array')
})

test('sizes', () => {
  expect(String(image.imresize(ramp(4, 6), 3, 2).shape)).toBe('(2, 3, 1)')
  expect(String(image.resizeShort(ramp(4, 6), 2).shape)).toBe('(2, 3, 1)')
  expect(String(image.resizeShort(ramp(7, 3), 2).shape)).toBe('(4, 2, 1)')
  expect(image.scaleDown([640, 480], [720, 120])).toEqual([640, 106])
  expect(image.scaleDown([360, 1000], [480, 500])).toEqual([360, 375])
  expect(() => image.imresize(nd.zeros([2, 2]), 1, 1)).toThrow('[imresize] takes an image (H, W, C), got (2, 2)')
})

test('crops say where they were', async () => {
  expect([...(await image.fixedCrop(ramp(4, 5), 1, 2, 2, 1).toArray())]).toEqual([11, 12])
  const [middle, place] = image.centerCrop(ramp(4, 5), [3, 2])
  expect([[...(await middle.toArray())], place]).toEqual([
    [6, 7, 8, 11, 12, 13],
    [1, 1, 3, 2],
  ])
  for (let i = 0; i < 20; i++) {
    const [part, [x, y, width, height]] = image.randomCrop(ramp(4, 5), [2, 3])
    expect([width, height, (await part.toArray())[0]]).toEqual([2, 3, 5 * y + x])
    const [sized, where] = image.randomSizeCrop(ramp(8, 9), [2, 2], 0.3, [0.5, 2])
    expect(String(sized.shape)).toBe('(2, 2, 1)')
    expect(where[0] + where[2]).toBeLessThanOrEqual(9)
    expect(where[1] + where[3]).toBeLessThanOrEqual(8)
  }
})

test('colorNormalize, imrotate and the list of augmenters', async () => {
  const x = nd.array([[[4, 8, 12]]])
  const normal = image.colorNormalize(x, nd.array([1, 2, 3]), nd.array([3, 3, 3]))
  expect([...(await normal.toArray())]).toEqual([1, 2, 3])
  expect([...(await image.imrotate(nd.array([[[1, 2, 3]]]), 180).toArray())].map(Math.round)).toEqual([3, 2, 1])
  const list = image.createAugmenter([3, 8, 6], {
    resize: 10,
    randCrop: true,
    randResize: true,
    randMirror: true,
    mean: true,
    std: true,
    brightness: 0.1,
    contrast: 0.1,
    saturation: 0.1,
    hue: 0.1,
    pcaNoise: 0.1,
    randGray: 0.5,
  })
  const picture = nd.random.randint(0, 256, { shape: [20, 16, 3] }).astype('uint8')
  const made = list.reduce((y, augment) => augment(y), picture)
  expect([String(made.shape), made.dtype]).toEqual(['(8, 6, 3)', 'float32'])
  const plain = image
    .createAugmenter([3, 4, 4], { mean: [1, 2, 3] })
    .reduce((y, augment) => augment(y), nd.ones([4, 4, 3]))
  expect([...(await plain.toArray()).slice(0, 3)]).toEqual([0, -1, -2])
  expect(() => image.createAugmenter([3, 4, 4], { randResize: true })).toThrow('randResize asks for randCrop')
})
