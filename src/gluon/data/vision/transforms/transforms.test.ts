// Transforms as blocks: called on one sample and on a batch, composed, printed, and what misuse says.
import { gluon, nd } from 'glueball'
import { describe, expect, test } from 'vitest'

const { Cast, Compose, Normalize, Resize, ToTensor } = gluon.data.vision.transforms
const image = (shape: number[]) => nd.random.randint(0, 256, { shape }).astype('uint8')

describe('transforms', () => {
  test('ToTensor puts channels first and divides by 255', async () => {
    const y = new ToTensor()(nd.array(Uint8Array.of(0, 255, 51, 102), { shape: [1, 2, 2], dtype: 'uint8' }))
    expect(String(y.shape)).toBe('(2, 1, 2)')
    expect([...(await y.toArray())]).toEqual([0, Math.fround(0.2), 1, Math.fround(0.4)])
  })

  test('Resize: one number, (width, height), or the shorter edge', () => {
    expect(String(new Resize(4)(image([2, 3, 1])).shape)).toBe('(4, 4, 1)')
    expect(String(new Resize([5, 4])(image([2, 3, 1])).shape)).toBe('(4, 5, 1)')
    expect(String(new Resize(4, { keepRatio: true })(image([2, 3, 1])).shape)).toBe('(4, 6, 1)')
    expect(String(new Resize(4, { keepRatio: true })(image([7, 3, 1])).shape)).toBe('(9, 4, 1)')
    expect(String(new Resize(4)(image([5, 2, 3, 3])).shape)).toBe('(5, 4, 4, 3)')
    expect(() => new Resize(0)).toThrow('[Resize] size is a positive integer or (width, height), got (0,)')
    const known = '0 (nearest), 1 (bilinear), 2 (cubic), 3 (area), 4 (Lanczos) or 9 (cubic to enlarge, area to shrink)'
    const message = `[Resize] interpolation 7 is not available: expected ${known}`
    expect(() => new Resize(4, { interpolation: 7 })).toThrow(message)
  })

  test('Resize by other interpolations: of bytes, of floats, of batches', async () => {
    const sizes = async (interpolation: number, values: readonly number[], to: number, dtype: 'uint8' | 'float32') => {
      const row = nd.array([...values, ...values], { shape: [2, 1, values.length, 1], dtype })
      const resized = await new Resize([to, 1], { interpolation })(row).toArray()
      expect(resized.slice(to)).toEqual(resized.slice(0, to))
      return Array.from(resized.slice(0, to), (value) => Math.round(value * 1e5) / 1e5)
    }
    for (const dtype of ['uint8', 'float32'] as const) {
      expect(await sizes(0, [1, 9], 5, dtype)).toEqual([1, 1, 1, 9, 9])
      expect(await sizes(3, [1, 4, 7, 9], 2, dtype)).toEqual(dtype === 'uint8' ? [2, 8] : [2.5, 8]) // a half to even
      expect(await sizes(3, [4, 8], 4, dtype)).toEqual([4, 4, 8, 8])
      expect(await sizes(3, [6, 0, 3], 2, dtype)).toEqual([4, 2])
      for (const interpolation of [2, 4, 9]) expect(await sizes(interpolation, [8, 8], 3, dtype)).toEqual([8, 8, 8])
      expect(await sizes(9, [1, 4, 7, 9], 2, dtype)).toEqual(await sizes(1, [1, 4, 7, 9], 2, dtype))
    }
    // OpenCV's bytes; the curves overshoot, and bytes end at 0 and 255
    expect(await sizes(2, [0, 0, 255, 255], 8, 'uint8')).toEqual([0, 0, 0, 58, 197, 255, 255, 255])
    expect(await sizes(2, [0, 50, 255, 255], 7, 'uint8')).toEqual([0, 4, 38, 157, 255, 255, 255])
    expect(await sizes(4, [0, 50, 255, 255], 7, 'uint8')).toEqual([2, 0, 38, 158, 255, 255, 248])
    expect(() => new Resize(2, { interpolation: 2 })(nd.zeros([1, 1, 1], { dtype: 'int32' }))).toThrow('takes uint8 or')
  })

  test('Normalize and Cast', async () => {
    const x = nd.array([[[1, 2]]])
    expect([...(await new Normalize(1, 2)(x).toArray())]).toEqual([0, 0.5])
    expect(new Cast()(image([1])).dtype).toBe('float32')
    expect(new Cast('int32')(image([1])).dtype).toBe('int32')
  })

  test('Compose applies blocks and functions in turn', async () => {
    const compose = new Compose([new Resize(2), (x) => x.astype('float32').add(1), new Cast('int32')])
    const y = compose(nd.array(Uint8Array.of(7), { shape: [1, 1, 1], dtype: 'uint8' }))
    expect([...(await y.toArray())]).toEqual([8, 8, 8, 8])
    expect(compose.onBatches).toBe(false)
    expect(new Compose([]).onBatches).toBe(true)
    expect(new Compose([new Compose([new Resize(2)]), new ToTensor()]).onBatches).toBe(true)
    expect(String(new Compose([new Cast('uint8')]))).toBe('Compose(\n  (0): Cast(uint8)\n)')
    expect(() => new Compose([3 as never])).toThrow('[Compose] takes transforms and functions, got 3')
  })

  test('a subclass is not called on batches unless it says so', () => {
    class Twice extends Resize {}
    expect(new Resize(2).onBatches).toBe(true)
    expect(new Twice(2).onBatches).toBe(false)
  })
})
