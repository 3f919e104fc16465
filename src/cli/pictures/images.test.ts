// Pictures of the user's become 28×28 grey images, light on dark.
import { encode } from 'fast-png'
import jpeg from 'jpeg-js'
import { expect, test } from 'vitest'
import { clothesForm, decodeImage as decodeFor, prepare as prepareFor } from './images.ts'
import { backgroundOf } from './squares.ts'

const { side } = clothesForm
const decodeImage = (bytes: Uint8Array, file: string) => decodeFor(bytes, file, true)
const prepare = (picture: Parameters<typeof prepareFor>[0]) => prepareFor(picture, clothesForm)

/** A disc of one colour on a ground of another. */
function disc(
  width: number,
  height: number,
  channels: number,
  ground: readonly number[],
  ink: readonly number[],
): Uint8Array {
  const data = new Uint8Array(width * height * channels)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = Math.hypot(x + 0.5 - width / 2, y + 0.5 - height / 2) < Math.min(width, height) / 3
      data.set(inside ? ink : ground, (y * width + x) * channels)
    }
  }
  return data
}

test('a 28×28 grey PNG, light on dark, is taken as it is', async () => {
  const data = Uint8Array.from({ length: side * side }, (_, i) =>
    i % side === 0 || i % side === 27 || i < 28 ? 0 : i % 251,
  )
  const image = await decodeImage(encode({ width: side, height: side, data, channels: 1, depth: 8 }), 'a.png')
  expect(prepare(image)).toEqual({ data, done: [], doubts: [] })
})

test('a dark disc on white is inverted, padded and resized, and says so', async () => {
  const png = encode({
    width: 120,
    height: 80,
    data: disc(120, 80, 3, [255, 255, 255], [10, 20, 30]),
    channels: 3,
    depth: 8,
  })
  const { data, done } = prepare(await decodeImage(png, 'a.png'))
  expect(done).toEqual([
    'padded from 120×80 to a square',
    'resized from 120×120 to 28×28 by area',
    'inverted, since its background is light and the training images are light on dark',
  ])
  expect(data[0]).toBe(0)
  expect(data[14 * side + 14]).toBe(255 - Math.round(0.299 * 10 + 0.587 * 20 + 0.114 * 30))
  expect(data.length).toBe(784)
})

test('a JPEG of the same disc gives nearly the same image', async () => {
  const rgba = disc(100, 100, 4, [240, 240, 240, 255], [20, 20, 20, 255])
  const { data } = jpeg.encode({ width: 100, height: 100, data: rgba }, 95)
  const fromJpeg = prepare(await decodeImage(data, 'a.jpg')).data
  const fromPng = prepare(
    await decodeImage(encode({ width: 100, height: 100, data: rgba, channels: 4, depth: 8 }), 'a.png'),
  ).data
  expect(Math.max(...fromJpeg.map((value, i) => Math.abs(value - fromPng[i])))).toBeLessThan(12)
})

test('transparent pixels lie on white, 16 bits and 1 bit and palettes are read', async () => {
  const clear = await decodeImage(
    encode({ width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 255), channels: 2, depth: 8 }),
    'a.png',
  )
  expect([...clear.data]).toEqual([255, 0])
  const deep = await decodeImage(
    encode({ width: 2, height: 1, data: Uint16Array.of(65535, 0), channels: 1, depth: 16 }),
    'a.png',
  )
  expect([...deep.data]).toEqual([255, 0])
  const bits = await decodeImage(
    encode({ width: 4, height: 2, data: Uint8Array.of(0b1010_0000, 0b0101_0000), channels: 1, depth: 1 }),
    'a.png',
  )
  expect([...bits.data]).toEqual([255, 0, 255, 0, 0, 255, 0, 255])
  const palette = [
    [255, 255, 255],
    [0, 0, 0],
  ]
  const indexed = await decodeImage(
    encode({ width: 2, height: 1, data: Uint8Array.of(0, 1), channels: 1, depth: 8, palette }),
    'a.png',
  )
  expect(indexed.data[0]).toBeCloseTo(255)
  expect(indexed.data[1]).toBe(0)
})

test('what is no image, and what is damaged, is refused by name', async () => {
  await expect(decodeImage(new TextEncoder().encode('hello'), 'a.txt')).rejects.toThrow(
    '[predict] a.txt is neither a JPEG nor a PNG, GIF or WebP',
  )
  const png = encode({ width: 28, height: 28, data: new Uint8Array(784), channels: 1, depth: 8 })
  await expect(decodeImage(png.subarray(0, 40), 'a.png')).rejects.toThrow('[predict] a.png is a damaged PNG')
  await expect(decodeImage(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4), 'a.jpg')).rejects.toThrow(
    '[predict] a.jpg is a damaged JPEG',
  )
})

test('the background is the median of the border', () => {
  const data = new Uint8Array(25).fill(200)
  data[0] = 0
  expect(backgroundOf({ width: 5, height: 5, channels: 1, data })).toEqual([200])
})
