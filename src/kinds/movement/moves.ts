// Moves of boxes from one array to another, and what follows from their starts and steps.
import { formatShape, type Shape, shapeOf, sizeOf, stridesOf } from '../../core/shape.ts'

/** One end of a move: where its box lies in an array. */
export interface End {
  /** The index of the box's first element; by default all 0, as those that a short list leaves out. */
  readonly start?: readonly number[]
  /** For each axis of the box the array's axis that it goes along; by default the axis of the same number. */
  readonly axes?: readonly number[]
  /** For each axis of the box the step along that axis; by default 1. A step of 0 in `from` repeats elements. */
  readonly steps?: readonly number[]
}

/** A box of elements that goes from an input to an output: out[to(i)] = in[from(i)] for each index i of the box. */
export interface Move {
  /** Default 0. */
  readonly input?: number
  /** Default 0. */
  readonly output?: number
  /** Sizes of the box. */
  readonly box: Shape
  readonly from?: End
  /** No element of an output is written twice, by one move or by several. */
  readonly to?: End
}

/** What a movement does for inputs of certain shapes: made and checked once, since each call would make it alike. */
export class Moves {
  /** What messages and profiles call it. */
  readonly name: string
  /** Shapes of the outputs; none where input 0 is written in place. */
  readonly shapes: readonly Shape[]
  readonly moves: readonly Move[]
  /** Where the output begins in input 0's storage, in elements, when it is a range of it: then nothing moves. */
  readonly view: number | undefined
  /** For each output whether moves bring all its elements. */
  readonly covered: readonly boolean[]
  readonly #key: string

  constructor(name: string, inputs: readonly Shape[], { shapes, moves, view }: Arrangement, key?: string) {
    this.name = name
    this.shapes = shapes.map(shapeOf)
    this.moves = moves.filter(({ box }) => sizeOf(box) > 0).map(ordered)
    this.view = view
    this.covered = this.shapes.map((shape, output) => covers(this.moves, output, shape))
    this.#key = key ?? `${name} ${JSON.stringify([this.shapes, this.moves])}`
    const outputs = this.shapes.length > 0 ? this.shapes : [inputs[0]]
    for (const { input = 0, output = 0, box, from, to } of this.moves) {
      if (fits(inputs[input], box, from) && fits(outputs[output], box, to)) continue
      // kernels trust the moves
      const ends = `${formatShape(inputs[input])} to ${formatShape(outputs[output])}`
      throw new Error(`[${name}] a move of ${formatShape(box)} from ${ends} leaves an array`)
    }
  }

  /** Plans are kept by what is moved. */
  toJSON(): string {
    return this.#key
  }
}

/** The outputs of a movement and the moves that fill them. */
export interface Arrangement {
  /** Shapes of the outputs; none where input 0 is written in place. */
  readonly shapes: readonly Shape[]
  readonly moves: readonly Move[]
  /** Where the output begins in input 0, in elements, when it is to share input 0's memory. */
  readonly view?: number | undefined
}

/** Whether a box lies in an array. */
function fits(shape: Shape, box: Shape, end: End = {}): boolean {
  return rangesOf(shape, box, end).every(([least, most], axis) => least >= 0 && most < shape[axis])
}

/** The least and the greatest index of a box on each axis of the array. */
export function rangesOf(shape: Shape, box: Shape, { start, axes, steps }: End): (readonly [number, number])[] {
  const ranges = shape.map((_, axis): [number, number] => [start?.[axis] ?? 0, start?.[axis] ?? 0])
  box.forEach((size, k) => {
    const reach = (size - 1) * (steps?.[k] ?? 1)
    if (reach !== 0) ranges[axes?.[k] ?? k][reach < 0 ? 0 : 1] += reach
  })
  return ranges
}

/** Elements from one index of each axis of a box to the next, in an array with these strides. */
export function stepsOf(strides: readonly number[], box: Shape, { axes, steps }: End = {}): number[] {
  return box.map((size, k) => {
    const step = steps?.[k] ?? 1
    return size === 1 || step === 0 ? 0 : step * strides[axes?.[k] ?? k]
  })
}

/** Elements from an array's first to a box's first. */
export function offsetOf(strides: readonly number[], { start }: End = {}): number {
  return start ? strides.reduce((sum, stride, axis) => sum + stride * (start[axis] ?? 0), 0) : 0
}

/** Whether moves bring every element of an output, since none is written twice. */
function covers(moves: readonly Move[], output: number, shape: Shape): boolean {
  const moved = moves.reduce((sum, move) => ((move.output ?? 0) === output ? sum + sizeOf(move.box) : sum), 0)
  return moved === sizeOf(shape)
}

/**
 * The move as kernels expect it: its box is gone through forward in the output, whose last axis is innermost, so that
 * moves that bring alike have one plan.
 */
function ordered(move: Move): Move {
  return inOrder(forward(move))
}

/** The move with every step of `to` positive: its box is gone through the other way. */
function forward(move: Move): Move {
  const { box, from = {}, to = {} } = move
  if (!to.steps?.some((step) => step < 0)) return move
  const turned = box.map((_, k) => (to.steps?.[k] ?? 1) < 0)
  const turn = (end: End): End => {
    const start = [...(end.start ?? [])]
    const steps = box.map((size, k) => {
      const step = end.steps?.[k] ?? 1
      if (!turned[k]) return step
      const axis = end.axes?.[k] ?? k
      start[axis] = (start[axis] ?? 0) + step * (size - 1)
      return 0 - step
    })
    return { ...end, start: Array.from(start, (first) => first ?? 0), steps }
  }
  return { ...move, from: turn(from), to: turn(to) }
}

/** The move with the axes of its box in the order of the output's, of two along one axis the longer step first. */
function inOrder(move: Move): Move {
  const { box, from = {}, to = {} } = move
  if (!to.axes) return move
  const axes = to.axes
  const step = (k: number) => to.steps?.[k] ?? 1
  const order = [...box.keys()].sort((a, b) => axes[a] - axes[b] || step(b) - step(a))
  if (order.every((k, i) => k === i)) return move
  const turn = (end: End): End => ({
    ...end,
    axes: order.map((k) => end.axes?.[k] ?? k),
    ...(end.steps && { steps: order.map((k) => (end.steps as readonly number[])[k]) }),
  })
  return { ...move, box: order.map((k) => box[k]), from: turn(from), to: turn(to) }
}

/** Whether the box holds all elements of an array in row-major order. */
export function isWhole(shape: Shape, box: Shape, end: End = {}): boolean {
  const strides = stridesOf(shape)
  if (sizeOf(box) !== sizeOf(shape) || offsetOf(strides, end) !== 0) return false
  const steps = stepsOf(strides, box, end)
  return stridesOf(box).every((stride, k) => box[k] === 1 || steps[k] === stride)
}
