// Cases of cumprod: rows, columns and parts, dtypes, and gradients beside one zero and several.
import type { Domain, OpCase } from '../cases.ts'
import { exact, looser } from '../tolerance.ts'
import { cumprod } from './cumprod.ts'
import { alongAxes } from './cumsum.cases.ts'

const shapes: typeof alongAxes = [...alongAxes, [[], null], [[2, 65], 1]]

const lengthOf = (shape: readonly number[], axis: number | null) =>
  axis === null ? shape.reduce((a, b) => a * b, 1) : (shape.at(axis) as number)
const rounded = (factors: number) =>
  looser({ relative: 1.2e-7 * factors, absolute: 2 ** -126 }, 'each factor of a product is rounded')

const products = shapes.flatMap(([shape, axis]) =>
  (['float32', 'int32', 'uint8'] as const).map((dtype): OpCase => {
    const count = lengthOf(shape, axis)
    const domain: Domain | undefined = dtype === 'float32' ? (count > 50 ? [0.99, 1.01] : [0.5, 2]) : undefined
    return {
      name: `cumprod of ${dtype} (${shape}) along ${axis}`,
      inputs: [{ shape, dtype, ...(domain && { domain }) }],
      run: ([x]) => cumprod(x, { axis }),
      tolerance: dtype === 'float32' ? rounded(count) : exact,
      gradient: dtype === 'float32' && count > 0 && count < 10000,
    }
  }),
)

/** Rows with no zero, with one at the beginning, in the middle and at the end, with two, and of zeros alone. */
const rows = [
  ...[2, -1, 0.5, 3],
  ...[0, -1, 0.5, 3],
  ...[2, -1, 0, 3],
  ...[2, -1, 0.5, -0],
  ...[2, 0, 0.5, 0],
  ...[0, 0, 0, 0],
]
const zeros = ([0, 1, null] as const).map(
  (axis): OpCase => ({
    name: `cumprod beside zeros along ${axis}`,
    inputs: [{ shape: [6, 4], domain: { values: rows } }],
    run: ([x]) => cumprod(x, { axis }),
    tolerance: rounded(24),
    gradient: true,
  }),
)

const parts: OpCase = {
  name: 'cumprod beside a zero in another part',
  inputs: [{ shape: [2, 700], domain: { values: Array.from({ length: 1400 }, (_, k) => (k === 600 ? 0 : 0.99)) } }],
  run: ([x]) => cumprod(x, { axis: 1 }),
  tolerance: rounded(700),
  gradient: true,
}

const special: OpCase = {
  name: 'cumprod of special values',
  inputs: [{ shape: [5, 7], domain: { values: [1, -0, 2, Infinity, 3, Number.NaN, -1, -Infinity, 1e30, 1e30, 4] } }],
  run: ([x]) => [cumprod(x, { axis: 0 }), cumprod(x, { axis: 1 })],
  tolerance: rounded(7),
}

const errors: OpCase[] = [
  {
    name: 'cumprod along an axis that is not there',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => cumprod(x, { axis: -3 }),
    throws: '[cumprod] axis -3 is out of range: the array has 2 dimensions',
  },
  {
    name: 'cumprod of a list',
    inputs: [],
    run: () => cumprod([1, 2] as never),
    throws: '[cumprod] takes arrays, got a list',
  },
  {
    name: 'cumprod with the axis by position',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => cumprod(x, 1 as never),
    throws: '[cumprod] options are one object at the end, as { axis: 1 }: got 1',
  },
]

/** All cases of cumprod. */
export const cases: readonly OpCase[] = [...products, ...zeros, parts, special, ...errors]
