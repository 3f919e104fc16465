// Walks over the indices of a shape, for kernels in plain loops.
import { sizeOf } from '../core/shape.ts'

/** Calls back for every index of a shape in row-major order, with its position in that order. */
export function forEachIndex(
  shape: readonly number[],
  visit: (index: readonly number[], position: number) => void,
): void {
  const index = shape.map(() => 0)
  const size = sizeOf(shape)
  for (let position = 0; position < size; position++) {
    visit(index, position)
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0
  }
}

/** The position of an index in the row-major order of a shape; an axis of size 1 stands for any index. */
export function positionOf(index: readonly number[], shape: readonly number[]): number {
  const pad = index.length - shape.length
  return shape.reduce((position, n, axis) => position * n + (n === 1 ? 0 : index[pad + axis]), 0)
}
