// resize: images (N, H, W, C) or (H, W, C) of another size, bilinear, to OpenCV's bits. A routine: tables say what to read.

import { type DType, isFloat } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, type Shape, shapeOf } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'
import { resizeWasm } from './resize.wasm.ts'

/** Attributes of resize: the new size of each image in pixels. */
export interface ResizeAttributes {
  readonly height: number
  readonly width: number
}

/** Checks that a shape is (H, W, C) or (N, H, W, C). */
export function checkImages(op: string, shape: Shape): void {
  if (shape.length === 3 || shape.length === 4) return
  throw new OpError(op, `takes images (H, W, C) or (N, H, W, C), got ${formatShape(shape)}`)
}

/** Throws where images can't be resized, or not to this size. */
export function checkResize(
  { shape, dtype }: { readonly shape: Shape; readonly dtype: DType },
  { height, width }: ResizeAttributes,
): void {
  checkImages('resize', shape)
  if (dtype !== 'uint8' && !isFloat(dtype)) {
    throw new OpError('resize', `takes uint8 or float32, got ${dtype}: use astype`)
  }
  for (const size of [height, width]) {
    if (Number.isInteger(size) && size > 0) continue
    throw new OpError('resize', `sizes are positive integers, got ${height} × ${width}`)
  }
  if (shape.at(-3) === 0 || shape.at(-2) === 0) {
    throw new OpError('resize', `cannot resize images without pixels, got ${formatShape(shape)}`)
  }
}

/** y is x, uint8 or float, with every image brought to height × width. */
export const resizeOp: OpSpec<ResizeAttributes> = {
  name: 'resize',
  kernel: resizeWasm,
  infer([{ shape, dtype }], { height, width }) {
    checkResize({ shape, dtype }, { height, width })
    return [{ shape: shapeOf([...shape.slice(0, -3), height, width, shape[shape.length - 1]]), dtype }]
  },
}

/** The images brought to height × width. */
export function resize(x: NDArray, { height, width }: ResizeAttributes): NDArray {
  return invoke(resizeOp, [x], { height, width })[0]
}
