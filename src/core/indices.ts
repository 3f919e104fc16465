// Walks over the indices of a shape.
import { sizeOf } from './shape.ts'

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

/** For each position of a shape, in order, that in an array which is broadcast to it. */
export function positionsIn(shape: readonly number[], from: readonly number[]): () => number {
  const pad = shape.length - from.length
  const steps = shape.map((_, axis) => {
    const behind = sizeOf(from.slice(axis - pad + 1))
    return axis < pad || from[axis - pad] === 1 ? 0 : behind
  })
  return positionsBy(shape, steps)
}

/** For each position of a shape, in order, that in an array whose elements lie `steps` apart along the axes. */
export function positionsBy(shape: readonly number[], steps: readonly number[]): () => number {
  const index = shape.map(() => 0)
  let next = 0
  return () => {
    const position = next
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      next += steps[axis]
      if (++index[axis] < shape[axis]) break
      next -= steps[axis] * shape[axis]
      index[axis] = 0
    }
    return position
  }
}
