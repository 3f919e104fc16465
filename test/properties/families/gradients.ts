// Gradients of functions of floats.
import fc from 'fast-check'
import {
  type Arg,
  axesWithin,
  elements,
  fullShapes,
  leafOf,
  leaves,
  narrowed,
  options,
  ordinary,
  ordinaryNumbers,
  type Plain,
  shapes,
  tensorOf,
} from '../cases.ts'
import { each, family } from '../family.ts'
import { boundsOf } from './binary.ts'
import { borders, copies, reps, someAxes } from './copies.ts'
import { batches, factors } from './products.ts'
import { channels, groups, rows } from './reductions.ts'
import { selections } from './selection.ts'

const ofOne = ['abs', 'ceil', 'erf', 'exp', 'expm1', 'floor', 'negative', 'relu', 'rint', 'round', 'sigmoid', 'sign']
const ofOneToo = ['softrelu', 'softsign', 'square', 'tanh', 'trunc']
const ofAngles = ['arcsinh', 'arctan', 'cos', 'degrees', 'fix', 'hardSigmoid', 'radians', 'sin', 'smoothL1']
const ofTwo = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'modulo', 'power']
const positive = fc.integer({ min: 1, max: 4096 }).map((k) => k / 256)
const withinOne = fc.integer({ min: -255, max: 255 }).map((k) => k / 256)
const aboveOne = positive.map((x) => x + 1)
/** Zeros, ones and small numbers: products of hundreds stay in range. */
const factor = fc.constantFrom(0, 1, -1, 2, 0.5, -1.5, 1.25, 0.75)

/** Any floats: edges too. */
const anything = elements.float32

/** Edges now and then: most of them give infinite gradients, beside which nothing is seen. */
const sometimes = fc.oneof({ arbitrary: ordinary, weight: 9 }, { arbitrary: anything, weight: 1 })

const pairs = shapes().chain((shape) => {
  const one = narrowed(shape).chain((narrow) => leafOf(narrow, sometimes))
  return fc.tuple(one, fc.oneof({ arbitrary: one, weight: 3 }, { arbitrary: ordinaryNumbers, weight: 1 }), fc.boolean())
})

/** Without infinities, of which PyTorch's formulas make 0 · ∞. */
const ordinaryPairs = shapes().chain((shape) => {
  const one = narrowed(shape).chain((narrow) => leafOf(narrow))
  return fc.tuple(one, fc.oneof(one, ordinaryNumbers))
})

const axesOf = (shape: readonly number[]) =>
  options({
    axis: fc.oneof(
      fc.uniqueArray(fc.nat({ max: Math.max(shape.length - 1, 0) }), { maxLength: shape.length }),
      fc.constant(null),
    ),
    keepdims: fc.boolean(),
    exclude: fc.boolean(),
  })

const along = (of: fc.Arbitrary<number[]>, values = ordinary) =>
  of.chain((shape) => fc.tuple(leafOf(shape, values), axesOf(shape)))

const behind = (of: fc.Arbitrary<number[]>, more: (shape: readonly number[]) => fc.Arbitrary<readonly Arg[]>) =>
  of.chain((shape) => fc.tuple(leafOf(shape), more(shape)).map(([x, rest]): Arg[] => [x, ...rest]))

const indices = (shape: readonly number[]) => {
  const n = shape.reduce((product, size) => product * size, 1)
  const data = fc.array(fc.integer({ min: -2, max: 6 }), { minLength: n, maxLength: n, size: 'max' })
  return data.map((values) => ({ dtype: 'int32' as const, shape, data: values }))
}

const ofIndices = {
  take: fc
    .tuple(fullShapes(1, 4), shapes(0, 2))
    .chain(([shape, rows]) => fc.tuple(leafOf(shape), indices(rows), options({ axis: axesWithin(shape.length) }))),
  pick: fc.tuple(fullShapes(1, 4), fc.boolean()).chain(([shape, keepdims]) =>
    axesWithin(shape.length).chain((axis) => {
      const at = axis < 0 ? axis + shape.length : axis
      return fc.tuple(leafOf(shape), indices(shape.map((n, k) => (k === at ? 1 : n))), fc.constant({ axis, keepdims }))
    }),
  ),
}

const joined = (key: string, more: number) =>
  fc
    .tuple(shapes(1, 4), fc.integer({ min: 1, max: 4 }))
    .chain(([shape, count]) =>
      fc
        .tuple(fc.tuple(...Array.from({ length: count }, () => leafOf(shape))), axesWithin(shape.length + more))
        .map(([list, axis]): Arg[] => [...list, { [key]: axis }]),
    )

const bound = fc.oneof(fc.constant(null), fc.integer({ min: -8, max: 8 }))

/** −∞ now and then, which adds nothing to a sum of exponentials. */
const logits = fc.oneof({ arbitrary: ordinary, weight: 6 }, { arbitrary: fc.constant(-Infinity), weight: 1 })

const normalised = fullShapes(1, 4).chain((shape) =>
  channels(shape).chain((given) => {
    const of = [shape.at(given.axis) as number]
    return fc.tuple(leafOf(shape), leafOf(of), leafOf(of), fc.constant(given))
  }),
)

const scaled = (shape: readonly number[], count: number, given: Plain): fc.Arbitrary<Arg[]> =>
  fc.tuple(leafOf(shape), leafOf([count]), leafOf([count]), fc.constant(given))

/** layerNorm, groupNorm and instanceNorm. */
const ofRows = {
  layerNorm: fullShapes(1, 4).chain((shape) =>
    rows(shape).chain((given) => scaled(shape, shape.at(given.axis) as number, given)),
  ),
  groupNorm: fullShapes(2, 4).chain((shape) => groups(shape).chain((given) => scaled(shape, given.numGroups, given))),
  instanceNorm: fullShapes(3, 5).chain((shape) =>
    fc.integer({ min: 1, max: shape.length - 1 }).chain((axis) => scaled(shape, shape[axis], { axis, eps: 0.1 })),
  ),
}

/** Rectifiers but for those that draw. */
const kinds = fc.constantFrom(
  { actType: 'leaky', slope: 0.1 },
  { actType: 'elu', slope: 1.5 },
  { actType: 'selu' },
  { actType: 'gelu' },
)

/** Gradients. */
export const gradients = family(
  'gradients',
  {
    ...each([...ofOne, ...ofOneToo, ...ofAngles], fc.tuple(leaves(shapes(), anything))),
    ...each(
      ['cbrt', 'log', 'log10', 'log1p', 'log2', 'rcbrt', 'reciprocal', 'rsqrt', 'sqrt'],
      fc.tuple(leaves(shapes(), positive)),
    ),
    ...each(['arccos', 'arcsin', 'arctanh', 'erfinv', 'tan'], fc.tuple(leaves(shapes(), withinOne))),
    ...each(['cosh', 'sinh'], fc.tuple(leaves())),
    gammaln: fc.tuple(
      leaves(
        shapes(),
        aboveOne.map((x) => x + 1),
      ),
    ),
    arccosh: fc.tuple(leaves(shapes(), aboveOne)),
    ...each(
      ofTwo,
      pairs.map(([a, b, first]): Arg[] => (first ? [a, b] : [b, a])),
    ),
    power: shapes().chain((shape) => {
      return fc.tuple(
        narrowed(shape).chain((one) => leafOf(one, positive)),
        fc.oneof(leafOf(shape), ordinaryNumbers),
      )
    }),
    clip: fc.tuple(leaves(), ordinaryNumbers, ordinaryNumbers).map(([x, a, b]) => {
      return a.number <= b.number ? [x, a, b] : [x, b, a]
    }),
    where: shapes().chain((shape) => fc.tuple(tensorOf(shape, 'uint8'), leafOf(shape), leafOf(shape))),
    ...each(['nansum', 'sum'], along(shapes())),
    mean: along(fullShapes()),
    ...each(['max', 'min', 'norm'], along(fullShapes())),
    var: along(fullShapes()),
    logsumexp: along(fullShapes(), logits),
    ...each(['nanprod', 'prod'], along(shapes(), factor)),
    cumprod: shapes(1).chain((shape) => fc.tuple(leafOf(shape, factor), options({ axis: axesWithin(shape.length) }))),
    logaddexp: pairs.map(([a, b]): Arg[] => [a, b]),
    ...each(['arctan2', 'hypot'], ordinaryPairs),
    addN: shapes().chain((shape) => fc.array(leafOf(shape), { minLength: 1, maxLength: 9 })),
    cumsum: behind(shapes(1), ({ length }) => fc.tuple(options({ axis: axesWithin(length) }))),
    batchNorm: normalised,
    ...ofRows,
    leakyReLU: fc.tuple(leaves(), kinds),
    flip: behind(shapes(), (shape) => fc.tuple(someAxes(shape))),
    pad: behind(shapes(0, 4), (shape) => borders(shape).map((border) => [...border, null])),
    roll: behind(shapes(1, 4), ({ length }) =>
      fc.tuple(fc.integer({ min: -7, max: 7 }), options({ axis: axesWithin(length) })),
    ),
    tile: behind(shapes(0, 4), () => fc.tuple(reps())),
    repeat: behind(shapes(0, 4), ({ length }) =>
      fc.tuple(fc.nat({ max: 3 }), length === 0 ? fc.constant({}) : options({ axis: axesWithin(length) })),
    ),
    reshape: behind(fullShapes(), (shape) => fc.constant([[shape.reduce((product, n) => product * n, 1)]])),
    transpose: behind(shapes(), (shape) => {
      return fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }).map((axes) => [axes])
    }),
    swapaxes: behind(shapes(1), ({ length }) => fc.tuple(axesWithin(length), axesWithin(length))),
    expandDims: behind(shapes(), ({ length }) => fc.tuple(axesWithin(length + 1))),
    ...each(['squeeze', 'flatten'], fc.tuple(leaves())),
    broadcastAxis: fc
      .tuple(shapes(0, 3), fc.nat({ max: 4 }))
      .chain(([shape, size]) => fc.tuple(leafOf([1, ...shape]), fc.constant({ axis: 0, size }))),
    broadcastTo: shapes().chain((shape) =>
      fc.tuple(
        narrowed(shape).chain((one) => leafOf(one)),
        fc.constant(shape),
      ),
    ),
    slice: behind(shapes(), (shape) => boundsOf(shape).map(({ begin, end, step }) => [begin, end, { step }])),
    sliceAxis: behind(shapes(1), ({ length }) => fc.tuple(axesWithin(length), bound, bound)),
    at: behind(fullShapes(1), ([first]) => fc.tuple(axesWithin(first))),
    ...ofIndices,
    concat: joined('dim', 0),
    stack: joined('axis', 1),
    split: fc.tuple(shapes(1, 3), fc.integer({ min: 1, max: 4 })).chain(([rest, parts]) => {
      return fc.tuple(leafOf([rest[0], parts, ...rest.slice(1)]), fc.constant(parts))
    }),
    dot: factors(ordinary, true),
    batchDot: batches(ordinary, true),
    ...each(
      ['softmax', 'logSoftmax'],
      fullShapes(1, 4).chain((shape) => fc.tuple(leafOf(shape), options({ axis: axesWithin(shape.length) }))),
    ),
  },
  { calls: { ...selections.calls, ...copies.calls }, gradient: true },
)
