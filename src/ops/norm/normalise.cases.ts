// Cases of layerNorm, groupNorm and instanceNorm.
import type { OpCase } from '../cases.ts'
import { looser } from '../tolerance.ts'
import { groupNorm, instanceNorm, layerNorm } from './normalise.ts'

const around = looser({ relative: 2e-6, absolute: 3e-6 }, 'the mean is taken off before the scale')
const factors = (count: number) => [0, 1].map(() => ({ shape: [count] }))

const layers: readonly [shape: readonly number[], axis: number][] = [
  [[4, 3], -1],
  [[1, 1], -1],
  [[3, 1, 70], 1],
  [[7], 0],
  [[2, 3, 5], -1],
  [[2, 3, 5], 1],
  [[3, 5, 4], 0],
  [[2, 5, 4, 3], 1],
  [[5, 70], -1],
  [[3, 1030], 1],
  [[70, 9], 0],
]

const ofLayers = layers.map(
  ([shape, axis]): OpCase => ({
    name: `layerNorm of (${shape}) along ${axis}`,
    inputs: [{ shape }, ...factors(shape.at(axis) as number)],
    run: ([x, gamma, beta]) => layerNorm(x, gamma, beta, { axis, eps: 0.1 }),
    tolerance: around,
  }),
)

const groups: readonly [shape: readonly number[], numGroups: number][] = [
  [[2, 6], 3],
  [[1, 4, 9], 1],
  [[3, 4, 5], 2],
  [[2, 6, 3, 5], 3],
  [[2, 6, 3, 5], 6],
  [[7, 2], 2],
  [[3, 70], 70],
]

const ofGroups = groups.map(
  ([shape, numGroups]): OpCase => ({
    name: `groupNorm of (${shape}) in ${numGroups}`,
    inputs: [{ shape }, ...factors(numGroups)],
    run: ([x, gamma, beta]) => groupNorm(x, gamma, beta, { numGroups, eps: 0.1 }),
    tolerance: around,
  }),
)

const instances: readonly [shape: readonly number[], axis: number][] = [
  [[2, 3, 5], 1],
  [[1, 3, 4, 5], 1],
  [[2, 70, 3, 3], 1],
  [[2, 4, 5, 3], -1],
  [[7, 1, 2], 2],
  [[3, 70, 1, 1], 1],
  [[2, 3, 4, 2, 3], 2],
]

const ofInstances = instances.map(
  ([shape, axis]): OpCase => ({
    name: `instanceNorm of (${shape}) along ${axis}`,
    inputs: [{ shape }, ...factors(shape.at(axis) as number)],
    run: ([x, gamma, beta]) => instanceNorm(x, gamma, beta, { axis, eps: 0.1 }),
    tolerance: around,
  }),
)

/** Rows of zeros, with ∞, with NaN, with both infinities. */
function withEdges(size: number): number[] {
  const values = Array.from({ length: 4 * size }, () => 0)
  values[size] = Infinity
  values[3 * size - 1] = Number.NaN
  values[3 * size] = -Infinity
  values[values.length - 1] = Infinity
  return values
}

const edges = [2, 40, 4000].map(
  (size): OpCase => ({
    name: `layerNorm of zeros, infinities and NaN in rows of ${size}`,
    inputs: [{ shape: [4, size], domain: { values: withEdges(size) } }, ...factors(size)],
    run: ([x, gamma, beta]) => layerNorm(x, gamma, beta),
    gradient: false,
  }),
)

const others: OpCase[] = [
  {
    name: 'layerNorm of no rows',
    inputs: [{ shape: [0, 3] }, ...factors(3)],
    run: ([x, gamma, beta]) => layerNorm(x, gamma, beta),
  },
  {
    name: 'layerNorm of empty rows',
    inputs: [{ shape: [3, 0] }, ...factors(0)],
    run: ([x, gamma, beta]) => layerNorm(x, gamma, beta),
  },
  {
    name: 'groupNorm of nothing',
    inputs: [{ shape: [0, 4, 5] }, ...factors(2)],
    run: ([x, gamma, beta]) => groupNorm(x, gamma, beta, { numGroups: 2 }),
  },
  {
    name: 'instanceNorm of nothing',
    inputs: [{ shape: [0, 4, 5] }, ...factors(4)],
    run: ([x, gamma, beta]) => instanceNorm(x, gamma, beta),
  },
  {
    name: 'layerNorm with too few factors',
    inputs: [{ shape: [2, 3] }, { shape: [2] }, { shape: [3] }],
    run: ([x, gamma, beta]) => layerNorm(x, gamma, beta),
    throws: '[layerNorm] wrong shape of gamma: got (2,), expected (3,) for (2, 3)',
  },
  {
    name: 'layerNorm of integers',
    inputs: [{ shape: [2, 3], dtype: 'int32' }, ...[0, 1].map(() => ({ shape: [3], dtype: 'int32' }) as const)],
    run: ([x, gamma, beta]) => layerNorm(x, gamma, beta),
    throws: '[layerNorm] cannot take int32',
  },
  {
    name: 'groupNorm of channels that groups do not divide',
    inputs: [{ shape: [2, 3, 4] }, ...factors(2)],
    run: ([x, gamma, beta]) => groupNorm(x, gamma, beta, { numGroups: 2 }),
    throws: "[groupNorm] 3 channels can't be cut into 2 groups",
  },
  {
    name: 'instanceNorm of a matrix',
    inputs: [{ shape: [2, 3] }, ...factors(3)],
    run: ([x, gamma, beta]) => instanceNorm(x, gamma, beta),
    throws: '[instanceNorm] x must be (N, C, …) with three axes or more, got (2, 3) with channels along axis 1',
  },
]

/** All cases of layerNorm, groupNorm and instanceNorm. */
export const cases: readonly OpCase[] = [...ofLayers, ...ofGroups, ...ofInstances, ...edges, ...others]
