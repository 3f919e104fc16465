// Cases of pooling of sequences, over the whole, and by sums, whose windows may reach beyond the padding.
import type { OpCase } from '../cases.ts'
import { sumOf } from '../tolerance.ts'
import { average, maximum, type PoolSteps, pooling, total } from './pooling.ts'

const kinds = [maximum, average, total]

interface Shaped extends Partial<PoolSteps> {
  readonly x: readonly number[]
}

const windows: Readonly<Record<string, Shaped>> = {
  'one element': { x: [1, 1, 1], kernel: [1] },
  'no sequences': { x: [0, 2, 5], kernel: [2] },
  'sequences side by side': { x: [2, 5, 12], kernel: [3], strides: [3] },
  'sequences, overlapping, padded': { x: [2, 7, 10], kernel: [4], strides: [3], padding: [2] },
  'sequences, rounded up': { x: [3, 3, 11], kernel: [3], strides: [2], padding: [1], ceilMode: true },
  'sequences, rounded up beyond the padding': { x: [1, 17, 8], kernel: [3], strides: [3], ceilMode: true },
  'the whole sequence': { x: [2, 9, 13] },
  'the whole image': { x: [2, 5, 3, 7] },
  'images, overlapping': { x: [2, 3, 7, 6], kernel: [3, 2], strides: [2, 1], padding: [1, 1] },
  'images, rounded up beyond the padding': {
    x: [2, 18, 6, 7],
    kernel: [3, 2],
    strides: [2, 3],
    padding: [1, 0],
    ceilMode: true,
  },
}

const each = Object.entries(windows).flatMap(([name, { x: shape, kernel, ...given }]) =>
  kinds.map((kind): OpCase => {
    const ones = shape.slice(2).map(() => 1)
    const steps = kernel ? { kernel, strides: ones, padding: ones.map(() => 0), ceilMode: false, ...given } : null
    const area = (kernel ?? shape.slice(2)).reduce((product, n) => product * n, 1)
    return {
      name: `${kind.name}, ${name}`,
      inputs: [{ shape }],
      run: ([x]) => pooling('pooling', x, { kind, steps, countIncludePad: true }),
      ...(kind === maximum ? {} : { tolerance: sumOf(kind === total ? 2 * area : area) }),
    }
  }),
)

const wrong: OpCase[] = [
  {
    name: 'a window of two axes on sequences',
    inputs: [{ shape: [1, 2, 5] }],
    run: ([x]) => {
      const steps = { kernel: [2, 2], strides: [1, 1], padding: [0, 0], ceilMode: false }
      return pooling('pooling', x, { kind: maximum, steps, countIncludePad: true })
    },
    throws: '[pooling] the window must have a number for each spatial axis: got 2 numbers for input (1, 2, 5)',
  },
  {
    name: 'the whole of sequences without elements',
    inputs: [{ shape: [1, 2, 0] }],
    run: ([x]) => pooling('pooling', x, { kind: average, steps: null, countIncludePad: true }),
    throws: 'the images have no pixels: got (1, 2, 1, 0), expected a positive height and width',
  },
]

/** All cases. */
export const cases: readonly OpCase[] = [...each, ...wrong]
