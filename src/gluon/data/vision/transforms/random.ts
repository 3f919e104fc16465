// What random transforms share: images as a batch, and numbers drawn for each of them by NumPy's generator.
import { OpError } from '../../../../core/errors.ts'
import type { NDArray } from '../../../../core/ndarray.ts'
import { shapeOf } from '../../../../core/shape.ts'
import { upload } from '../../../../nd/creation.ts'
import { where } from '../../../../ops/elementwise/elementwise.ts'
import { withShape } from '../../../../ops/view/reshape.ts'
import { shuffler } from '../../shuffler.ts'

/** Applies a function of batches to a batch, or to one image. */
export function asBatch(x: NDArray, fn: (batch: NDArray) => NDArray): NDArray {
  if (x.ndim !== 3) return fn(x)
  const y = fn(withShape(x, shapeOf([1, ...x.shape])))
  return withShape(y, shapeOf(y.shape.slice(1)))
}

/** A number for each image, drawn in their order, as float32 (N, 1, 1, 1). */
export function drawEach(x: NDArray, draw: () => number): NDArray {
  return eachImage(x, Array.from({ length: x.shape[0] }, draw))
}

/** Numbers, one for each image, as float32 (N, 1, 1, 1). */
export function eachImage(x: NDArray, values: readonly number[]): NDArray {
  return upload(values, shapeOf([values.length, 1, 1, 1]), 'float32', x.context)
}

/** What a function makes of the batch for those images that a draw with a chance of `p` picks; the others as they are. */
export function sometimes(x: NDArray, p: number, fn: (batch: NDArray) => NDArray): NDArray {
  const picked = drawEach(x, () => (shuffler.uniform() < p ? 1 : 0))
  return where(picked, fn(x), x)
}

/** Throws unless a chance is from 0 to 1. */
export function checkChance(name: string, p: number): number {
  if (p >= 0 && p <= 1) return p
  throw new OpError(name, `a chance is from 0 to 1, got ${p}`)
}
