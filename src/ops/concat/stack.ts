// stack: arrays of one shape along a new axis.
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, sameShape, shapeOf } from '../../core/shape.ts'
import { move } from '../../kinds/movement/movement.ts'
import type { Move } from '../../kinds/movement/moves.ts'
import { withOptions } from './concat.ts'

/** Options of stack. */
export interface StackOptions {
  /** Where the new axis stands; default 0. */
  readonly axis?: number
}

/** The arrays along a new axis: `stack(a, b, { axis: 1 })`. */
export function stack(...arrays: readonly NDArray[] | readonly [...NDArray[], StackOptions]): NDArray {
  const { inputs, options } = withOptions<StackOptions>('stack', arrays, '{ axis: 1 }', { axis: true })
  const [first] = inputs
  const other = inputs.find((array) => !sameShape(array.shape, first.shape))
  if (other) {
    const got = `${formatShape(first.shape)} and ${formatShape(other.shape)}`
    throw new OpError('stack', `arrays must have one shape, got ${got}`)
  }
  const wrong = inputs.find(({ dtype }) => dtype !== first.dtype)
  if (wrong) throw new OpError('stack', `arrays must have one dtype, got ${first.dtype} and ${wrong.dtype}: use astype`)
  const { axis = 0 } = options
  const dim = checkAxis('stack', axis, first.ndim + 1)
  const shape = shapeOf([...first.shape.slice(0, dim), inputs.length, ...first.shape.slice(dim)])
  const axes = first.shape.map((_, k) => (k < dim ? k : k + 1))
  const moves = inputs.map((_, input): Move => {
    const start = shape.map((_, k) => (k === dim ? input : 0))
    return { input, box: first.shape, to: { start, axes } }
  })
  return move('stack', inputs, [shape], moves)[0]
}
