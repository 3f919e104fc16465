// Cases of reductions: every kind over every run of axes, lengths around the blocks, both orders, dtypes, special values.
import type { DType } from '../../core/dtype.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { Domain, OpCase } from '../cases.ts'
import { logsumexp, softmax } from '../softmax/softmax.ts'
import { exact, looser, sumOf, type Tolerance } from '../tolerance.ts'
import { type ArgmaxOptions, argmax, argmin } from './argmax.ts'
import { max, mean, min, norm, prod, type ReduceOptions, sum } from './reduce.ts'
import { momentsOf, std, variance } from './variance.ts'

type Reduction = (x: NDArray, options?: ReduceOptions) => NDArray

// by name, since a bundler may rename functions
const named = { argmax, argmin, logsumexp, max, mean, min, norm, prod, std, sum, variance }
const names = new Map<unknown, string>(Object.entries(named).map(([name, run]) => [run, name]))

const reductions: readonly Reduction[] = [logsumexp, max, mean, min, norm, prod, std, sum, variance]

/** Products and roots are relative, sums and means as long as their terms, extremes exact. */
function toleranceOf(run: Reduction, shape: readonly number[], axis: ReduceOptions['axis']): Tolerance {
  const axes = axis === null || axis === undefined ? [...shape.keys()] : [axis].flat()
  const terms = Math.max(
    1,
    axes.map((a) => shape.at(a) ?? 1).reduce((product, n) => product * n, 1),
  )
  if (run === max || run === min) return exact
  if (run === prod) return looser({ relative: 1.2e-7 * terms }, 'each factor of a product is rounded')
  if (run === logsumexp) return { relative: 4e-7, absolute: 4e-7 }
  return run === norm || run === std || run === variance ? { relative: 2e-7 + 1.2e-7 * Math.sqrt(terms) } : sumOf(terms)
}

interface Over extends ReduceOptions {
  readonly shape: readonly number[]
}

const everyKind: readonly Over[] = [
  { shape: [1] },
  { shape: [13] },
  { shape: [3, 4, 5] },
  { shape: [5, 7], axis: 1 },
  { shape: [5, 7], axis: 0 },
  { shape: [5, 7], axis: 0, keepdims: true },
  { shape: [2, 3, 5], axis: 1, keepdims: true },
  { shape: [3, 1, 4], axis: 1 },
  { shape: [2, 3, 4, 5], axis: [0, 2, 3] },
  { shape: [2, 3, 4, 5], axis: [1, 3], keepdims: true },
  { shape: [2, 3, 4, 5], axis: 1 },
  { shape: [2, 3, 4, 5], axis: [0, 2] },
]

const all = everyKind.flatMap(({ shape, ...options }) =>
  reductions.map((run): OpCase => {
    const domain: Domain = run === prod || run === norm ? [0.5, 2] : [-1, 1]
    const tolerance = toleranceOf(run, shape, options.axis)
    return { name: nameOf(run, shape, options), inputs: [{ shape, domain }], run: ([x]) => run(x, options), tolerance }
  }),
)

function nameOf(run: unknown, shape: readonly number[], options: object): string {
  return `${names.get(run)} of (${shape.join(', ')}) ${JSON.stringify(options)}`
}

/** Shapes of one element to several parts, in rows, columns and both; columns of 16, 4 and 1. */
const sizes: readonly Over[] = [
  { shape: [63] },
  { shape: [1024 * 17 + 5] },
  { shape: [32768] },
  { shape: [100003] },
  { shape: [3, 40009], axis: 1 },
  { shape: [70, 1000], axis: 1 },
  { shape: [1001, 3], axis: 1 },
  { shape: [5000, 7], axis: 0 },
  { shape: [3000, 61], axis: 0 },
  { shape: [40, 2100], axis: 0 },
  { shape: [70, 9, 1030], axis: 1 },
  { shape: [3, 5, 4, 7, 2, 3], axis: [0, 2, 4] },
  { shape: [3, 5, 4, 7, 2, 3], axis: [1, 3, 5] },
  { shape: [16, 21, 19, 17], axis: [0, 2, 3] },
  { shape: [2, 37, 13, 11], axis: [2, 3], keepdims: true },
  { shape: [4, 3, 5, 6], axis: [0, -1] },
  { shape: [2, 3, 4, 5], axis: [2] },
]

const large = sizes.flatMap(({ shape, ...options }) =>
  [sum, max].map((run): OpCase => {
    const terms = toleranceOf(run, shape, options.axis)
    const gradient = run === sum
    const inputs = [{ shape, domain: [-1, 1] as const }]
    return { name: nameOf(run, shape, options), inputs, run: ([x]) => run(x, options), tolerance: terms, gradient }
  }),
)

const excluded: OpCase = {
  name: 'mean over all axes but the first',
  inputs: [{ shape: [6, 3, 5] }],
  run: ([x]) => mean(x, { axis: 0, exclude: true }),
  tolerance: sumOf(15),
}

const positive: OpCase = {
  name: 'sum of a million positive numbers',
  inputs: [{ shape: [1000003], domain: [0, 1] }],
  run: ([x]) => sum(x),
  tolerance: looser(
    { relative: 4 * 2 ** -23 },
    'blocks are summed, so the error stays at some roundings of the result',
  ),
  gradient: false,
}

const whole: Record<string, Domain> = {
  int32: { values: [7, -3, 2 ** 31 - 1, 65537, -1] },
  uint8: [0, 256],
  int8: [-128, 128],
}

const integers = (['int32', 'uint8', 'int8'] as const).flatMap((dtype: DType) =>
  reductions
    .filter((run) => ![logsumexp, norm, std, variance].includes(run))
    .flatMap((run) =>
      [undefined, 0, 1].map(
        (axis): OpCase => ({
          name: `${names.get(run)} of ${dtype} over ${axis ?? 'all'}`,
          inputs: [{ shape: [23, 37], dtype, domain: whole[dtype] }],
          run: ([x]) => run(x, axis === undefined ? {} : { axis }),
        }),
      ),
    ),
)

/** Sums are made as float32, and stored as the float16 on one side of them or the other. */
const halves = [max, min, sum, mean, prod, norm, variance].flatMap((run) =>
  ([undefined, 0, 1] as const).map(
    (axis): OpCase => ({
      name: `${run.name} of float16 over ${axis ?? 'all'}`,
      inputs: [{ shape: [23, 37], dtype: 'float16' }],
      run: ([x]) => run(x, axis === undefined ? {} : { axis }),
      tolerance: looser({ relative: 2 ** -10, absolute: 2 ** -24 }, 'a sum may lie in the middle of two halves'),
    }),
  ),
)

const refused: OpCase = {
  name: 'softmax of float16',
  inputs: [{ shape: [3, 4], dtype: 'float16' }],
  run: ([x]) => softmax(x),
  throws: "[softmax] operands must be float32, got float16: use astype('float32')",
}

const special = { values: [1, Number.NaN, -Infinity, 2, Infinity, -0, 0, -1, -2, -2] }

const specials = [max, min, sum, mean, prod].flatMap((run) =>
  [0, 1].map(
    (axis): OpCase => ({
      name: `${names.get(run)} of special values over ${axis}`,
      inputs: [{ shape: [7, 15], domain: special }],
      run: ([x]) => run(x, { axis }),
      tolerance: run === max || run === min ? exact : { relative: 1e-6 },
    }),
  ),
)

const nothing = [sum, mean, prod].flatMap((run): OpCase[] => [
  // a mean of nothing is NaN, which a central difference drowns in
  { name: `${names.get(run)} of nothing`, inputs: [{ shape: [0] }], run: ([x]) => run(x), gradient: run !== mean },
  {
    name: `${names.get(run)} of empty rows`,
    inputs: [{ shape: [5, 0] }],
    run: ([x]) => run(x, { axis: 1 }),
    gradient: run !== mean,
  },
  {
    name: `${names.get(run)} of no int32`,
    inputs: [{ shape: [3, 0], dtype: 'int32' }],
    run: ([x]) => run(x, { axis: 1, keepdims: true }),
  },
])

/** Of nothing 0, −∞ and NaN: the last two have no central difference. */
const nothingInStages = [norm, logsumexp, variance].flatMap((run): OpCase[] => [
  { name: `${run.name} of nothing`, inputs: [{ shape: [0] }], run: ([x]) => run(x), gradient: run === norm },
  {
    name: `${run.name} of empty rows`,
    inputs: [{ shape: [5, 0] }],
    run: ([x]) => run(x, { axis: 1 }),
    gradient: run === norm,
  },
])

const noResults = reductions.flatMap((run): OpCase[] => [
  { name: `${names.get(run)} of no rows`, inputs: [{ shape: [0, 5] }], run: ([x]) => run(x, { axis: 1 }) },
  { name: `${names.get(run)} over rows of nothing`, inputs: [{ shape: [2, 0] }], run: ([x]) => run(x, { axis: 0 }) },
])

const ties = { values: [3, -1, 3, 2, -1, 3, 0, -0] }

const places: readonly (ArgmaxOptions & { readonly shape: readonly number[] })[] = [
  { shape: [1] },
  { shape: [50] },
  { shape: [5, 10], axis: 1 },
  { shape: [5, 10], axis: 0 },
  { shape: [5, 10], keepdims: true },
  { shape: [3, 7, 5], axis: 1, keepdims: true },
  { shape: [40000, 3], axis: -1 },
  { shape: [3, 20011], axis: 0 },
  { shape: [2, 11, 4, 5], axis: 1 },
  { shape: [2, 11, 4, 5], axis: 2 },
  { shape: [2, 11, 4, 5] },
  { shape: [0, 4], axis: 1 },
]

const positions = places.flatMap(({ shape, ...options }) =>
  [argmax, argmin].flatMap((run): OpCase[] =>
    [{ domain: [-1, 1] as const }, { domain: ties }, { domain: special }, { dtype: 'int32' as const }].map((input) => ({
      name: `${nameOf(run, shape, options)} ${JSON.stringify(input)}`,
      inputs: [{ shape, ...input }],
      run: ([x]) => run(x, options),
      gradient: false,
    })),
  ),
)

const bytes = [0, 1].map(
  (axis): OpCase => ({
    name: `argmax of bytes over ${axis}`,
    inputs: [{ shape: [13, 15], dtype: 'uint8', domain: [0, 256] }],
    run: ([x]) => argmax(x, { axis }),
  }),
)

/** Results of another type than the input's, over rows and columns of all widths. */
const typed = (['float32', 'int32', 'uint8', 'int8', 'float16'] as const).flatMap((from) =>
  (['float32', 'int32', 'uint8', 'int8', 'float16'] as const)
    .filter((dtype) => dtype !== from)
    .flatMap((dtype) =>
      ([0, 1, null] as const).map(
        (axis): OpCase => ({
          name: `argmin of ${from} over ${axis} as ${dtype}`,
          inputs: [{ shape: [9, 13], dtype: from, domain: from === 'int8' ? [-100, 100] : [0, 200] }],
          run: ([x]) => argmin(x, { axis, dtype }),
          gradient: false,
        }),
      ),
    ),
)

/** A byte at the last place that a byte counts. */
const last = [0, 1].map(
  (axis): OpCase => ({
    name: `argmax at place 255 of bytes over ${axis}`,
    inputs: [
      {
        shape: axis ? [3, 256] : [256, 3],
        dtype: 'uint8',
        domain: { values: Array.from({ length: 768 }, (_, i) => Number(axis ? i % 256 === 255 : i >= 765)) },
      },
    ],
    run: ([x]) => argmax(x, { axis }),
  }),
)

const tooMany = 'does not hold every place of'

/** Several parts, rows far from 0, rows of one value, whose gradient is 0, and rows with what is no number. */
const deviations: OpCase[] = [
  { name: 'std of parts', inputs: [{ shape: [100003] }], run: ([x]) => std(x), tolerance: { relative: 1e-5 } },
  {
    name: 'std of columns in parts',
    inputs: [{ shape: [5000, 7] }],
    run: ([x]) => std(x, { axis: 0 }),
    tolerance: { relative: 1e-5 },
  },
  {
    name: 'std far from 0',
    inputs: [{ shape: [3, 700], domain: [1000, 1001] }],
    run: ([x]) => std(x, { axis: 1 }),
    tolerance: { relative: 1e-5 },
    // it reads the mean, which is rounded to 1/16384 here
    gradient: false,
  },
  {
    name: 'std of equals',
    inputs: [{ shape: [5, 9], domain: { values: [0.5] } }],
    run: ([x]) => std(x, { axis: 1 }),
    gradient: true,
  },
  {
    name: 'std of all but an axis',
    inputs: [{ shape: [6, 3, 5] }],
    run: ([x]) => std(x, { axis: 0, exclude: true }),
    tolerance: { relative: 1e-6 },
  },
  {
    name: 'std of special values',
    inputs: [{ shape: [7, 15], domain: special }],
    run: ([x]) => std(x, { axis: 1 }),
    tolerance: { relative: 1e-6 },
  },
  { name: 'std of nothing', inputs: [{ shape: [5, 0] }], run: ([x]) => std(x, { axis: 1 }), gradient: false },
]

const wrong: OpCase[] = [
  {
    name: 'the deviation of whole numbers',
    inputs: [{ shape: [3], dtype: 'int32' }],
    run: ([x]) => std(x),
    throws: "[std] cannot take int32, expected float32: use astype('float32')",
  },
  {
    name: 'the deviation of a list',
    inputs: [],
    run: () => std([1, 2] as never),
    throws: '[std] takes arrays, got a list',
  },
  {
    name: 'the deviation along an axis that is not there',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => std(x, { axis: [0, 2] }),
    throws: '[std] axis 2 is out of range: the array has 2 dimensions',
  },
  {
    name: 'the deviation with an option that there is not',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => std(x, { ddof: 1 } as never),
    throws: "[std] unknown option 'ddof'. Options are axis, exclude, keepdims",
  },
  {
    name: 'the place among more bytes than a byte counts',
    inputs: [{ shape: [257, 2], dtype: 'uint8' }],
    run: ([x]) => argmax(x, { axis: 0 }),
    throws: `[argmax] uint8 ${tooMany} 257: got (257, 2), expected { dtype: 'int32' }`,
  },
  {
    name: 'the place as a byte in all of an array',
    inputs: [{ shape: [20, 20] }],
    run: ([x]) => argmin(x, { dtype: 'uint8' }),
    throws: `[argmin] uint8 ${tooMany} 400: got (20, 20), expected { dtype: 'int32' }`,
  },
  {
    name: 'the place as a type that there is not',
    inputs: [{ shape: [2] }],
    run: ([x]) => argmax(x, { dtype: 'int64' as 'int32' }),
    throws: "[argmax] no element type is named 'int64': expected one of float32, float64, float16, uint8, int32, int8",
  },
  {
    name: 'an axis that is not there',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => sum(x, { axis: 2 }),
    throws: '[sum] axis 2 is out of range: the array has 2 dimensions',
  },
  {
    name: 'an axis twice',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => mean(x, { axis: [1, -1] }),
    throws: '[mean] an axis comes twice: got [1, -1], expected each once',
  },
  {
    name: 'the largest of nothing',
    inputs: [{ shape: [2, 0] }],
    run: ([x]) => max(x, { axis: 1 }),
    throws: '[max] nothing to choose from: got (2, 0), expected at least one element',
  },
  {
    name: 'the place of the smallest of nothing',
    inputs: [{ shape: [0] }],
    run: ([x]) => argmin(x),
    throws: '[argmin] nothing to choose from: got (0,), expected at least one element',
  },
  {
    name: 'the length of integers',
    inputs: [{ shape: [3], dtype: 'int32' }],
    run: ([x]) => norm(x),
    throws: "[norm] cannot take int32, expected float32: use astype('float32')",
  },
]

const bothMoments: OpCase[] = [
  {
    name: 'moments along two axes',
    inputs: [{ shape: [4, 5, 3] }],
    run: ([x]) => momentsOf(x, { axes: [0, 2], keepdims: true }),
    tolerance: { relative: 6e-7 },
  },
  { name: 'moments of all', inputs: [{ shape: [4, 5] }], run: ([x]) => momentsOf(x), tolerance: { relative: 6e-7 } },
  {
    name: 'moments along an axis by the name of other reductions',
    inputs: [{ shape: [4, 5] }],
    run: ([x]) => momentsOf(x, { axis: 1 } as never),
    throws: "[moments] unknown option 'axis', did you mean 'axes'? Options are axes, keepdims",
  },
]

/** All cases of reductions. */
export const cases: readonly OpCase[] = [
  ...all,
  ...large,
  excluded,
  positive,
  ...integers,
  ...specials,
  ...nothing,
  ...nothingInStages,
  ...noResults,
  ...positions,
  ...bytes,
  ...typed,
  ...last,
  ...deviations,
  ...wrong,
  ...halves,
  refused,
  ...bothMoments,
]
