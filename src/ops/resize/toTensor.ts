// toTensor: images (N, H, W, C) or (H, W, C) of uint8, int32 or float32 become float32 with channels first, divided by 255.
import { bytesPer } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { shapeOf } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'
import { checkImages } from './resize.ts'

/** toTensor has no attributes. */
export type ToTensorAttributes = Record<never, never>

/** y[n, c, h, w] = float32(x[n, h, w, c]) / 255, not clipped. */
export const toTensorOp: OpSpec<ToTensorAttributes> = {
  name: 'toTensor',
  infer([{ shape, dtype }]) {
    checkImages('toTensor', shape)
    if (bytesPer(dtype) < 4 && dtype !== 'uint8') {
      throw new OpError('toTensor', `takes uint8, int32 or float32, got ${dtype}: use astype('float32')`)
    }
    const [height, width, channels] = shape.slice(-3)
    return [{ shape: shapeOf([...shape.slice(0, -3), channels, height, width]), dtype: 'float32' }]
  },
}

/** The images as float32 from 0 to 1, channels first. */
export function toTensor(x: NDArray): NDArray {
  return invoke(toTensorOp, [x], {})[0]
}
