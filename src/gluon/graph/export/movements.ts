// Movements as nodes of another format, from their moves alone: slices, transposes, repeats and reshapes, joined by Concat or padded.
import type { Shape } from '../../../core/shape.ts'
import type { End, Move, Moves } from '../../../kinds/movement/moves.ts'
import { Fault } from '../../fault.ts'
import { type Both, fixedShape, reshapeSizes } from './samples.ts'

/** What another format moves elements by. */
export interface MovementNodes<V> {
  reshape(x: V, sizes: readonly number[]): V
  transpose(x: V, perm: readonly number[]): V
  /** Elements along some axes; an end below 0 lies before the first element, and sizes of other axes may depend on the batch. */
  slice(x: V, axes: readonly SliceAxis[], ndim: number): V
  /** Repeats axes of size 1; the others have size 1 in `sizes`. */
  expand(x: V, sizes: readonly number[]): V
  concat(parts: readonly V[], axis: number): V
  pad(x: V, before: readonly number[], behind: readonly number[], fill: number): V
}

/** What a slice takes along an axis. */
export interface SliceAxis {
  readonly axis: number
  readonly start: number
  readonly end: number
  readonly step: number
}

/** One end of a move in both runs. */
interface Boxes {
  readonly box: Shape
  readonly end: End
  readonly array: Shape
}

/** The outputs of a movement. */
export function exportMovement<V>(b: MovementNodes<V>, { node, other }: Both, inputs: readonly V[]): V[] {
  const [moves, same] = [node, other].map(({ attrs }) => (attrs as { movement: Moves }).movement)
  if (moves.moves.length !== same.moves.length) throw new Fault('what is moved depends on the number of samples')
  return moves.shapes.map((shape, output) => {
    const pieces = moves.moves.flatMap((move, i) =>
      (move.output ?? 0) === output ? [{ move, twin: same.moves[i] }] : [],
    )
    const made = pieces.map(({ move, twin }) => {
      const input = move.input ?? 0
      return taken(b, inputs[input], move, twin, [node, other].map((of) => of.inputs[input].shape) as [Shape, Shape])
    })
    const fill = node.scalars.length > 0 ? node.scalars[0] : undefined
    const whole = [shape, same.shapes[output]] as const
    if (pieces.length === 0) throw new Fault('an output that nothing is moved to')
    if (fill !== undefined) return padded(b, made, pieces[0], whole, fill)
    return joined(b, made, pieces, whole)
  })
}

interface Piece {
  readonly move: Move
  readonly twin: Move
}

/** For each axis of an array the axes of the box that go along it, in the order of falling steps. */
function alongAxes(axes: number, box: Shape, end: End): number[][] {
  const list = Array.from({ length: axes }, (): number[] => [])
  box.forEach((_, k) => {
    list[end.axes?.[k] ?? k].push(k)
  })
  for (const along of list) along.sort((k, l) => Math.abs(stepOf(end, l)) - Math.abs(stepOf(end, k)))
  return list
}

const stepOf = ({ steps }: End, k: number) => steps?.[k] ?? 1
const startOf = ({ start }: End, axis: number) => start?.[axis] ?? 0

/** What a move takes from an input, in the order of the axes of its box. */
function taken<V>(b: MovementNodes<V>, x: V, move: Move, twin: Move, [array, otherArray]: [Shape, Shape]): V {
  const { box, from = {} } = move
  const ends: [Boxes, Boxes] = [
    { box, end: from, array },
    { box: twin.box, end: twin.from ?? {}, array: otherArray },
  ]
  const along = alongAxes(array.length, box, from).map((axes) => axes.filter((k) => stepOf(from, k) !== 0))
  let y = sliced(b, x, ends, along)
  // an axis that several axes of the box go along is split; one that none goes along has size 1 and is dropped
  const order = along.flat()
  const sizes = [order.map((k) => box[k]), order.map((k) => twin.box[k])]
  if (along.some((axes) => axes.length !== 1)) y = b.reshape(y, reshapeSizes(sizes[0], sizes[1]))
  const sorted = order.toSorted((k, l) => k - l)
  if (order.some((k, i) => k !== sorted[i])) {
    y = b.transpose(
      y,
      sorted.map((k) => order.indexOf(k)),
    )
  }
  if (order.length === box.length) return y
  const ones = box.map((size, k) => (stepOf(from, k) === 0 ? 1 : size))
  const twins = twin.box.map((size, k) => (stepOf(from, k) === 0 ? 1 : size))
  y = b.reshape(y, reshapeSizes(ones, twins))
  const repeats = box.map((size, k) => (stepOf(from, k) === 0 ? size : 1))
  const others = twin.box.map((size, k) => (stepOf(from, k) === 0 ? size : 1))
  return b.expand(y, fixedShape(repeats, others, 'a repeated size'))
}

/** The part of an array that a move reads; an axis of which all is read in order is left alone. */
function sliced<V>(b: MovementNodes<V>, x: V, [one, two]: [Boxes, Boxes], along: readonly (readonly number[])[]): V {
  const axes: SliceAxis[] = []
  one.array.forEach((size, axis) => {
    const read = readsOf(one, along[axis], axis)
    const twin = readsOf(two, along[axis], axis)
    if (read.start === 0 && read.step === 1 && read.count === size && twin.count === two.array[axis]) return
    const same = read.start === twin.start && read.count === twin.count && read.step === twin.step
    if (!same) throw new Fault('where a slice starts or ends depends on the number of samples')
    const { start, count, step } = read
    axes.push({ axis, start, end: start + count * step, step })
  })
  return axes.length === 0 ? x : b.slice(x, axes, one.array.length)
}

/** The elements of an axis that axes of the box read: those of several are read as one, if their steps fit. */
function readsOf({ box, end }: Boxes, along: readonly number[], axis: number) {
  const start = startOf(end, axis)
  if (along.length === 0) return { start, step: 1, count: 1 }
  const step = stepOf(end, along[along.length - 1])
  let count = 1
  for (const k of along.toReversed()) {
    if (box[k] > 1 && stepOf(end, k) !== step * count) throw new Fault('axes whose steps overlap or leave gaps')
    count *= box[k]
  }
  return { start, step, count }
}

/** A piece with the axes of the output: those of the box that go along one are merged. */
function placed<V>(b: MovementNodes<V>, y: V, { move, twin }: Piece, [shape]: readonly [Shape, Shape]) {
  const { box, to = {} } = move
  const along = alongAxes(shape.length, box, to)
  const order = along.flat()
  let made = y
  if (order.some((k, i) => k !== i)) made = b.transpose(made, order)
  const sizes = along.map((axes) => axes.reduce((product, k) => product * box[k], 1))
  const others = along.map((axes) => axes.reduce((product, k) => product * twin.box[k], 1))
  if (along.some((axes) => axes.length !== 1)) {
    made = b.reshape(made, reshapeSizes(sizes, others))
  }
  const starts = shape.map((_, axis) => {
    const { start, step } = readsOf({ box, end: to, array: shape }, along[axis], axis)
    if (step !== 1 && sizes[axis] > 1) throw new Fault('elements that are written with gaps or in reverse')
    return start
  })
  return { made, sizes, others, starts }
}

/** A piece of an output: where it starts and its sizes. */
interface Part<V> {
  readonly made: V
  readonly sizes: readonly number[]
  readonly starts: readonly number[]
}

/** Pieces that make up an output: side by side along one axis, or in a grid. */
function joined<V>(
  b: MovementNodes<V>,
  made: readonly V[],
  pieces: readonly Piece[],
  whole: readonly [Shape, Shape],
): V {
  return grid(
    b,
    pieces.map((piece, i) => placed(b, made[i], piece, whole)),
    whole[0].length,
  )
}

function grid<V>(b: MovementNodes<V>, parts: readonly Part<V>[], axes: number): V {
  if (parts.length === 1) return parts[0].made
  for (let axis = 0; axis < axes; axis++) {
    const rows = new Map<number, Part<V>[]>()
    for (const part of parts) rows.set(part.starts[axis], [...(rows.get(part.starts[axis]) ?? []), part])
    const straight = [...rows.values()].every((row) => row.every(({ sizes }) => sizes[axis] === row[0].sizes[axis]))
    if (rows.size === 1 || !straight) continue
    const sorted = [...rows].sort(([start], [other]) => start - other)
    return b.concat(
      sorted.map(([, row]) => grid(b, row, axes)),
      axis,
    )
  }
  throw new Fault('pieces that make no grid')
}

/** One piece, and a number around it. */
function padded<V>(
  b: MovementNodes<V>,
  made: readonly V[],
  piece: Piece,
  whole: readonly [Shape, Shape],
  fill: number,
): V {
  if (made.length !== 1) throw new Fault('several pieces with a number around them')
  const { made: inner, sizes, others, starts } = placed(b, made[0], piece, whole)
  const [shape, other] = whole
  const ends = shape.map((size, axis) => size - starts[axis] - sizes[axis])
  fixedShape(
    ends,
    other.map((size, axis) => size - starts[axis] - others[axis]),
    'padding',
  )
  return b.pad(inner, starts, ends, fill)
}
