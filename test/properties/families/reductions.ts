// Reductions along axes, and where extremes stand.
import fc from 'fast-check'
import { axes, options, shapes, tensorOf, types } from '../cases.ts'
import { each, family } from '../family.ts'

const given = fc.tuple(shapes(), types)

/** One axis, several, all, or none that is there. */
export const axesOption = (dimensions: number) =>
  fc.oneof(
    { arbitrary: axes(dimensions), weight: 3 },
    { arbitrary: fc.uniqueArray(fc.nat({ max: Math.max(dimensions - 1, 0) }), { maxLength: dimensions }), weight: 4 },
    { arbitrary: fc.array(axes(dimensions), { maxLength: 3 }), weight: 1 },
    { arbitrary: fc.constant(null), weight: 1 },
  )

const alongAxes = given.chain(([shape, dtype]) =>
  fc.tuple(
    tensorOf(shape, dtype),
    options({ axis: axesOption(shape.length), keepdims: fc.boolean(), exclude: fc.boolean() }),
  ),
)

const places = given.chain(([shape, dtype]) =>
  fc.tuple(
    tensorOf(shape, dtype),
    options({ axis: fc.oneof(axes(shape.length), fc.constant(null)), keepdims: fc.boolean(), dtype: types }),
  ),
)

/** Reductions. */
export const reductions = family('reductions', {
  ...each(['max', 'mean', 'min', 'norm', 'prod', 'sum'], alongAxes),
  ...each(['argmax', 'argmin'], places),
})
