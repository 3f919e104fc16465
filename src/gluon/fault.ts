// Fault: why a network can't be exported or imported, before it is known where; and the check of sizes that a file says.
import { formatShape, type Shape, shapeOf } from '../core/shape.ts'

/** Raised for what can't be exported or imported; whoever catches it names the node or the part of the file. */
export class Fault extends Error {}

/** The most elements of an array: what needs more is taken for damage. */
const mostElements = 2 ** 31

/** Checks that sizes are those of an array that memory could hold. */
export function checkedShape(sizes: readonly number[], what = 'the shape'): Shape {
  if (sizes.length > 8) throw new Fault(`${what} has ${sizes.length} axes, expected at most 8`)
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new Fault(`${what} must be of non-negative integers, got ${formatShape(sizes)}`)
  }
  const count = sizes.reduce((product, size) => product * size, 1)
  if (count <= mostElements) return shapeOf(sizes)
  throw new Fault(`${what} ${formatShape(sizes)} has more than ${mostElements} elements`)
}
