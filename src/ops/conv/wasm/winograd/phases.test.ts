// A dilated convolution by Winograd has the bits of the dense one of its interleaved images, and so rounds as that does.
import { afterAll, describe, expect, it } from 'vitest'
import { Context } from '../../../../core/engine.ts'
import { invoke } from '../../../../core/invoke.ts'
import type { NDArray } from '../../../../core/ndarray.ts'
import { makeCpuEngine } from '../../../../engines/wasm/start.ts'
import { nd } from '../../../../index.ts'
import { generator } from '../../../cases.ts'
import { convDataOp, convOp, convWeightOp } from '../../conv.ts'
import { convWasm } from '../../conv.wasm.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const ctx = new Context('cpu', 0, () => engine)

describe.each([
  { name: 'whole images in a block', N: 20, C: 32, H: 12, W: 10, O: 48, r: 3, down: 2, across: 2 },
  { name: 'few blocks, rows and columns apart', N: 1, C: 48, H: 27, W: 24, O: 32, r: 3, down: 3, across: 2 },
  { name: 'bands of tiles, one axis', N: 1, C: 16, H: 61, W: 124, O: 16, r: 5, down: 1, across: 2 },
])('$name', ({ N, C, H, W, O, r, down, across }) => {
  const random = generator(5)
  const numbers = (...shape: number[]) => {
    const values = Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => random() - 0.5)
    return nd.array(values, { shape, ctx })
  }
  const [x, weight, dy] = [numbers(N, C, H, W), numbers(O, C, r, r), numbers(N, O, H, W)]
  const kernel = [r, r] as const
  const padding = [(r - 1) / 2, (r - 1) / 2] as const
  const dense = { kernel, strides: [1, 1], padding, dilation: [1, 1], groups: 1 } as const
  const dilated = { ...dense, padding: [padding[0] * down, padding[1] * across], dilation: [down, across] } as const
  const size = [H / down, W / across] as const

  /** The interleaved images, one after the other. */
  const split = (of: NDArray) =>
    of
      .reshape([N, -1, size[0], down, size[1], across])
      .transpose([0, 3, 5, 1, 2, 4])
      .reshape([N * down * across, -1, ...size])

  const same = async (got: NDArray, wanted: NDArray) => expect(await got.toArray()).toEqual(await wanted.toArray())

  it('is planned by Winograd', () => {
    const [inputs, outputs] = [[x, weight], [dy]].map((arrays) =>
      arrays.map(({ shape }) => ({ shape, dtype: 'float32', order: 'plain' }) as const),
    )
    const { note } = engine.planOf({ op: 'conv', kernel: convWasm, inputs, attrs: dilated, outputs })
    expect(note).toContain(`of ${down * across} phases`)
  })

  it('results', async () => {
    const wanted = invoke(convOp, [split(x), weight], dense)[0]
    await same(split(invoke(convOp, [x, weight], dilated)[0]), wanted)
  })

  it('gradient of the data', async () => {
    const wanted = invoke(convDataOp, [split(dy), weight], { ...dense, size })[0]
    await same(split(invoke(convDataOp, [dy, weight], { ...dilated, size: [H, W] })[0]), wanted)
  })

  it('gradient of the weights', async () => {
    const wanted = invoke(convWeightOp, [split(x), split(dy)], dense)[0]
    await same(invoke(convWeightOp, [x, dy], dilated)[0], wanted)
  })
})
