// Cases of batchNorm.
import type { OpCase } from '../cases.ts'
import { looser } from '../tolerance.ts'
import { batchNorm, normaliseChannels } from './batchNorm.ts'

const shapes: readonly (readonly number[])[] = [
  [4, 3],
  [2, 3, 5],
  [2, 5, 4, 4],
  [1, 7, 1, 1],
  [3, 1, 2, 9],
  [3, 70, 6, 5],
]

const trained: OpCase[] = shapes.map((shape) => ({
  name: `batchNorm of (${shape})`,
  inputs: [{ shape }, { shape: [shape[1]] }, { shape: [shape[1]] }],
  run: ([x, gamma, beta]) => [...batchNorm(x, gamma, beta, { eps: 0.1 })],
  tolerance: looser({ relative: 2e-6, absolute: 2e-6 }, 'the mean is taken off before the scale'),
}))

const activated: OpCase[] = (['relu', 'tanh'] as const).flatMap((activation) =>
  [
    [2, 3, 5],
    [3, 70, 6, 5],
  ].map((shape) => ({
    name: `batchNorm and ${activation} of (${shape})`,
    inputs: [{ shape }, { shape: [shape[1]] }, { shape: [shape[1]] }],
    run: ([x, gamma, beta]) => [...batchNorm(x, gamma, beta, { eps: 0.1, activation })],
    tolerance: looser({ relative: 2e-6, absolute: 2e-6 }, 'the mean is taken off before the scale'),
  })),
)

/** Images of four channels: one of zeros, one with ∞, one with NaN, one with both infinities. */
function withEdges(pixels: number): number[] {
  const values = Array.from({ length: 4 * 4 * pixels }, () => 0)
  values[pixels] = Infinity
  values[3 * pixels - 1] = Number.NaN
  values[3 * pixels] = -Infinity
  values[values.length - 1] = Infinity
  return values
}

const others: OpCase[] = [
  {
    name: 'batchNorm along the last axis',
    inputs: [{ shape: [6, 2, 3] }, { shape: [3] }, { shape: [3] }],
    run: ([x, gamma, beta]) => [...batchNorm(x, gamma, beta, { axis: -1 })],
    tolerance: looser({ relative: 2e-5, absolute: 2e-6 }, 'the variance of six elements may be small'),
  },
  {
    name: 'batchNorm by a given mean',
    inputs: [{ shape: [2, 3, 4, 5] }, ...[0, 1, 2].map(() => ({ shape: [3] })), { shape: [3], domain: [0.5, 2] }],
    run: ([x, gamma, beta, mean, variance]) => normaliseChannels(x, gamma, beta, mean, variance),
    tolerance: { relative: 1e-6, absolute: 1e-6 },
  },
  ...[2, 40, 4000].map(
    (pixels): OpCase => ({
      name: `batchNorm of infinities, NaN and both infinities in ${pixels} pixels`,
      inputs: [
        { shape: [4, 4, pixels], domain: { values: withEdges(pixels) } },
        { shape: [4], domain: [0.5, 2] },
        { shape: [4] },
      ],
      run: ([x, gamma, beta]) => [...batchNorm(x, gamma, beta)],
      gradient: false,
    }),
  ),
  {
    name: 'batchNorm with too few factors',
    inputs: [{ shape: [2, 3, 4, 5] }, { shape: [2] }, { shape: [3] }],
    run: ([x, gamma, beta]) => batchNorm(x, gamma, beta)[0],
    throws: '[batchNorm] wrong shape of gamma: got (2,), expected (3,) for (2, 3, 4, 5)',
  },
]

/** All cases of batchNorm. */
export const cases: readonly OpCase[] = [...trained, ...activated, ...others]
