// Depthwise convolutions: the same bits with any number of threads and for images in either order, and who is one.
import { expect, it } from 'vitest'
import { type Placement, runCase } from '../../../../../test/conformance/check.ts'
import { Context } from '../../../../core/engine.ts'
import { makeCpuEngine } from '../../../../engines/wasm/start.ts'
import { RUNGS, type Rung } from '../../../../kernel/wasm/rung.ts'
import { type ConvCase, convCases } from '../../conv.cases.ts'
import { isDepthwise } from './blocks.ts'
import { tilesOf } from './columns.ts'

const shapes: readonly ConvCase[] = [
  { x: [3, 37, 29, 30], filters: 37, kernel: [3, 3], padding: [1, 1], groups: 37, bias: true, activation: 'relu' },
  { x: [5, 64, 23, 21], filters: 64, kernel: [3, 5], strides: [2, 2], padding: [1, 2], groups: 64 },
  { x: [2, 12, 17, 18], filters: 24, kernel: [3, 3], padding: [2, 2], dilation: [2, 2], groups: 12 },
]

/** The bits of all passes. */
async function bits(threads: number, rung: Rung, placement: Placement): Promise<number[][]> {
  const engine = makeCpuEngine({ threads, rung })
  try {
    const context = new Context('cpu', 0, () => engine)
    const results = []
    for (const of of shapes.flatMap((shape) => convCases('', shape))) {
      const { outputs } = await runCase(of, { context, placement })
      results.push([...new Uint32Array(Float32Array.from(outputs[0].values).buffer)])
    }
    return results
  } finally {
    await engine.close()
  }
}

it.each(RUNGS.filter((rung) => rung !== 'wide'))('has the same bits with 1, 2, 3 and 8 threads, %s', async (rung) => {
  const first = await bits(1, rung, 'channelsLast')
  for (const threads of [2, 3, 8])
    expect(await bits(threads, rung, 'channelsLast'), `${threads} threads`).toEqual(first)
})

it('leaves what is written out too long, and single channels, to the general kernels', () => {
  const of = { groups: 8, C: 8, O: 8, kernel: [3, 3], dilation: [1, 1] } as const
  expect(isDepthwise(of)).toBe(true)
  expect(isDepthwise({ ...of, O: 64 })).toBe(true)
  expect(isDepthwise({ ...of, O: 72 })).toBe(false)
  expect(isDepthwise({ ...of, groups: 4 })).toBe(false)
  expect(isDepthwise({ ...of, groups: 1, C: 1 })).toBe(false)
  expect(isDepthwise({ ...of, kernel: [3, 12] })).toBe(false)
})

it('makes one run of the tiles inside a row', () => {
  const row = { outputs: 28, pixels: 28, taps: 3, stride: 1, dilation: 1, before: 1, spread: 1 }
  const runs = tilesOf(row, 4)
  expect(runs.map(({ width, count }) => [width, count])).toEqual([
    [4, 1],
    [4, 5],
    [4, 1],
  ])
  // every product once: 28 outputs of 3 taps, but for the two that padding meets
  const products = runs.reduce((sum, { count, reads }) => sum + count * reads.flatMap(({ meets }) => meets).length, 0)
  expect(products).toBe(28 * 3 - 2)
})

it('skips the outputs between pixels that are set apart', () => {
  const row = { outputs: 9, pixels: 5, taps: 1, stride: 1, dilation: 1, before: 0, spread: 2 }
  const met = tilesOf(row, 4).flatMap(({ first, width, count, reads }) =>
    Array.from({ length: count }, (_, k) =>
      reads.flatMap(({ meets }) => meets.map(([t]) => first + k * width + t)),
    ).flat(),
  )
  expect(met).toEqual([0, 2, 4, 6, 8])
})
