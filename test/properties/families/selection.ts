// Selections by bounds and by indices, and arrays that are joined or cut.
import fc from 'fast-check'
import type { NDArray } from '../../../src/index.ts'
import { type Arg, axes, fullShapes, options, shapes, tensorOf, types } from '../cases.ts'
import { each, family } from '../family.ts'
import { boundsOf } from './binary.ts'

const given = fc.tuple(shapes(), types)
const indexTypes = fc.constantFrom('int32', 'float32', 'uint8' as const)
const places = fc.oneof(
  { arbitrary: fc.integer({ min: -3, max: 9 }), weight: 6 },
  { arbitrary: fc.constantFrom(0.9, -0.5, 2.5, NaN, 1e9, -1e9, 255), weight: 1 },
)

/** Indices of a shape, some of them out of range, or fractions where the type has them. */
const indicesOf = (shape: readonly number[]) =>
  indexTypes.chain((dtype) => {
    const n = shape.reduce((product, size) => product * size, 1)
    const held =
      dtype === 'float32'
        ? places
        : places.map((x) => (dtype === 'uint8' ? Math.abs(x) : x) | 0).map((x) => (dtype === 'uint8' ? x & 255 : x))
    return fc.array(held, { minLength: n, maxLength: n, size: 'max' }).map((data) => ({ dtype, shape, data }))
  })

const sliced = given.chain(([shape, dtype]) =>
  fc
    .tuple(tensorOf(shape, dtype), boundsOf(shape))
    .map(([x, { begin, end, step }]): Arg[] => [x, begin, end, { step }]),
)

const bound = fc.oneof(fc.constant(null), fc.integer({ min: -8, max: 8 }))

const taken = fc
  .tuple(given, shapes(0, 2))
  .chain(([[shape, dtype], rows]) =>
    fc.tuple(tensorOf(shape, dtype), indicesOf(rows), options({ axis: axes(shape.length) })),
  )

const picked = fc.tuple(fullShapes(1, 4), types).chain(([shape, dtype]) =>
  fc
    .tuple(fc.integer({ min: -shape.length, max: shape.length - 1 }), fc.boolean(), fc.boolean())
    .chain(([axis, keepdims, kept]) => {
      const at = axis < 0 ? axis + shape.length : axis
      const dropped = shape.filter((_, k) => k !== at)
      const index = kept ? shape.map((n, k) => (k === at ? 1 : n)) : dropped.length > 0 ? dropped : [1]
      return fc.tuple(tensorOf(shape, dtype), indicesOf(index), fc.constant({ axis, keepdims }))
    }),
)

const values = fc.constantFrom(0, 1, 5, 255, -1, 2.5)
const oneHots = fc.tuple(
  shapes(0, 3).chain(indicesOf),
  fc.integer({ min: 0, max: 9 }),
  options({ onValue: values, offValue: values, dtype: types }),
)

/** Selections. */
export const selections = family(
  'selections',
  {
    slice: sliced,
    sliceAxis: given.chain(([shape, dtype]) => fc.tuple(tensorOf(shape, dtype), axes(shape.length), bound, bound)),
    at: given.chain(([shape, dtype]) => fc.tuple(tensorOf(shape, dtype), axes(shape[0] ?? 0))),
    take: taken,
    pick: picked,
    oneHot: oneHots,
  },
  {
    calls: {
      at: ([x, index]) => (x as NDArray).at(index as number),
    },
  },
)

/** Arrays alike but on one axis; sometimes not alike. */
const alike = given.chain(([shape, dtype]) =>
  fc.tuple(axes(shape.length), fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 4 })).chain(([dim, sizes]) => {
    const at = dim < 0 ? dim + shape.length : dim
    const parts = sizes.map((size) =>
      tensorOf(
        shape.map((n, k) => (k === at ? size : n)),
        dtype,
      ),
    )
    return fc
      .tuple(fc.tuple(...parts), options({ dim: fc.constant(dim) }))
      .map(([list, rest]): Arg[] => [...list, rest])
  }),
)

const stacked = fc.tuple(given, fc.integer({ min: 1, max: 4 })).chain(([[shape, dtype], count]) => {
  const parts = Array.from({ length: count }, () => tensorOf(shape, dtype))
  return fc
    .tuple(fc.tuple(...parts), options({ axis: axes(shape.length + 1) }))
    .map(([list, rest]): Arg[] => [...list, rest])
})

const cuts = fc.tuple(shapes(1), types, fc.integer({ min: 1, max: 4 })).chain(([shape, dtype, parts]) =>
  axes(shape.length).chain((axis) => {
    const at = axis < 0 ? axis + shape.length : axis
    const whole = shape.map((n, k) => (k === at ? Math.min(n, 9) * parts : n))
    return fc.tuple(tensorOf(whole, dtype), fc.constant(parts), fc.constant({ axis }))
  }),
)

/** Joining and cutting. */
export const joining = family('joining', { ...each(['concat'], alike), stack: stacked, split: cuts })
