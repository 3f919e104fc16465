// Results of Winograd's convolutions that see nothing but zeros are zero, not what rounding leaves of their neighbours.
import { afterAll, describe, expect, it } from 'vitest'
import { Context } from '../../../../core/engine.ts'
import { makeCpuEngine } from '../../../../engines/wasm/start.ts'
import { nd } from '../../../../index.ts'
import { conv } from '../../conv.ts'
import { convWasm } from '../../conv.wasm.ts'

const engine = makeCpuEngine({ threads: 2, rung: 'plain' })
afterAll(() => engine.close())
const ctx = new Context('cpu', 0, () => engine)

interface Sizes {
  readonly name: string
  readonly N: number
  readonly C: number
  readonly side: number
  readonly O: number
  readonly r: number
  readonly padding: number
  readonly dilation?: number
}

describe.each<Sizes>([
  { name: 'whole images in a block', N: 128, C: 32, side: 12, O: 32, r: 5, padding: 2 },
  { name: 'a last block that is not full', N: 70, C: 32, side: 7, O: 48, r: 3, padding: 1 },
  { name: 'few blocks, cut by results', N: 2, C: 64, side: 9, O: 64, r: 3, padding: 1 },
  { name: 'bands of one image', N: 1, C: 32, side: 61, O: 32, r: 5, padding: 0 },
  { name: 'more padding than the filter needs', N: 20, C: 16, side: 10, O: 16, r: 3, padding: 3 },
  { name: 'interleaved images', N: 9, C: 32, side: 18, O: 32, r: 3, padding: 2, dilation: 2 },
])('$name', ({ N, C, side, O, r, padding, dilation = 1 }) => {
  const planes = side * side
  const options = { padding: [padding, padding], dilation: [dilation, dilation] } as const
  /** Patches of a quarter of the pixels, wide enough to leave results without any. */
  const patch = (place: number) => Math.floor(place / (dilation * (r - 1) + 2)) % 2
  const lit = (n: number, h: number, w: number) => patch(h + n) === 0 && patch(w) === 1
  const pixels = Float32Array.from({ length: N * C * planes }, (_, i) => {
    const [n, c, h, w] = [
      Math.floor(i / (C * planes)),
      Math.floor(i / planes) % C,
      Math.floor(i / side) % side,
      i % side,
    ]
    if (!lit(n, h, w)) return c % 2 ? -0 : 0
    // some pixels are lit in their last channel only
    return c === C - 1 || (h + w) % 3 ? Math.sin(i) : 0
  })
  const x = nd.array(pixels, { ctx, shape: [N, C, side, side] })
  const weight = nd.array(
    Float32Array.from({ length: O * C * r * r }, (_, i) => Math.cos(i)),
    { ctx, shape: [O, C, r, r] },
  )
  const out = side + 2 * padding - dilation * (r - 1)

  /** Whether the result at (h, w) of image n sees a lit pixel. */
  function sees(n: number, h: number, w: number): boolean {
    for (let i = 0; i < r; i++) {
      for (let j = 0; j < r; j++) {
        const [y, z] = [h + i * dilation - padding, w + j * dilation - padding]
        if (y >= 0 && y < side && z >= 0 && z < side && lit(n, y, z)) return true
      }
    }
    return false
  }

  it('is planned by Winograd', () => {
    const shapes = [x.shape, weight.shape, [N, O, out, out]]
    const [a, b, y] = shapes.map((shape) => ({ shape, dtype: 'float32', order: 'plain' }) as const)
    const window = {
      kernel: [r, r],
      strides: [1, 1],
      padding: [padding, padding],
      dilation: [dilation, dilation],
      groups: 1,
    } as const
    expect(engine.planOf({ op: 'conv', kernel: convWasm, inputs: [a, b], attrs: window, outputs: [y] }).note).toContain(
      'Winograd',
    )
  })

  it('is zero where nothing is lit, and only there', async () => {
    const y = await conv(x, weight, null, options).toArray()
    let [dark, wrong] = [0, 0]
    y.forEach((value, i) => {
      const [n, h, w] = [Math.floor(i / (O * out * out)), Math.floor(i / out) % out, i % out]
      const seen = sees(n, h, w)
      if (!seen) dark++
      if (seen === (value === 0)) wrong++
    })
    expect(dark).toBeGreaterThan(0)
    expect(wrong).toBe(0)
  })

  it('is the bias there, and NaN if the filters are', async () => {
    const bias = nd.array(
      Array.from({ length: O }, (_, o) => o - 7.25),
      { ctx },
    )
    const y = await conv(x, weight, bias, { ...options, activation: 'relu' }).toArray()
    const wrong = y.filter((value, i) => {
      const [n, o, h, w] = [
        Math.floor(i / (O * out * out)),
        Math.floor(i / (out * out)) % O,
        Math.floor(i / out) % out,
        i % out,
      ]
      return !sees(n, h, w) && value !== Math.max(0, o - 7.25)
    })
    expect(wrong.length).toBe(0)
    const nan = await conv(x, weight.multiply(Number.NaN), null, options).toArray()
    expect(nan.every(Number.isNaN)).toBe(true)
  })
})
