// tile and repeat: an array several times, one copy after the other or element by element.
import { checkOptions, nameOfKind, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, shapeOf, sizeOf, stridesOf } from '../../core/shape.ts'
import { checkArray, type Movement, move } from '../../kinds/movement/movement.ts'
import { type OutOption, outOf, outOption, written } from '../out.ts'

function checkCount(op: string, name: string, count: number): number {
  if (Number.isInteger(count) && count >= 0 && count < 2 ** 31) return count
  throw new OpError(op, `${name} must be non-negative integers, got ${nameOfKind(count)}`)
}

const tiling: Movement<readonly number[]> = {
  name: 'tile',
  arrange(reps, [x]) {
    const dimensions = Math.max(x.length, reps.length)
    const aligned = (sizes: readonly number[]) => [...Array<number>(dimensions - sizes.length).fill(1), ...sizes]
    const [sizes, times] = [aligned(x), aligned(reps)]
    const pad = dimensions - x.length
    // along each axis two loops: over the copies, and over the elements of one
    const loops = sizes.flatMap((size, axis) => {
      const ends = { from: Math.max(0, axis - pad), to: axis }
      return [
        { ...ends, size: times[axis], fromStep: 0, toStep: size },
        { ...ends, size, fromStep: 1, toStep: 1 },
      ]
    })
    const moving = loops.filter(({ size }) => size !== 1)
    const box = shapeOf(moving.map(({ size }) => size))
    const from = { axes: moving.map((loop) => loop.from), steps: moving.map(({ fromStep }) => fromStep) }
    const to = { axes: moving.map((loop) => loop.to), steps: moving.map(({ toStep }) => toStep) }
    return { shapes: [sizes.map((size, axis) => size * times[axis])], moves: [{ box, from, to }] }
  },
}

/** The array's copies side by side, `reps[k]` of them along axis k. The shorter of both shapes gets axes of 1 in front. */
export function tile(x: NDArray, reps: number | readonly number[], options?: OutOption, ...more: []): NDArray {
  const out = outOf('tile', options, more)
  const counts = [reps].flat().map((count) => checkCount('tile', 'reps', count))
  return written('tile', out, () => move(tiling, [x], counts)[0])
}

/** Options of repeat. */
export interface RepeatOptions extends OutOption {
  /** The axis along which elements are repeated; by default the array is flattened first. */
  readonly axis?: number
}

const repeating: Movement<{ readonly repeats: number; readonly axis: number | undefined }> = {
  name: 'repeat',
  arrange({ repeats, axis }, [x]) {
    const places = Array.from(x.keys())
    const from = { axes: [...places, 0], steps: [...places.map(() => 1), 0] }
    const to =
      axis === undefined
        ? { axes: from.axes.map(() => 0), steps: [...stridesOf(x).map((step) => step * repeats), 1] }
        : { axes: [...places, axis], steps: [...places.map((k) => (k === axis ? repeats : 1)), 1] }
    const shape = axis === undefined ? [sizeOf(x) * repeats] : x.map((n, k) => (k === axis ? n * repeats : n))
    return { shapes: [shape], moves: [{ box: shapeOf([...x, repeats]), from, to }] }
  },
}

/** Each element `repeats` times, one beside the other: `repeat([1, 2], 2)` is [1, 1, 2, 2]. */
export function repeat(x: NDArray, repeats: number, options: RepeatOptions = {}, ...more: []): NDArray {
  checkArray('repeat', x)
  checkOptions('repeat', options, '{ axis: 1 }', { ...outOption, axis: 'number' }, more)
  checkCount('repeat', 'repeats', repeats)
  const axis = options.axis === undefined ? undefined : checkAxis('repeat', options.axis, x.ndim)
  return written('repeat', options.out, () => move(repeating, [x], { repeats, axis })[0])
}
