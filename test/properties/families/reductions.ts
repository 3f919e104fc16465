// Reductions along axes, running sums, and where extremes stand.
import fc from 'fast-check'
import {
  type Arg,
  axes,
  axesWithin,
  elements,
  floats,
  fullShapes,
  options,
  ordinary,
  type Plain,
  shapes,
  type Type,
  tensorOf,
  types,
} from '../cases.ts'
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
export const channels = (shape: readonly number[]): fc.Arbitrary<{ axis: number; eps?: number }> =>
  axesWithin(shape.length).chain((axis) =>
    options({ eps: fc.constantFrom(1e-5, 1e-3, 0.1, 1) }).map((rest) => ({ axis, ...rest })),
  )

const edges = fc.oneof({ arbitrary: ordinary, weight: 40 }, { arbitrary: elements.float32, weight: 1 })

const normalised = fc
  .tuple(fc.oneof(fullShapes(1, 4), shapes(1, 4)), floats, fc.nat({ max: 20 }))
  .chain(([shape, dtype, luck]) =>
    channels(shape).chain(({ axis, eps }) => {
      const of = [shape[axis < 0 ? axis + shape.length : axis] + Number(luck === 0)]
      const given = { axis, ...(luck === 1 ? { eps: 0 } : eps && { eps }) }
      return fc.tuple(
        tensorOf(shape, dtype, edges),
        tensorOf(of, 'float32', edges),
        tensorOf(of, 'float32', edges),
        fc.constant(given),
      )
    }),
  )

/** The axis of a row, and what is added to the variance. */
export const rows = (shape: readonly number[]): fc.Arbitrary<{ axis: number; eps?: number }> =>
  axesWithin(shape.length).chain((axis) =>
    options({ eps: fc.constantFrom(1e-5, 1e-3, 0.1, 1) }).map((rest) => ({ axis, ...rest })),
  )

/** How many groups the channels of a shape may be cut into; and what is added to the variance. */
export const groups = (shape: readonly number[]): fc.Arbitrary<{ numGroups: number; eps?: number }> =>
  fc
    .constantFrom(...[1, 2, 3, 4, 5].filter((n) => shape[1] % n === 0))
    .chain((numGroups) => options({ eps: fc.constantFrom(1e-5, 0.1) }).map((rest) => ({ numGroups, ...rest })))

/** x, gamma and beta of `count` numbers, now and then of one more, and options. */
const scaled = (shape: readonly number[], dtype: Type, count: number, given: Plain): fc.Arbitrary<Arg[]> =>
  fc.nat({ max: 20 }).chain((luck) => {
    const of = [count + Number(luck === 0)]
    return fc.tuple(
      tensorOf(shape, dtype, edges),
      tensorOf(of, 'float32', edges),
      tensorOf(of, 'float32', edges),
      fc.constant(given),
    )
  })

const at = (shape: readonly number[], axis: number) => shape[axis < 0 ? axis + shape.length : axis]

/** Arguments of layerNorm, groupNorm and instanceNorm. */
const ofRows = {
  layerNorm: fc
    .tuple(shapes(1, 4), floats)
    .chain(([shape, dtype]) => rows(shape).chain((given) => scaled(shape, dtype, at(shape, given.axis), given))),
  groupNorm: fc
    .tuple(shapes(2, 4), floats)
    .chain(([shape, dtype]) => groups(shape).chain((given) => scaled(shape, dtype, given.numGroups, given))),
  instanceNorm: fc
    .tuple(shapes(2, 5), floats)
    .chain(([shape, dtype]) => rows(shape).chain((given) => scaled(shape, dtype, at(shape, given.axis), given))),
}

/** Reductions. */
export const reductions = family('reductions', {
  ...each(['max', 'mean', 'min', 'nanprod', 'nansum', 'prod', 'sum'], alongAxes),
  ...each(['logsumexp', 'norm', 'std', 'var'], floatsAlongAxes),
  ...each(['argmax', 'argmin'], places),
  ...each(['cumprod', 'cumsum'], running),
  batchNorm: normalised,
  ...ofRows,
})
