// pad: an array with a border of one value, of its edge, or of its own reflection.
import { checkHeld } from '../../core/dtype.ts'
import { checkOptions, nameOfKind, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, listOf, type Shape, shapeOf } from '../../core/shape.ts'
import { checkArray, type Movement, move } from '../../kinds/movement/movement.ts'
import type { Move } from '../../kinds/movement/moves.ts'
import { type OutOption, outOption, written } from '../out.ts'

/** What a border holds: one value, the nearest element, or the elements mirrored at the edge, which is not repeated. */
export type PadMode = 'constant' | 'edge' | 'reflect'

/** Options of pad. */
export interface PadOptions extends OutOption {
  /** What a constant border holds; default 0. */
  readonly constantValue?: number
}

/** The array with `padWidth[2 k]` elements before axis k and `padWidth[2 k + 1]` behind it. */
export function pad(
  x: NDArray,
  mode: PadMode,
  padWidth: readonly number[],
  options: PadOptions = {},
  ...more: []
): NDArray {
  checkArray('pad', x)
  checkOptions('pad', options, '{ constantValue: 0 }', { ...outOption, constantValue: 'number' }, more)
  const { constantValue = 0 } = options
  checkMode(mode)
  checkWidths(x.shape, padWidth)
  checkHeld('pad', constantValue, x.dtype, "use astype('float32') first")
  return written('pad', options.out, () => move(padding, [x], { mode, widths: padWidth }, constantValue)[0])
}

const padding: Movement<{ readonly mode: PadMode; readonly widths: readonly number[] }> = {
  name: 'pad',
  arrange({ mode, widths }, [x]) {
    const shape = x.map((n, k) => widths[2 * k] + n + widths[2 * k + 1])
    const parts = x.map((n, k) => partsOf(mode, n, widths[2 * k], widths[2 * k + 1], k))
    return { shapes: [shape], moves: products(parts).map(moveOf) }
  },
}

/** Elements of one axis that go together: `size` of them, from `from` by `step`, to `to`. */
interface Part {
  readonly size: number
  readonly from: number
  readonly step: number
  readonly to: number
}

/** The parts of an axis: itself, and what its border takes from it. */
function partsOf(mode: PadMode, n: number, before: number, after: number, axis: number): Part[] {
  const inside: Part = { size: n, from: 0, step: 1, to: before }
  if (mode === 'constant') return [inside]
  const most = mode === 'edge' ? Infinity : n - 1
  const width = Math.max(before, after)
  if (width > 0 && (n === 0 || width > most)) {
    const right = n === 0 ? 'none' : `at most ${most}`
    throw new OpError(
      'pad',
      `cannot take a border of ${width} from axis ${axis} of size ${n} by '${mode}': expected ${right}`,
    )
  }
  const [first, last, step] = mode === 'edge' ? [0, n - 1, 0] : [before, n - 2, -1]
  const border = [
    { size: before, from: first, step, to: 0 },
    { size: after, from: last, step, to: before + n },
  ]
  return [inside, ...border.filter(({ size }) => size > 0)]
}

/** Every choice of one part of each axis. */
function products(axes: readonly (readonly Part[])[]): (readonly Part[])[] {
  return axes.reduce<(readonly Part[])[]>(
    (chosen, parts) => chosen.flatMap((held) => parts.map((part) => [...held, part])),
    [[]],
  )
}

function moveOf(parts: readonly Part[]): Move {
  return {
    box: shapeOf(parts.map(({ size }) => size)),
    from: { start: parts.map(({ from }) => from), steps: parts.map(({ step }) => step) },
    to: { start: parts.map(({ to }) => to) },
  }
}

function checkMode(mode: PadMode): void {
  if (mode === 'constant' || mode === 'edge' || mode === 'reflect') return
  throw new OpError('pad', `mode is 'constant', 'edge' or 'reflect', got ${nameOfKind(mode)}`)
}

function checkWidths(shape: Shape, padWidth: readonly number[]): void {
  const widths = listOf('pad', padWidth)
  const right = widths.length === 2 * shape.length && widths.every((width) => Number.isInteger(width) && width >= 0)
  if (right) return
  const expected = `${2 * shape.length} non-negative integers, before and behind each axis of ${formatShape(shape)}`
  throw new OpError('pad', `wrong padWidth: got ${formatShape(widths)}, expected ${expected}`)
}
