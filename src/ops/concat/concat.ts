// concat and split: several arrays joined along an axis, and one array cut into equal parts along an axis.
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, type Shape, shapeOf } from '../../core/shape.ts'
import { checkArray, type Movement, move } from '../../kinds/movement/movement.ts'
import type { Move } from '../../kinds/movement/moves.ts'
import { type OutOption, type OutsOption, outOption, written } from '../out.ts'

function withSize(shape: Shape, axis: number, size: number): Shape {
  return shapeOf(shape.map((n, k) => (k === axis ? size : n)))
}

function checkSizes(first: Shape, other: Shape, axis: number): void {
  const alike = other.length === first.length
  if (alike && other.every((n, k) => k === axis || n === first[k])) return
  const got = `${formatShape(first)} and ${formatShape(other)}`
  throw new OpError('concat', `arrays must have equal sizes but on axis ${axis}, got ${got}`)
}

/** Options of concat. */
export interface ConcatOptions extends OutOption {
  /** The axis to join along. Default 1. */
  readonly dim?: number
}

/** The arrays one after the other along an axis, axis 1 where none is named: `concat(a, b, { dim: 0 })`. */
export function concat(...arrays: readonly NDArray[] | readonly [...NDArray[], ConcatOptions]): NDArray {
  const { inputs, options } = withOptions<ConcatOptions>('concat', arrays, '{ dim: 1 }', {
    ...outOption,
    dim: 'number',
  })
  const axis = checkAxis('concat', options.dim ?? 1, inputs[0].ndim)
  checkDTypes('concat', inputs)
  return written('concat', options.out, () => move(joining, inputs, axis)[0])
}

const joining: Movement<number> = {
  name: 'concat',
  arrange(axis, inputs) {
    const [first] = inputs
    for (const other of inputs) checkSizes(first, other, axis)
    const sizes = inputs.map((shape) => shape[axis])
    const shape = withSize(
      first,
      axis,
      sizes.reduce((sum, size) => sum + size, 0),
    )
    const moves = startsOf(sizes).map((begin, input): Move => {
      return { input, box: inputs[input], to: { start: startAt(shape, axis, begin) } }
    })
    return { shapes: [shape], moves }
  },
}

/** Where parts of these sizes begin, one after the other. */
function startsOf(sizes: readonly number[]): number[] {
  let begin = 0
  return sizes.map((size) => (begin += size) - size)
}

function startAt(shape: Shape, axis: number, begin: number): number[] {
  return shape.map((_, k) => (k === axis ? begin : 0))
}

/** Tells the arrays of a list from the options behind them; throws for anything else and when there are no arrays. */
export function withOptions<T extends object>(
  op: string,
  list: readonly (NDArray | T)[],
  example: string,
  known: OptionNames<T>,
): { readonly inputs: readonly NDArray[]; readonly options: Partial<T> } {
  const first = list.findIndex((item) => !(item instanceof NDArray))
  const end = first < 0 ? list.length : first
  const rest = list.slice(end) as readonly T[]
  if (list.length === 0) throw new OpError(op, 'takes at least one array, got none')
  if (end === 0 || rest.length > 1) {
    throw new OpError(op, `takes arrays one by one, and then options, got ${nameOfKind(rest[0])}`)
  }
  const [options = {} as T] = rest
  checkOptions(op, options, example, known)
  return { inputs: list.slice(0, end) as readonly NDArray[], options }
}

/** Throws where arrays that are to be joined have several dtypes. */
export function checkDTypes(op: string, [first, ...others]: readonly NDArray[]): void {
  const other = others.find(({ dtype }) => dtype !== first.dtype)
  if (!other) return
  throw new OpError(op, `arrays must have one dtype, got ${first.dtype} and ${other.dtype}: use astype`)
}

/** Parts of given sizes along an axis. */
export function splitSizes(x: NDArray, axis: number, sizes: readonly number[]): NDArray[] {
  return move(splitting, [x], { axis, sizes })
}

const splitting: Movement<{ readonly axis: number; readonly sizes: readonly number[] }> = {
  name: 'split',
  arrange({ axis, sizes }, [x]) {
    const shapes = sizes.map((size) => withSize(x, axis, size))
    const moves = startsOf(sizes).map((begin, output): Move => {
      return { output, box: shapes[output], from: { start: startAt(x, axis, begin) } }
    })
    return { shapes, moves }
  },
}

/** The sizes of equal parts of an array along an axis. */
export function equalSizes(op: string, { shape }: NDArray, axis: number, parts: number): number[] {
  if (Number.isInteger(parts) && parts > 0 && shape[axis] % parts === 0) return Array(parts).fill(shape[axis] / parts)
  throw new OpError(op, `cannot cut axis ${axis} of ${formatShape(shape)} into ${nameOfKind(parts)} equal parts`)
}

/** Options of split. */
export interface SplitOptions extends OutsOption {
  /** The axis to cut along. Default 1. */
  readonly axis?: number
}

/** Equal parts of an array along an axis, axis 1 where none is named. */
export function split(x: NDArray, parts: number, options: SplitOptions = {}, ...more: []): NDArray[] {
  checkArray('split', x)
  checkOptions('split', options, '{ axis: 1 }', { ...outOption, axis: 'number' }, more)
  const at = checkAxis('split', options.axis ?? 1, x.ndim)
  return written('split', options.out, () => splitSizes(x, at, equalSizes('split', x, at, parts)))
}
