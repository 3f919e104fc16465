// Cases of a fully connected layer's product: rows of several axes, flattened or not, empty batches.
import type { OpCase } from '../cases.ts'
import { looser, sumOf } from '../tolerance.ts'
import { type FullyConnectOptions, fullyConnect } from './fullyConnect.ts'

function product(x: readonly number[], units: number, options: FullyConnectOptions, bias = true): OpCase {
  const size = (options.flatten ? x.slice(1) : x.slice(-1)).reduce((total, n) => total * n, 1)
  const curved = options.activation === 'tanh'
  return {
    name: `rows of (${x}) to ${units} ${JSON.stringify(options)}${bias ? '' : ' without a bias'}`,
    inputs: [{ shape: x }, { shape: [units, size] }, ...(bias ? [{ shape: [units] }] : [])],
    run: ([x, weight, b]) => fullyConnect('fullyConnected', x, weight, b ?? null, options),
    tolerance: curved
      ? looser({ absolute: 1e-5 }, 'the sum is as exact as ever, its activation bounded')
      : sumOf(size + 1),
  }
}

/** All cases. */
export const cases: readonly OpCase[] = [
  product([1, 1], 1, { flatten: true }),
  product([0, 3], 2, { flatten: true }),
  product([3, 5, 7], 11, { flatten: true, activation: 'relu' }),
  product([3, 5, 7], 11, { flatten: false, activation: 'tanh' }),
  product([2, 3, 1, 9], 4, { flatten: false }, false),
  product([7], 3, { flatten: false }),
  product([4], 3, { flatten: true }, false),
  {
    name: 'a weight of rows of another size',
    inputs: [{ shape: [2, 3, 4] }, { shape: [5, 4] }],
    run: ([x, weight]) => fullyConnect('fullyConnected', x, weight, null, { flatten: true }),
    throws: '[fullyConnected] wrong shape of weight: got (5, 4), expected (units, 12) for input (2, 3, 4)',
  },
]
