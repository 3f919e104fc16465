// stack: arrays of one shape along a new axis.
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, sameShape } from '../../core/shape.ts'
import { type Movement, move } from '../../kinds/movement/movement.ts'
import type { Move } from '../../kinds/movement/moves.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { checkDTypes, withOptions } from './concat.ts'

/** Options of stack. */
export interface StackOptions extends OutOption {
  /** Where the new axis stands; default 0. */
  readonly axis?: number
}

/** The arrays along a new axis: `stack(a, b, { axis: 1 })`. */
export function stack(...arrays: readonly NDArray[] | readonly [...NDArray[], StackOptions]): NDArray {
  const { inputs, options } = withOptions<StackOptions>('stack', arrays, '{ axis: 1 }', {
    ...outOption,
    axis: 'number',
  })
  const [first] = inputs
  const other = inputs.find((array) => !sameShape(array.shape, first.shape))
  if (other) {
    const got = `${formatShape(first.shape)} and ${formatShape(other.shape)}`
    throw new OpError('stack', `arrays must have one shape, got ${got}`)
  }
  checkDTypes('stack', inputs)
  const { axis = 0 } = options
  const dim = checkAxis('stack', axis, first.ndim + 1)
  return written('stack', options.out, () => move(stacking, inputs, dim)[0])
}

const stacking: Movement<number> = {
  name: 'stack',
  arrange(axis, inputs) {
    const [box] = inputs
    const shape = [...box.slice(0, axis), inputs.length, ...box.slice(axis)]
    const axes = box.map((_, k) => (k < axis ? k : k + 1))
    const moves = inputs.map((_, input): Move => {
      return { input, box, to: { start: shape.map((_, k) => (k === axis ? input : 0)), axes } }
    })
    return { shapes: [shape], moves }
  },
}
