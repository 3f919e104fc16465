// multinomial: class numbers drawn by their probabilities.
import { type DType, isDType, isFloat } from '../../core/dtype.ts'
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkShape, formatShape, sizeOf } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { cast } from '../elementwise/cast.ts'
import { log } from '../elementwise/elementwise.ts'
import { made, type OutOption, type OutsOption, outOption } from '../out.ts'
import { holdsPlaces } from '../places.ts'
import { cumsum } from '../reduce/cumsum.ts'
import { pick } from '../take/pick.ts'
import { broadcastTo } from '../view/broadcastTo.ts'
import { withShape } from '../view/reshape.ts'
import { uniform } from './random.ts'

/** How many of the sums up to each class are not above the number drawn; the last class where rounding left too little. */
const classes: Reduction = {
  name: 'multinomial',
  element: (m, sum, drawn) => m.select(m.lessEqual(sum, drawn), m.constant(1, 'int'), m.constant(0, 'int')),
  joins: ['sum'],
  finish: (m, passed, count) => m.min(passed, m.sub(m.toInt(count), 1)),
  gradient: 'none',
}

/** For rows (R, 1, K) of probabilities the classes (R, M) at which their sums pass numbers (R, M, 1). */
export function classesAt(p: NDArray, numbers: NDArray): NDArray {
  return reduce(classes, [cumsum(p, { axis: 2 }), numbers], { axes: [2], dtypes: ['int32'] })[0]
}

/** Options of multinomial. */
export interface MultinomialOptions {
  /** Shape of what is drawn for each distribution. Default one number. */
  readonly shape?: number | readonly number[]
  /** Whether the logarithms of the probabilities of what was drawn are returned too. Default false. */
  readonly getProb?: boolean
  /** Element type of the class numbers. Default int32. */
  readonly dtype?: DType
}

/** Options of multinomial that returns logarithms too. */
export interface MultinomialProbOptions extends MultinomialOptions, OutsOption {
  readonly getProb: true
}

type AnyMultinomialOptions = MultinomialOptions & { readonly out?: NDArray | readonly NDArray[] }

const multinomialOptions: OptionNames<AnyMultinomialOptions> = {
  ...outOption,
  shape: true,
  getProb: 'boolean',
  dtype: true,
}

function checked(data: NDArray, { shape = [], getProb = false, dtype = 'int32' }: MultinomialOptions) {
  if (!isFloat(data.dtype)) {
    throw new OpError('multinomial', `takes probabilities, float32, got ${data.dtype}: use astype('float32')`)
  }
  const count = data.shape[data.ndim - 1]
  if (data.ndim === 0 || count === 0) {
    throw new OpError(
      'multinomial',
      `takes probabilities of classes along the last axis, got ${formatShape(data.shape)}`,
    )
  }
  if (typeof getProb !== 'boolean') {
    throw new OpError('multinomial', `getProb must be true or false, got ${nameOfKind(getProb)}`)
  }
  if (isDType(dtype) && !holdsPlaces(dtype, count)) {
    throw new OpError(
      'multinomial',
      `${dtype} does not hold every number of ${count} classes: expected { dtype: 'int32' }`,
    )
  }
  return { count, getProb, dtype, drawn: checkShape('multinomial', shape) }
}

/**
 * Class numbers drawn by probabilities along the last axis, which add up to 1: for (…, K) they are of shape (…) and the
 * options' shape behind it. With `getProb` also the logarithms of the probabilities of what was drawn, which have a gradient.
 */
export function multinomial(
  data: NDArray,
  options?: MultinomialOptions & OutOption & { readonly getProb?: false },
  ...more: []
): NDArray
/** Class numbers, and the logarithms of their probabilities. */
export function multinomial(
  data: NDArray,
  options: MultinomialProbOptions,
  ...more: []
): readonly [classes: NDArray, logProbabilities: NDArray]
export function multinomial(
  data: NDArray,
  options: AnyMultinomialOptions = {},
  ...more: []
): NDArray | readonly [classes: NDArray, logProbabilities: NDArray] {
  checkArray('multinomial', data)
  checkOptions('multinomial', options, '{ shape: 5 }', multinomialOptions, more)
  const { count, getProb, dtype, drawn } = checked(data, options)
  const outer = data.shape.slice(0, -1)
  const [rows, each] = [sizeOf(outer), sizeOf(drawn)]
  const shape = [...outer, ...drawn]
  return made('multinomial', options.out, () => {
    const p = withShape(data, [rows, 1, count])
    const numbers = uniform([rows, each, 1], { context: data.context })
    const found = classesAt(p, numbers)
    const result = withShape(found, shape.length > 0 ? shape : [1])
    const numbersOf = dtype === 'int32' ? result : named('multinomial', () => cast(result, dtype))
    if (!getProb) return numbersOf
    const chosen = pick(broadcastTo(p, [rows, each, count]), withShape(found, [rows, each]))
    return [numbersOf, log(withShape(chosen, numbersOf.shape))] as const
  })
}
