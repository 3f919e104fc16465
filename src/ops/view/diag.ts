// diag: the diagonals of matrices, or a matrix with a vector on one of its diagonals.
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, shapeOf } from '../../core/shape.ts'
import { checkArray, type Movement, move } from '../../kinds/movement/movement.ts'
import { made, type OutOption, outOption } from '../out.ts'
import { withShape } from './reshape.ts'
import { transpose } from './transpose.ts'

/** Options of diag. */
export interface DiagOptions extends OutOption {
  /** Which diagonal: above the main one where positive, below it where negative. Default 0. */
  readonly k?: number
  /** The axis of rows, of an array of several axes. Default 0. */
  readonly axis1?: number
  /** The axis of columns. Default 1. */
  readonly axis2?: number
}

const diagOptions: OptionNames<DiagOptions> = { ...outOption, k: 'number', axis1: 'number', axis2: 'number' }

/** How many elements from the first of a matrix with rows of `columns` elements its diagonal k starts. */
const startOf = (k: number, columns: number) => (k < 0 ? -k * columns : k)

/** A vector into the diagonal of a matrix, whose rows lie one after the other. */
const ontoDiagonal: Movement<number> = {
  name: 'diag',
  arrange(k, [box]) {
    const side = box[0] + Math.abs(k)
    return { shapes: [[side * side]], moves: [{ box, to: { start: [startOf(k, side)], steps: [side + 1] } }] }
  },
}

interface Matrices {
  readonly k: number
  readonly rows: number
  readonly columns: number
}

/** The diagonals of matrices (outer, rows · columns). */
const diagonals: Movement<Matrices> = {
  name: 'diag',
  arrange({ k, rows, columns }, [[outer]]) {
    const length = Math.max(0, Math.min(rows + Math.min(k, 0), columns - Math.max(k, 0)))
    const box = shapeOf([outer, length])
    const start = [0, length > 0 ? startOf(k, columns) : 0]
    return { shapes: [box], moves: [{ box, from: { start, steps: [1, columns + 1] } }] }
  },
}

/**
 * Of a vector (n,) the matrix (n + |k|, n + |k|) with it on diagonal k and zeros elsewhere; of other arrays the diagonals k
 * over two axes, as the last axis behind the others.
 */
export function diag(x: NDArray, options: DiagOptions = {}, ...more: []): NDArray {
  checkArray('diag', x)
  checkOptions('diag', options, '{ k: 1 }', diagOptions, more)
  const { k = 0, axis1 = 0, axis2 = 1 } = options
  if (!Number.isInteger(k)) throw new OpError('diag', `k must be an integer, got ${nameOfKind(k)}`)
  if (x.ndim === 1) {
    const side = x.shape[0] + Math.abs(k)
    return made('diag', options.out, () => withShape(move(ontoDiagonal, [x], k)[0], [side, side]))
  }
  const [first, second] = [axis1, axis2].map((axis) => checkAxis('diag', axis, x.ndim))
  if (first === second) {
    throw new OpError('diag', `axis1 and axis2 must differ, got ${axis1} and ${axis2} for ${formatShape(x.shape)}`)
  }
  const others = Array.from(x.shape.keys()).filter((axis) => axis !== first && axis !== second)
  const [rows, columns] = [x.shape[first], x.shape[second]]
  const kept = others.map((axis) => x.shape[axis])
  return made('diag', options.out, () => {
    const last = others.length === first && first < second ? x : transpose(x, [...others, first, second])
    const outer = kept.reduce((product, n) => product * n, 1)
    const [found] = move(diagonals, [withShape(last, [outer, rows * columns])], { k, rows, columns })
    return withShape(found, [...kept, found.shape[1]])
  })
}
