// Random small convolutions on an engine against the reference engine, all passes and gradients.
import fc from 'fast-check'
import { expect } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { reference as referenceContext } from '../../src/engines/reference/start.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { RUNGS, type Rung } from '../../src/kernel/wasm/rung.ts'
import { type ConvCase, convCases } from '../../src/ops/conv/conv.cases.ts'
import { compare, type Placement, runCase } from './check.ts'

const range = (min: number, max: number) => fc.integer({ min, max })
const pair = (least: number, most: number) => fc.tuple(range(least, most), range(least, most))

/** What all of them have. */
const common = { batch: range(1, 9), bias: fc.boolean(), relu: fc.boolean() }

/** Sizes of any kind. */
const any = fc
  .record({
    ...common,
    groups: fc.constantFrom(1, 1, 1, 2, 3),
    channels: fc.oneof(range(1, 20), range(1, 67)),
    filters: range(1, 34),
    size: pair(1, 12),
    kernel: pair(1, 5),
    strides: pair(1, 3),
    padding: pair(0, 3),
    dilation: pair(1, 2),
  })
  .map(({ channels, groups, filters, ...rest }) => ({
    ...rest,
    groups,
    channels: Math.ceil(channels / groups) * groups,
    filters: Math.ceil(filters / groups) * groups,
  }))

/** Sizes that Winograd's convolutions suit; with a dilation, each of the interleaved images has them. */
const winograd = fc
  .record({
    ...common,
    panels: pair(1, 4),
    kernel: fc.constantFrom(3, 5),
    size: pair(3, 22),
    padding: pair(0, 4),
    dilation: fc.oneof({ weight: 2, arbitrary: fc.constant([1, 1] as const) }, pair(1, 3)),
  })
  .map(({ panels, kernel, padding, size, dilation, ...rest }) => ({
    ...rest,
    dilation,
    size: [size[0] * dilation[0], size[1] * dilation[1]] as const,
    channels: 16 * panels[0],
    filters: 16 * panels[1],
    kernel: [kernel, kernel] as const,
    padding: [Math.min(padding[0], kernel - 1) * dilation[0], Math.min(padding[1], kernel - 1) * dilation[1]] as const,
    strides: [1, 1] as const,
    groups: 1,
  }))

/** A channel or a few in a group: filters that share one, padding and dilation beyond the filter, one pixel. */
const grouped = fc
  .record({
    ...common,
    groups: fc.oneof(range(1, 9), range(2, 70)),
    each: fc.constantFrom(1, 1, 1, 1, 2, 3, 8),
    multiple: fc.oneof(fc.constant(1), range(1, 9)),
    size: pair(1, 20),
    kernel: fc.oneof(pair(1, 5), pair(1, 12)),
    strides: pair(1, 4),
    padding: fc.oneof(pair(0, 3), pair(0, 9)),
    dilation: pair(1, 3),
  })
  .map(({ each, multiple, ...rest }) => ({
    ...rest,
    channels: rest.groups * each,
    filters: rest.groups * multiple,
  }))

const convolutions: fc.Arbitrary<ConvCase> = fc
  .oneof({ weight: 3, arbitrary: any }, { weight: 3, arbitrary: grouped }, { weight: 1, arbitrary: winograd })
  .map(({ batch, channels, size, relu, ...rest }) => ({
    ...rest,
    x: [batch, channels, ...size] as const,
    ...(relu && { activation: 'relu' as const }),
  }))
  .filter(({ x, kernel, padding, dilation }) =>
    kernel.every((k, i) => dilation[i] * (k - 1) + 1 <= x[2 + i] + 2 * padding[i]),
  )

/** Runs `runs` random convolutions on a context; fails with the smallest differing one that it can find. */
export async function fuzzOn(
  context: Context,
  runs: number,
  seed: number,
  placements: readonly Placement[] = ['plain', 'offset', 'channelsLast'],
): Promise<void> {
  const reference = referenceContext()
  const property = fc.asyncProperty(convolutions, fc.constantFrom(...placements), async (of, placement) => {
    for (const one of convCases('fuzz', of)) {
      const want = await runCase(one, { context: reference })
      const got = await runCase(one, { context, placement })
      expect(await compare(one, got, want, reference)).toEqual([])
    }
  })
  await fc.assert(property, { numRuns: runs, seed })
}

/** Runs `runs` random convolutions on a rung of the CPU engine. */
export async function fuzz(rung: Rung, runs: number): Promise<void> {
  const engine = makeCpuEngine({ threads: 2, rung })
  try {
    await fuzzOn(new Context('cpu', 0, () => engine), runs, RUNGS.indexOf(rung) + 1)
  } finally {
    await engine.close()
  }
}
