// movement in plain loops.
import { forEachIndex } from '../../core/indices.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { MovementAttributes } from './movement.ts'
import type { End } from './moves.ts'

/** The fill everywhere, then out[to(i)] = in[from(i)] for each index i of each box. */
export const movementReference: ReferenceKernel<MovementAttributes> = (
  inputs,
  { movement: { moves } },
  outputs,
  [fill],
) => {
  const targets = outputs.length > 0 ? outputs : [inputs[0]]
  if (fill !== undefined) for (const { data } of targets) data.fill(fill)
  for (const { input = 0, output = 0, box, from, to } of moves) {
    const [x, y] = [inputs[input], targets[output]]
    forEachIndex(box, (index) => {
      y.data[placeOf(index, y.shape, to)] = x.data[placeOf(index, x.shape, from)]
    })
  }
}

/** The position in an array of a box's index. */
function placeOf(index: readonly number[], shape: readonly number[], { start, axes, steps }: End = {}): number {
  const at = shape.map((_, axis) => start?.[axis] ?? 0)
  index.forEach((i, k) => {
    const axis = axes?.[k] ?? k
    if (axis < at.length) at[axis] += i * (steps?.[k] ?? 1)
  })
  return at.reduce((place, i, axis) => place * shape[axis] + i, 0)
}
