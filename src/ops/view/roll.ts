// roll: the elements shifted along some axes; those that fall off come in again at the other end.
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis } from '../../core/shape.ts'
import { checkArray, type Movement, move } from '../../kinds/movement/movement.ts'
import { withShape } from './reshape.ts'

/** A box that moves, with both its starts. */
interface Piece {
  readonly box: readonly number[]
  readonly from: readonly number[]
  readonly to: readonly number[]
}

/** By shifts of all axes, from 0 to below their sizes. */
const rolling: Movement<readonly number[]> = {
  name: 'roll',
  arrange(shifts, [shape]) {
    const origin = shape.map(() => 0)
    let pieces: readonly Piece[] = [{ box: Array.from(shape), from: origin, to: origin }]
    shifts.forEach((shift, axis) => {
      if (shift === 0) return
      const rest = shape[axis] - shift
      pieces = pieces.flatMap(({ box, from, to }) => [
        { box: box.with(axis, rest), from, to: to.with(axis, shift) },
        { box: box.with(axis, shift), from: from.with(axis, rest), to },
      ])
    })
    const moves = pieces.map(({ box, from, to }) => ({ box, from: { start: from }, to: { start: to } }))
    return { shapes: [shape], moves }
  },
}

/** Options of roll. */
export interface RollOptions {
  /** One axis or several. Default null, for the flattened array, whose shape comes back. */
  readonly axis?: number | readonly number[] | null
}

const rollOptions: OptionNames<RollOptions> = { axis: true }

/**
 * Elements `shift` places further along an axis, as NumPy's: `roll([1, 2, 3], 1)` is [3, 1, 2]. Several axes go by one
 * shift, or each by its own; shifts of the same axis add up.
 */
export function roll(x: NDArray, shift: number | readonly number[], options: RollOptions = {}, ...more: []): NDArray {
  checkArray('roll', x)
  checkOptions('roll', options, '{ axis: 1 }', rollOptions, more)
  const given = [shift].flat()
  for (const places of given) {
    if (Number.isInteger(places)) continue
    throw new OpError('roll', `a shift is a whole number, as 1, got ${nameOfKind(places)}`)
  }
  const { axis = null } = options
  if (axis === null) return withShape(rolled(withShape(x, [x.size]), given, [0]), x.shape)
  return rolled(
    x,
    given,
    [axis].flat().map((a) => checkAxis('roll', a, x.ndim)),
  )
}

function rolled(x: NDArray, given: readonly number[], axes: readonly number[]): NDArray {
  if (given.length !== axes.length && given.length !== 1 && axes.length !== 1) {
    throw new OpError(
      'roll',
      `got ${given.length} shifts and ${axes.length} axes, expected one of each axis, or one of all`,
    )
  }
  const shifts: number[] = x.shape.map(() => 0)
  const count = given.length === 1 ? axes.length : given.length
  for (let i = 0; i < count; i++) {
    const [shift, axis] = [given[given.length === 1 ? 0 : i], axes[axes.length === 1 ? 0 : i]]
    const size = x.shape[axis] || 1
    shifts[axis] = (((shifts[axis] + shift) % size) + size) % size
  }
  return move(rolling, [x], shifts)[0]
}
