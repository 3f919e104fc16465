// Products, softmax and losses.
import fc from 'fast-check'
import { gluon, type NDArray } from '../../../src/index.ts'
import {
  type Arg,
  axes,
  axesWithin,
  elements,
  floats,
  fullShapes,
  leafOf,
  options,
  ordinary,
  shapes,
  tensorOf,
} from '../cases.ts'
import type { Call } from '../check.ts'
import { each, family } from '../family.ts'

const transposes = options({ transposeA: fc.boolean(), transposeB: fc.boolean() })
const small = (shape: readonly number[]) => shape.map((n) => Math.min(n, 9))

/** Two arrays whose inner sizes are equal; sometimes not. */
export const factors = (values = elements.float32, within = false) =>
  fc
    .tuple(shapes(0, 2), shapes(0, 2), fc.nat({ max: 20 }), fc.nat({ max: 40 }), transposes)
    .chain(([rows, columns, inner, luck, given]) => {
      const other = luck === 0 && !within ? inner + 1 : inner
      const a = given.transposeA ? [inner, ...small(rows)] : [...small(rows), inner]
      const b = given.transposeB ? [...small(columns), other] : [other, ...small(columns)]
      return fc.tuple(leafOf(a, values), leafOf(b, values), fc.constant(given))
    })

/** Two batches of matrices whose inner sizes are equal; sometimes not. */
export const batches = (values = elements.float32, within = false) =>
  fc
    .tuple(shapes(4, 4).map(small), fc.nat({ max: 40 }), transposes)
    .chain(([[batch, rows, columns, inner], luck, given]) => {
      const other = luck === 0 && !within ? inner + 1 : inner
      const a = given.transposeA ? [inner, rows] : [rows, inner]
      const b = given.transposeB ? [columns, other] : [other, columns]
      return fc.tuple(leafOf([batch, ...a], values), leafOf([batch, ...b], values), fc.constant(given))
    })

/** Products. */
export const products = family('products', { dot: factors(), batchDot: batches() })

const along = fc.tuple(shapes(1, 4), floats).chain(([shape, dtype]) => {
  return fc.tuple(tensorOf(shape, dtype), options({ axis: axes(shape.length) }))
})

/** Softmax. */
export const softmaxes = family('softmax', each(['softmax', 'logSoftmax', 'softmin'], along))

const weights = fc.constantFrom(1, 0.5, 2, -0.25)

/** Predictions and labels of one shape; perhaps weights of the samples. */
const regression = fullShapes(1, 4).chain((shape) =>
  fc.tuple(
    leafOf(shape),
    leafOf(shape),
    fc.option(leafOf([shape[0], ...shape.slice(1).map(() => 1)])),
    options({ weight: weights }),
  ),
)

const classNumbers = (n: number, classes: number) =>
  fc.tuple(
    fc.constantFrom('int32', 'uint8' as const),
    fc.array(fc.integer({ min: 0, max: classes + 1 }), { minLength: n, maxLength: n, size: 'max' }),
  )

/** Predictions with class numbers, or with distributions over the classes. */
const classification = fullShapes(2, 4).chain((shape) =>
  fc
    .tuple(
      axesWithin(shape.length - 1).map((k) => (k < 0 ? k : k + 1)),
      fc.boolean(),
    )
    .chain(([axis, sparseLabel]) => {
      const at = axis < 0 ? axis + shape.length : axis
      const numbers = shape.filter((_, k) => k !== at)
      const n = numbers.reduce((product, size) => product * size, 1)
      const label = sparseLabel
        ? classNumbers(n, shape[at]).map(([dtype, data]) => ({ dtype, shape: numbers, data }))
        : leafOf(shape, fc.constantFrom(0, 1, 0.25, 0.5))
      const more = options({ weight: weights, fromLogits: fc.boolean() })
      const weight = fc.option(leafOf([shape[0], ...shape.slice(1).map(() => 1)], ordinary))
      return fc
        .tuple(leafOf(shape), label, weight, more)
        .map(([x, y, w, o]): Arg[] => [x, y, w, { ...o, axis, sparseLabel }])
    }),
)

type Loss = new (options: object) => (pred: NDArray, label: NDArray, weight?: NDArray) => NDArray

const lossCall =
  (name: 'L2Loss' | 'SoftmaxCrossEntropyLoss'): Call =>
  ([pred, label, weight, given]) => {
    const loss = new (gluon.loss[name] as unknown as Loss)(given as object)
    return weight === null
      ? loss(pred as NDArray, label as NDArray)
      : loss(pred as NDArray, label as NDArray, weight as NDArray)
  }

const functions = { L2Loss: regression, SoftmaxCrossEntropyLoss: classification }
const calls = { L2Loss: lossCall('L2Loss'), SoftmaxCrossEntropyLoss: lossCall('SoftmaxCrossEntropyLoss') }

/** Losses. */
export const losses = family('losses', functions, { calls })

/** Their gradients. */
export const lossGradients = family('gradients of losses', functions, { calls, gradient: true })
