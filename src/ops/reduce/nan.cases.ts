// Cases of sums and products without NaN: with and without NaN, zeros beside it, all axes and some, dtypes, nothing.
import type { Domain, OpCase } from '../cases.ts'
import { looser, sumOf } from '../tolerance.ts'
import { nanprod, nansum } from './nan.ts'
import type { ReduceOptions } from './reduce.ts'

const functions = { nansum, nanprod }
const names = ['nansum', 'nanprod'] as const
const gaps = { values: [1.5, Number.NaN, -0.5, 2, Number.NaN, 0.75, -1.25] }
const tolerances = { nansum: sumOf(140), nanprod: looser({ relative: 2e-5 }, 'each factor of a product is rounded') }

interface Over extends ReduceOptions {
  readonly shape: readonly number[]
}

const over: readonly Over[] = [
  { shape: [1] },
  { shape: [13] },
  { shape: [5, 7], axis: 1 },
  { shape: [5, 7], axis: 0, keepdims: true },
  { shape: [2, 3, 4, 5], axis: [0, 2, 3] },
  { shape: [0, 3], axis: 0 },
]

const caseOf = (name: 'nansum' | 'nanprod', what: string, { shape, ...options }: Over, domain: Domain): OpCase => ({
  name: `${name} of ${what} (${shape.join(', ')}) ${JSON.stringify(options)}`,
  inputs: [{ shape, domain }],
  run: ([x]) => functions[name](x, options),
  tolerance: tolerances[name],
})

/** All cases of these. */
export const cases: readonly OpCase[] = names.flatMap((name): OpCase[] => [
  ...over.flatMap((shape) => [
    caseOf(name, 'numbers', shape, [0.5, 1.5]),
    { ...caseOf(name, 'numbers and NaN', shape, gaps), gradient: true },
  ]),
  { ...caseOf(name, 'NaN alone', { shape: [9] }, { values: [Number.NaN] }), gradient: true },
  { ...caseOf(name, 'zeros and NaN', { shape: [3, 4], axis: 1 }, { values: [0, Number.NaN, 2, 3] }), gradient: false },
  { ...caseOf(name, 'infinities', { shape: [4] }, { values: [Infinity, Number.NaN, 2] }), gradient: false },
  {
    name: `${name} of int32`,
    inputs: [{ shape: [3, 5], dtype: 'int32' }],
    run: ([x]) => functions[name](x, { axis: 0 }),
  },
  {
    name: `${name} of a wrong option`,
    inputs: [{ shape: [3] }],
    run: ([x]) => functions[name](x, { axes: 0 } as ReduceOptions),
    throws: `[${name}] unknown option 'axes'`,
  },
])
