// How much Winograd's convolutions round at NiN's sizes, against sums in float64 and one running float32 sum.
import { afterAll, describe, expect, it } from 'vitest'
import { Context } from '../../../../core/engine.ts'
import { invoke } from '../../../../core/invoke.ts'
import type { NDArray } from '../../../../core/ndarray.ts'
import { makeCpuEngine } from '../../../../engines/wasm/start.ts'
import { nd } from '../../../../index.ts'
import { convDataOp, convOp, convWeightOp } from '../../conv.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const ctx = new Context('cpu', 0, () => engine)
const N = 128
/** Results that are looked at. */
const count = 1000

/** Numbers in [−1, 1) from a linear congruential generator. */
function random(count: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}

/** Pairs of factors of one result, in order. */
type Products = (visit: (a: number, b: number) => void) => void

/** Relative RMS errors of some results, and of sums that are rounded to float32 after each product. */
function errors(got: Float32Array, samples: Iterable<readonly [index: number, products: Products]>) {
  let [ours, running, size] = [0, 0, 0]
  for (const [index, products] of samples) {
    let [exact, float] = [0, 0]
    products((a, b) => {
      exact += a * b
      float = Math.fround(float + Math.fround(a * b))
    })
    ours += (got[index] - exact) ** 2
    running += (float - exact) ** 2
    size += exact ** 2
  }
  return { ours: Math.sqrt(ours / size), running: Math.sqrt(running / size) }
}

describe.each([
  { C: 96, H: 12, O: 256, r: 5 },
  { C: 256, H: 5, O: 384, r: 3 },
])('$C to $O channels at $H × $H, $r × $r', ({ C, H, O, r }) => {
  const pad = (r - 1) / 2
  const window = { kernel: [r, r], strides: [1, 1], padding: [pad, pad], dilation: [1, 1], groups: 1 } as const
  const shapes = { x: [N, C, H, H], w: [O, C, r, r], dy: [N, O, H, H] }
  const host = (shape: readonly number[], seed: number) => random(nd.zeros(shape, { ctx }).size, seed)
  const values = { x: host(shapes.x, 1), w: host(shapes.w, 2), dy: host(shapes.dy, 3) }
  const array = (name: keyof typeof shapes, data = values[name]) => nd.array(data, { shape: shapes[name], ctx })
  const result = async (y: NDArray) => Float32Array.from(await y.toArray(), Number)
  const inside = (i: number) => i >= 0 && i < H

  /** Visits the taps of the place (h, w) that lie in the image, `sign` 1 for a correlation, −1 for its transpose. */
  function taps(h: number, w: number, sign: 1 | -1, visit: (place: number, tap: number) => void) {
    for (let i = 0; i < r; i++)
      for (let j = 0; j < r; j++) {
        const [a, b] = [h + sign * (i - pad), w + sign * (j - pad)]
        if (inside(a) && inside(b)) visit(a * H + b, i * r + j)
      }
  }

  /** Some results of (N, channels, H, H). */
  function* places(channels: number) {
    for (let t = 0; t < count; t++) {
      const [n, c, h, w] = [(t * 29) % N, (t * 37) % channels, t % H, (t * 7) % H]
      yield { n, c, h, w, index: ((n * channels + c) * H + h) * H + w }
    }
  }

  it('rounds the results by at most 3e-6', async () => {
    const got = await result(invoke(convOp, [array('x'), array('w')], window)[0])
    const samples = [...places(O)].map(({ n, c: o, h, w, index }): readonly [number, Products] => [
      index,
      (visit) => {
        for (let c = 0; c < C; c++)
          taps(h, w, 1, (place, tap) =>
            visit(values.x[(n * C + c) * H * H + place], values.w[(o * C + c) * r * r + tap]),
          )
      },
    ])
    expect(errors(got, samples).ours).toBeLessThan(3e-6)
  })

  it('rounds the gradient of the data by at most 3e-6', async () => {
    const got = await result(invoke(convDataOp, [array('dy'), array('w')], { ...window, size: [H, H] })[0])
    const samples = [...places(C)].map(({ n, c, h, w, index }): readonly [number, Products] => [
      index,
      (visit) => {
        for (let o = 0; o < O; o++)
          taps(h, w, -1, (place, tap) =>
            visit(values.dy[(n * O + o) * H * H + place], values.w[(o * C + c) * r * r + tap]),
          )
      },
    ])
    expect(errors(got, samples).ours).toBeLessThan(3e-6)
  })

  /** As a ReLU leaves an image, and its gradient: half of the numbers are zeros. */
  const half = random(values.dy.length, 9).map((draw, i) => (draw < 0 ? 0 : values.dy[i]))
  const sparse = { x: values.x.map((value) => Math.max(0, value)), dy: half }

  it.each([
    ['data of mixed sign', values],
    ['data as after a ReLU', sparse],
  ])('rounds the gradient of the weights by at most three times what one running sum does: %s', async (_, data) => {
    const got = await result(invoke(convWeightOp, [array('x', data.x), array('dy', data.dy)], window)[0])
    const samples = Array.from({ length: count }, (_, t): readonly [number, Products] => {
      const [o, c, i, j] = [(t * 37) % O, (t * 53) % C, t % r, (t * 3) % r]
      const products: Products = (visit) => {
        for (let n = 0; n < N; n++)
          for (let h = 0; h < H; h++)
            for (let w = 0; w < H; w++) {
              const [a, b] = [h + i - pad, w + j - pad]
              if (!inside(a) || !inside(b)) continue
              visit(data.x[((n * C + c) * H + a) * H + b], data.dy[((n * O + o) * H + h) * H + w])
            }
      }
      return [((o * C + c) * r + i) * r + j, products]
    })
    const { ours, running } = errors(got, samples)
    expect(ours).toBeLessThan(3 * running)
  })
})
