// Reductions along axes, running sums, and where extremes stand.
import fc from 'fast-check'
import { axes, axesWithin, elements, floats, fullShapes, options, ordinary, shapes, tensorOf, types } from '../cases.ts'
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

/** For functions of floats: of any magnitude, or ordinary ones, whose sums say more. */
const floatsAlongAxes = fc
  .tuple(shapes(), floats, fc.constantFrom(elements.float32, ordinary))
  .chain(([shape, dtype, values]) =>
    fc.tuple(
      tensorOf(shape, dtype, values),
      options({ axis: axesOption(shape.length), keepdims: fc.boolean(), exclude: fc.boolean() }),
    ),
  )

const running = given.chain(([shape, dtype]) =>
  fc.tuple(tensorOf(shape, dtype), options({ axis: fc.oneof(axes(shape.length), fc.constant(null)) })),
)

/** The axis of channels, and what is added to the variance. */
export const channels = (shape: readonly number[]): fc.Arbitrary<{ axis: number; epsilon?: number }> =>
  axesWithin(shape.length).chain((axis) =>
    options({ epsilon: fc.constantFrom(1e-5, 1e-3, 0.1, 1) }).map((rest) => ({ axis, ...rest })),
  )

const edges = fc.oneof({ arbitrary: ordinary, weight: 40 }, { arbitrary: elements.float32, weight: 1 })

const normalised = fc
  .tuple(fc.oneof(fullShapes(1, 4), shapes(1, 4)), floats, fc.nat({ max: 20 }))
  .chain(([shape, dtype, luck]) =>
    channels(shape).chain(({ axis, epsilon }) => {
      const of = [shape[axis < 0 ? axis + shape.length : axis] + Number(luck === 0)]
      const given = { axis, ...(luck === 1 ? { epsilon: 0 } : epsilon && { epsilon }) }
      return fc.tuple(
        tensorOf(shape, dtype, edges),
        tensorOf(of, 'float32', edges),
        tensorOf(of, 'float32', edges),
        fc.constant(given),
      )
    }),
  )

/** Reductions. */
export const reductions = family('reductions', {
  ...each(['max', 'mean', 'min', 'nanprod', 'nansum', 'prod', 'sum'], alongAxes),
  ...each(['logsumexp', 'norm', 'std', 'var'], floatsAlongAxes),
  ...each(['argmax', 'argmin'], places),
  ...each(['cumprod', 'cumsum'], running),
  batchNorm: normalised,
})
