// Functions of two operands that are broadcast, one of which may be a number; writing in place.
import fc from 'fast-check'
import type { NDArray } from '../../../src/index.ts'
import { type Arg, narrowed, numbers, type Plain, shapes, tensorOf, types } from '../cases.ts'
import { each, family } from '../family.ts'

const arithmetic = ['add', 'divide', 'maximum', 'minimum', 'modulo', 'multiply', 'power', 'subtract']
const comparing = ['equal', 'greater', 'greaterEqual', 'lesser', 'lesserEqual', 'notEqual']
const logic = ['logicalAnd', 'logicalOr', 'logicalXor']
const writing = ['iadd', 'idivide', 'imodulo', 'imultiply', 'isubtract']

/** Two arrays of shapes that broadcast; sometimes of shapes, or types, that don't. */
const arrays = fc
  .tuple(shapes(), types, types, fc.integer({ min: 0, max: 30 }))
  .chain(([shape, dtype, other, luck]) => {
    const [a, b] = luck === 0 ? [fc.constant(shape), shapes()] : [narrowed(shape), narrowed(shape)]
    return fc.tuple(
      a.chain((one) => tensorOf(one, dtype)),
      b.chain((one) => tensorOf(one, luck === 1 ? other : dtype)),
    )
  })

const besideNumbers = fc
  .tuple(
    fc.tuple(shapes(), types).chain(([shape, dtype]) => tensorOf(shape, dtype)),
    numbers,
    fc.boolean(),
  )
  .map(([x, number, first]): Arg[] => (first ? [x, number] : [number, x]))

const operands = fc.oneof({ arbitrary: arrays, weight: 3 }, { arbitrary: besideNumbers, weight: 2 })

const floatOperands = shapes().chain((shape) => {
  const one = narrowed(shape).chain((narrow) => tensorOf(narrow, 'float32'))
  return fc.tuple(one, fc.oneof({ arbitrary: one, weight: 3 }, { arbitrary: numbers, weight: 1 }))
})

/** Arithmetic. */
export const binary = family('functions of two operands', {
  ...each(arithmetic, operands),
  ...each(['arctan2', 'hypot', 'logaddexp'], floatOperands),
  addN: fc
    .tuple(shapes(), types)
    .chain(([shape, dtype]) => fc.array(tensorOf(shape, dtype), { minLength: 1, maxLength: 9 })),
})

/** Comparisons. */
export const comparisons = family('comparisons', each([...comparing, ...logic], operands))

const target = fc.tuple(shapes(), types)

/** An array of a shape, or of one that broadcasts to it, or a number. */
const valuesFor = (shape: readonly number[], dtype: 'float32' | 'int32' | 'uint8'): fc.Arbitrary<Arg> =>
  fc.oneof(
    { arbitrary: narrowed(shape).chain((one) => tensorOf(one, dtype)), weight: 3 },
    { arbitrary: numbers, weight: 1 },
  )

const bound = (size: number) => fc.oneof(fc.constant(null), fc.integer({ min: -size - 2, max: size + 2 }))
const step = fc.constantFrom(null, 1, 1, 1, 2, 3, -1, -2)

/** Begin, end and step for some axes in front. */
export const boundsOf = (shape: readonly number[]): fc.Arbitrary<{ begin: Plain[]; end: Plain[]; step: Plain[] }> =>
  fc.nat({ max: shape.length }).chain((count) => {
    const sizes = shape.slice(0, count)
    const bounds = fc.tuple(...sizes.map(bound))
    return fc.record({ begin: bounds, end: bounds, step: fc.tuple(...sizes.map(() => step)) })
  })

const sizesOf = (shape: readonly number[], { begin, end, step }: { begin: Plain[]; end: Plain[]; step: Plain[] }) =>
  shape.map((n, k) => {
    const by = (step[k] ?? 1) as number
    const at = (given: Plain | undefined, otherwise: number) => {
      if (given === null || given === undefined) return otherwise
      const from = (given as number) < 0 ? (given as number) + n : (given as number)
      return by > 0 ? Math.min(Math.max(from, 0), n) : Math.min(Math.max(from, -1), n - 1)
    }
    return Math.max(0, Math.ceil((at(end[k], by > 0 ? n : -1) - at(begin[k], by > 0 ? 0 : n - 1)) / by))
  })

const slices = target.chain(([shape, dtype]) =>
  boundsOf(shape).chain((bounds) => {
    const { begin, end, step } = bounds
    return fc
      .tuple(tensorOf(shape, dtype), valuesFor(sizesOf(shape, bounds), dtype))
      .map(([x, values]): Arg[] => [x, begin, end, values, { step }])
  }),
)

/** A method that writes into its array, which is then the result. */
const method =
  (name: string) =>
  ([x, ...others]: readonly unknown[]) => {
    const methods = x as unknown as Record<string, (...args: unknown[]) => unknown>
    methods[name](...others)
    return x as NDArray
  }

/** Writing in place. */
export const inPlace = family(
  'writing in place',
  {
    ...each(
      [...writing, 'set'],
      target.chain(([shape, dtype]) => fc.tuple(tensorOf(shape, dtype), valuesFor(shape, dtype))),
    ),
    setSlice: slices,
  },
  { calls: Object.fromEntries([...writing, 'set', 'setSlice'].map((name) => [name, method(name)])) },
)
