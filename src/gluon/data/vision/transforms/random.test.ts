// Random transforms: their formulas by golden files, their draws by distribution and by bits, in batches and one by one.
import { readFileSync } from 'node:fs'
import { gluon, type NDArray, nd } from 'glueball'
import { beforeEach, describe, expect, test } from 'vitest'
import { brightness, contrast, hue, saturation } from '../../../../ops/image/colour.ts'
import type { Transform } from './transform.ts'

const { transforms } = gluon.data.vision
const golden = JSON.parse(readFileSync(new URL('../../../../../test/golden/transforms.json', import.meta.url), 'utf8'))
const shape: number[] = golden.shape
const pixels = new Uint8Array(Buffer.from(golden.images, 'base64'))
const bytes = () => nd.array(pixels, { shape, dtype: 'uint8' })
const each = (values: number[]) => nd.array(values, { shape: [values.length, 1, 1, 1] })
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])))

beforeEach(() => nd.random.seed(3))

describe("as MXNet's definitions have it", () => {
  const ops = { brightness, contrast, saturation, hue }
  test.each<{ name: keyof typeof ops; factors: number[]; floats: number[]; bytes: number[] }>(golden.colours)(
    '$name',
    async ({ name, factors, floats, bytes: cut }) => {
      const made = await ops[name](bytes().astype('float32'), each(factors)).toArray()
      expect(farthest(made, floats)).toBeLessThan(1e-3)
      const stored = ops[name](bytes(), each(factors))
      expect(stored.dtype).toBe('uint8')
      // what lies at an integer may be cut to the one below
      const values = await stored.toArray()
      expect(farthest(values, cut)).toBeLessThanOrEqual(1)
      const near = floats.filter((value) => Math.abs(value - Math.round(value)) < 1e-3).length
      expect(Array.from(values).filter((value, i) => value !== cut[i]).length).toBeLessThanOrEqual(near)
    },
  )

  test.each<{ degrees: number; zoom: string | null; floats: number[] }>(golden.rotations)(
    'rotation by $degrees, zoom $zoom',
    async ({ degrees, zoom, floats }) => {
      const rotate = new transforms.Rotate(degrees, { zoomIn: zoom === 'in', zoomOut: zoom === 'out' })
      const image = new transforms.ToTensor()(bytes().slice([0], [1]).reshape(shape.slice(1)))
      expect(farthest(await rotate(image).toArray(), floats)).toBeLessThan(1e-5)
    },
  )
})

test.each<[string, () => Transform]>([
  ['RandomFlipLeftRight', () => new transforms.RandomFlipLeftRight()],
  ['RandomFlipTopBottom', () => new transforms.RandomFlipTopBottom()],
  ['RandomBrightness', () => new transforms.RandomBrightness(0.4)],
  ['RandomContrast', () => new transforms.RandomContrast(0.4)],
  ['RandomSaturation', () => new transforms.RandomSaturation(0.4)],
  ['RandomHue', () => new transforms.RandomHue(0.2)],
  ['RandomLighting', () => new transforms.RandomLighting(0.1)],
  ['RandomGray', () => new transforms.RandomGray(0.5)],
  ['RandomCrop', () => new transforms.RandomCrop([5, 4])],
  ['RandomResizedCrop', () => new transforms.RandomResizedCrop(4)],
])('%s draws for each image of a batch what it draws for images one by one, and again from a seed', async (_, make) => {
  const transform = make()
  expect(transform.onBatches).toBe(true)
  nd.random.seed(8)
  const together = await transform(bytes()).toArray()
  nd.random.seed(8)
  const single: number[] = []
  for (let i = 0; i < shape[0]; i++) {
    const image = bytes()
      .slice([i], [i + 1])
      .reshape(shape.slice(1))
    const made = transform(image)
    expect([made.ndim, made.dtype]).toEqual([3, 'uint8'])
    single.push(...(await made.toArray()))
  }
  expect([...together]).toEqual(single)
  const batches = await Promise.all(Array.from({ length: 8 }, () => transform(bytes()).toArray()))
  expect(batches.some((other) => farthest(other, together) > 0)).toBe(true)
})

/** Images of one pixel, whose value is known, through a transform. */
async function through(transform: (x: NDArray) => NDArray, values: number[], count = 4000): Promise<Float32Array> {
  const row = Array.from({ length: count }, () => values).flat()
  const x = nd.array(row, { shape: [count, 1, values.length / 3, 3] })
  return (await transform(x).toArray()) as Float32Array
}

describe('distributions', () => {
  test('brightness is uniform', async () => {
    const values = await through(new transforms.RandomBrightness(0.5), [100, 100, 100])
    const sorted = Array.from(values.filter((_, i) => i % 3 === 0)).sort((a, b) => a - b)
    // Kolmogorov's distance of 4,000 draws exceeds .031 once in a thousand
    const distance = Math.max(...sorted.map((value, i) => Math.abs((value - 50) / 100 - (i + 0.5) / sorted.length)))
    expect(distance).toBeLessThan(0.031)
  })

  test('flips by half, or by the chance given', async () => {
    for (const p of [0.5, 0.1]) {
      const values = await through(new transforms.RandomFlipLeftRight(p), [0, 0, 0, 9, 9, 9])
      const flipped = values.filter((value, i) => i % 6 === 0 && value === 9).length / 4000
      expect(Math.abs(flipped - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 4000))
    }
  })

  test('lighting has the covariance of its directions', async () => {
    const values = await through(new transforms.RandomLighting(0.1), [128, 128, 128])
    const red = values.filter((_, i) => i % 3 === 0)
    const variance = red.reduce((sum, value) => sum + (value - 128) ** 2, 0) / red.length
    const right = (5.546 * 0.5675) ** 2 + (0.4794 * 0.7192) ** 2 + (0.1148 * 0.4009) ** 2
    expect(Math.abs(variance / right - 1)).toBeLessThan(0.1)
  })

  test('crops come from everywhere, and a border is of its value', async () => {
    const x = nd.array(
      Float32Array.from({ length: 12 }, (_, i) => i + 1),
      { shape: [1, 3, 4, 1] },
    )
    const crop = new transforms.RandomCrop([2, 2])
    const corners = new Set<number>()
    for (let i = 0; i < 200; i++) {
      const [a, b, c, d] = await crop(x).toArray()
      expect([b - a, c - a, d - a]).toEqual([1, 4, 5])
      corners.add(a)
    }
    expect([...corners].sort((a, b) => a - b)).toEqual([1, 2, 3, 5, 6, 7])
    const padded = new transforms.RandomCrop([8, 7], { pad: 2, padValue: 7 })(x)
    expect((await padded.toArray()).filter((value) => value === 7).length).toBe(56 - 12 + 1)
  })

  test('parts of RandomResizedCrop have the areas and ratios that are asked for', async () => {
    const x = nd.array(
      Float32Array.from({ length: 40 * 40 }, (_, i) => i % 40),
      { shape: [1, 40, 40, 1] },
    )
    const crop = new transforms.RandomResizedCrop(2, { scale: [0.25, 0.25], ratio: [1, 1] })
    for (let i = 0; i < 20; i++) {
      // columns 20 apart at most: two pixels of a part of 20 columns are the means of 10 each
      const [left, right] = await crop(x).toArray()
      expect(right - left).toBeCloseTo(10, 4)
    }
  })
})

test('a jitter of nothing changes nothing; one of all stays in range and type', async () => {
  expect([...(await new transforms.RandomColorJitter()(bytes()).toArray())]).toEqual([...pixels])
  const y = new transforms.RandomColorJitter(0.4, 0.4, 0.4, 0.1)(bytes())
  expect(y.dtype).toBe('uint8')
  expect(farthest(await y.toArray(), pixels)).toBeGreaterThan(0)
})

test('RandomApply goes both ways, and takes samples', async () => {
  const add = new transforms.RandomApply((x) => x.add(1), 0.5)
  expect(add.onBatches).toBe(false)
  const seen = new Set<number>()
  for (let i = 0; i < 30; i++) seen.add((await add(nd.array([1])).toArray())[0])
  expect([...seen].sort()).toEqual([1, 2])
})

test('CenterCrop and CropResize', async () => {
  const x = nd.array(
    Float32Array.from({ length: 20 }, (_, i) => i),
    { shape: [4, 5, 1] },
  )
  expect([...(await new transforms.CenterCrop(2)(x).toArray())]).toEqual([6, 7, 11, 12])
  // 6×2 does not fit: the largest part of its ratio is 5×1, which is resized
  expect(String(new transforms.CenterCrop([6, 2])(x).shape)).toBe('(2, 6, 1)')
  expect([...(await new transforms.CropResize(1, 2, 3, 1)(x).toArray())]).toEqual([11, 12, 13])
  expect(String(new transforms.CropResize(0, 0, 2, 2, { size: [3, 4] })(x).shape)).toBe('(4, 3, 1)')
})

test('misuse', () => {
  const { CropResize, RandomBrightness, RandomFlipLeftRight, RandomRotation, Rotate, RandomCrop } = transforms
  expect(() => new RandomFlipLeftRight(2)).toThrow('[RandomFlipLeftRight] a chance is from 0 to 1, got 2')
  expect(() => new RandomBrightness(-1)).toThrow('[RandomBrightness] takes a non-negative number, got -1')
  expect(() => new Rotate(3)(bytes())).toThrow('[Rotate] takes floats, got uint8: put it behind ToTensor')
  expect(() => new Rotate(3, { zoomIn: true, zoomOut: true })).toThrow('zoomIn and zoomOut exclude each other')
  expect(() => new RandomRotation([5, 1])).toThrow('takes two angles, the smaller one first, got 5,1')
  expect(() => new RandomCrop(0)).toThrow('[RandomCrop] size is a positive integer or (width, height), got (0,)')
  expect(() => new CropResize(3, 0, 9, 1)(bytes())).toThrow('the part (9×1 at 3, 0) does not lie in images')
  expect(() => new RandomBrightness(1)(nd.zeros([2, 2]))).toThrow('takes images (N, H, W, C) with 1 or 3 channels')
})
