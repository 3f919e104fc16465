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
    expect(() => new Resize(4, { interpolation: 2 })).toThrow('[Resize] interpolation 2 is not available')
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
