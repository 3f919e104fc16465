// What unrolled cells do with sequences of several lengths: steps behind the end are masked, frozen or left in place.
import { checkFloat } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape, shapeOf } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { iota } from '../../kinds/operands.ts'
import { take } from '../take/index.ts'
import { withShape } from '../view/reshape.ts'

const masked: Formula = {
  name: 'unroll',
  mixed: true,
  compute: (m, x, length, t) => m.select(m.less(m.toFloat(t), m.toFloat(length)), x, 0),
}

const frozen: Formula = {
  name: 'unroll',
  mixed: true,
  compute: (m, next, last, length, t) => m.select(m.less(t, m.toFloat(length)), next, last),
}

/** Where step t of sample n is found: at length − 1 − t within the sequence, in its place behind it. */
const places: Formula = {
  name: 'unroll',
  mixed: true,
  compute(m, length, t, n, samples) {
    const end = m.toInt(length)
    return m.madd(m.select(m.less(t, end), m.sub(m.sub(end, 1), t), t), samples, n)
  },
}

/** Throws unless there is one length for each sample. */
export function checkLengths(lengths: NDArray, samples: number): void {
  if (sameShape(lengths.shape, shapeOf([samples]))) return
  const [got, expected] = [lengths.shape, [samples]].map(formatShape)
  throw new OpError(
    'unroll',
    `wrong shape of validLength: got ${got}, expected ${expected}, one length for each sample`,
  )
}

/** x (T, N, …) or (N, T, …), with zeros behind the end of each sample; `axis` is that of the steps. */
export function maskedSteps(x: NDArray, lengths: NDArray, axis: 0 | 1): NDArray {
  const sizes = x.shape.map((n, k) => (k === 1 - axis ? n : 1))
  return apply(masked, [x, withShape(lengths, sizes), iota(x.shape, axis)])[0]
}

/** A state after step t: the next one, or for samples that have ended the last one. */
export function frozenState(next: NDArray, last: NDArray, lengths: NDArray, t: number): NDArray {
  const sizes = next.shape.map((n, k) => (k === 0 ? n : 1))
  return apply(frozen, [next, last, withShape(lengths, sizes), t])[0]
}

/** Steps (T, N, C) from the last one to the first of each sample; those behind its end stay. */
export function reversedSteps(x: NDArray, lengths: NDArray): NDArray {
  checkFloat('unroll', 'inputs', x.dtype)
  const [T, N, C] = x.shape
  const shape = shapeOf([T, N])
  const operands = [withShape(lengths, [1, N]), iota(shape, 0), iota(shape, 1), N]
  const [at] = apply(places, operands, { dtypes: ['int32'], numbersLike: 'int32' })
  return withShape(take(withShape(x, [T * N, C]), withShape(at, [T * N])), [T, N, C])
}
