// toTensor: images (N, H, W, C) or (H, W, C) of any dtype become float32 with channels first, divided by 255.
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
  infer([{ shape }]) {
    checkImages('toTensor', shape)
    const [height, width, channels] = shape.slice(-3)
    return [{ shape: shapeOf([...shape.slice(0, -3), channels, height, width]), dtype: 'float32' }]
  },
}

/** The images as float32 from 0 to 1, channels first. */
export function toTensor(x: NDArray): NDArray {
  return invoke(toTensorOp, [x], {})[0]
}
