// shapeArray and sizeArray: the shape and the size of an array, as arrays.
import type { NDArray } from '../core/ndarray.ts'
import { shapeOf } from '../core/shape.ts'
import { checkArray } from '../kinds/movement/movement.ts'
import { type OutOption, outOf, written } from '../ops/out.ts'
import { upload } from './creation.ts'

/** The sizes of the array's axes, an int32 vector on its context. */
export function shapeArray(x: NDArray, options?: OutOption, ...more: []): NDArray {
  const out = outOf('shapeArray', options, more)
  const { shape, context } = checkArray('shapeArray', x)
  return written('shapeArray', out, () => upload(shape, shapeOf([shape.length]), 'int32', context))
}

/** The number of the array's elements, an int32 of shape (1,) on its context. */
export function sizeArray(x: NDArray, options?: OutOption, ...more: []): NDArray {
  const out = outOf('sizeArray', options, more)
  const { size, context } = checkArray('sizeArray', x)
  return written('sizeArray', out, () => upload([size], shapeOf([1]), 'int32', context))
}
