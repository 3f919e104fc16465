// 1 × 1 convolutions read images as they lie: the same bits from either order of memory, on each rung.
import { expect, it } from 'vitest'
import { rungsHere } from '../../../test/rungs.ts'
import { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { Pair } from '../../core/shape.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import { nd } from '../../index.ts'
import { conv } from './conv.ts'

/** Images, filters and strides: blocks with and without a rest, sums in one part and in two. */
const sizes: readonly [images: readonly [number, number, number, number], filters: number, strides: Pair][] = [
  [[3, 20, 9, 11], 33, [2, 2]],
  [[2, 700, 7, 8], 40, [2, 1]],
  [[2, 17, 26, 25], 19, [1, 3]],
  [[5, 64, 14, 14], 48, [1, 1]],
  [[2, 600, 5, 6], 17, [1, 1]],
  [[2, 31, 13, 37], 29, [1, 1]],
]

const bytesOf = async (y: NDArray) => Buffer.from(((await y.toArray()) as Float32Array).buffer)

it.each(rungsHere())('a 1 x 1 convolution has the same bits from images in either order, %s', async (rung) => {
  const engine = makeCpuEngine({ threads: 2, rung })
  const ctx = new Context('cpu', 0, () => engine)
  try {
    for (const [shape, filters, strides] of sizes) {
      const [, C] = shape
      const x = nd.random.uniform({ low: -1, high: 1, shape: [...shape], ctx })
      const weight = nd.random.uniform({ low: -1, high: 1, shape: [filters, C, 1, 1], ctx })
      const bias = nd.random.uniform({ shape: [filters], ctx })
      // a convolution leaves its result channels last; this one is exact
      const turned = conv(x, nd.eye(C, C, { ctx }).reshape([C, C, 1, 1]))
      expect(await bytesOf(turned)).toEqual(await bytesOf(x))
      const options = { strides, activation: 'relu' } as const
      const [plain, last] = [x, turned].map((image) => bytesOf(conv(image, weight, bias, options)))
      expect((await plain).equals(await last), `${shape} to ${filters}`).toBe(true)
    }
  } finally {
    await engine.close()
  }
})
