// int8 and float16 against NumPy: every float16, float32s around every middle of two, arithmetic that wraps, text.
import { crc32 } from 'node:zlib'
import { autograd, type Context, cpu, type NDArray, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import { elementsIn, storedBytes } from '../../src/core/dtype.ts'
import { shapeOf } from '../../src/core/shape.ts'
import { formatElements } from '../../src/nd/printing.ts'
import golden from '../golden/dtypes.json' with { type: 'json' }

type Unary = 'abs' | 'negative' | 'sign' | 'square'
type Binary = 'add' | 'greater' | 'maximum' | 'minimum' | 'multiply' | 'subtract'

const sumOf = (values: ArrayBufferView) => crc32(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
const list = async (x: NDArray) => [...(await x.toArray())]

/** Float32s around middles, for each sign and exponent. */
const middles = Array.from({ length: 512 }, (_, top) => {
  const bits = Array.from({ length: 3 * 2048 }, (_, i) => top * 2 ** 23 + Math.floor(i / 3) * 4096 + (i % 3) - 1)
  return new Float32Array(Uint32Array.from(bits.slice(1)).buffer).filter((x) => !Number.isNaN(x))
})

describe('float16 on the host', () => {
  it('reads every pattern', () => {
    const { buffer } = Uint16Array.from({ length: 65536 }, (_, bits) => bits)
    const sums = golden.numbers.map((_, k) => {
      return sumOf((elementsIn('float16', buffer, k * 2048, 1024) as Float32Array).filter((x) => !Number.isNaN(x)))
    })
    expect(sums).toEqual(golden.numbers)
  })

  it('rounds float32s around every middle', () => {
    expect(middles.map((values) => sumOf(storedBytes('float16', values)))).toEqual(golden.halves)
  })

  it('rounds float64s once', () => {
    for (const [x, bits] of golden.doubles) {
      expect([x, new Uint16Array(storedBytes('float16', [x]).buffer)[0]]).toEqual([x, bits])
    }
  })
})

it.each(golden.text)('prints %s of %j', (dtype, values, text) => {
  const type = dtype as 'float16' | 'int8'
  const { buffer } = storedBytes(
    type,
    (values as (number | string)[]).map((x) => (x === 'inf' ? Infinity : Number(x))),
  )
  const elements = elementsIn(type, buffer, 0, values.length)
  expect(formatElements(elements, shapeOf([values.length]), type)).toBe(text)
})

describe.each([
  ['reference', reference()],
  ['cpu', cpu()],
] as [string, Context][])('on %s', (_, ctx) => {
  it('float16 becomes float32, and float32s around every middle become float16', async () => {
    const x = nd.array(Float32Array.from(middles.flatMap((values) => [...values])), { ctx })
    const rounded = await x.astype('float16').astype('float32').toArray()
    let at = 0
    const sums = middles.map(({ length }) => {
      const part = rounded.slice(at, (at += length))
      return sumOf(storedBytes('float16', part))
    })
    expect(sums).toEqual(golden.halves)
  })

  it.each(golden.int8)('int8: %s', async (name, a, b, want) => {
    const [x, y] = [a, b].map((values) => values && nd.array(values as number[], { ctx, dtype: 'int8' }))
    const z = y ? nd[name as Binary](x as NDArray, y) : nd[name as Unary](x as NDArray)
    expect([z.dtype, await list(z)]).toEqual(['int8', want])
    expect((await z.toArray()).constructor).toBe(Int8Array)
  })

  it('int8 meets numbers by value, and refuses in arithmetic what it cannot hold', async () => {
    const x = nd.array([-128, -1, 0, 127], { ctx, dtype: 'int8' })
    expect(await list(x.greater(-1.5))).toEqual([0, 1, 1, 1])
    expect(await list(x.lesser(1000))).toEqual([1, 1, 1, 1])
    expect(await list(x.clip(-1000, 1000))).toEqual([-128, -1, 0, 127])
    expect(() => x.add(128)).toThrow("[add] int8 can't hold 128: use astype('float32') first")
    expect(await list(x.sum())).toEqual([-2])
  })

  it('a gradient goes through a cast to float16 and back, of each type', async () => {
    const x = nd.array([1, 2, 3], { ctx })
    x.attachGrad()
    const h = nd.array([2, 3, 4], { ctx, dtype: 'float16' })
    h.attachGrad()
    const loss = autograd.record(() => x.astype('float16').multiply(h).astype('float32').square().sum())
    loss.backward()
    const [gx, gh] = [x.grad as NDArray, h.grad as NDArray]
    expect([gx.dtype, gh.dtype]).toEqual(['float32', 'float16'])
    // d/dx of (x · h)² is 2 · x · h²
    expect(await list(gx)).toEqual([8, 36, 96])
    expect(await list(gh)).toEqual([4, 24, 72])
  })

  it('float16 is refused, with a cast, by what does not compute with it', () => {
    const x = nd.ones([2, 2], { ctx, dtype: 'float16' })
    const cast = "must be float32, got float16: use astype('float32')"
    expect(() => nd.dot(x, x)).toThrow(cast)
    expect(() => nd.softmax(x)).toThrow(cast)
    expect(() => nd.take(nd.ones([2], { ctx }), x)).toThrow("cannot take float16 indices: use astype('int32')")
  })
})
