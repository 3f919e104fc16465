// movement: elements go from inputs to outputs by affine moves, and a number fills the rest; its gradient is derived.
import type { Spec } from '../../core/engine.ts'
import { nameOfKind, OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import { NDArray } from '../../core/ndarray.ts'
import type { Op } from '../../core/op.ts'
import { formatShape, type Shape, shapeOf, sizeOf } from '../../core/shape.ts'
import { gradientOfInput, type MovementFunctions } from './gradient.ts'
import { covers, fits, type Move, ordered } from './moves.ts'

/** Attributes of a movement. */
export interface MovementAttributes {
  /** What messages and profiles call it. */
  readonly name: string
  /** Shapes of the outputs; none where input 0 is written in place. */
  readonly shapes: readonly Shape[]
  readonly moves: readonly Move[]
  /** Where the output begins in input 0's storage, in elements, when it is a range of it: then nothing moves. */
  readonly view?: number
}

/** The outputs hold what moves bring; the call's scalar, if there is one, fills what they leave. */
export const movementOp: Op<MovementAttributes, MovementFunctions> = {
  name: 'movement',
  calledAs: ({ name }) => name,
  infer(inputs, attrs) {
    const outputs = attrs.shapes.map((shape) => ({ shape, dtype: inputs[0].dtype }))
    checkMoves(attrs, inputs, outputs)
    return outputs
  },
  view: (_, { view }) => view,
  gradient({ attrs, inputs, needs }, dys, functions) {
    return inputs.map(({ shape }, input) => {
      if (!needs[input]) return null
      const moves = attrs.moves.filter((move) => (move.input ?? 0) === input)
      return gradientOfInput(attrs.name, shape, moves, dys, { ...functions, move })
    })
  },
}

/** Moves into input 0, whose other elements stay. It has no gradient: recording refuses it. */
const inPlaceOp: Op<MovementAttributes> = {
  name: 'movement',
  calledAs: ({ name }) => name,
  mutates: [0],
  infer(inputs, attrs) {
    const wrong = inputs.find(({ dtype }) => dtype !== inputs[0].dtype)
    if (wrong) {
      throw new OpError(
        attrs.name,
        `wrong dtype of values: got ${wrong.dtype}, expected ${inputs[0].dtype}: use astype`,
      )
    }
    checkMoves(attrs, inputs, [inputs[0]])
    return []
  },
}

/** Kernels trust the moves: one that leaves an array is a mistake of the op that made it. */
function checkMoves({ name, moves }: MovementAttributes, inputs: readonly Spec[], outputs: readonly Spec[]): void {
  for (const { input = 0, output = 0, box, from, to } of moves) {
    if (fits(inputs[input].shape, box, from) && fits(outputs[output].shape, box, to)) continue
    const ends = `${formatShape(inputs[input].shape)} to ${formatShape(outputs[output].shape)}`
    throw new Error(`[${name}] a move of ${formatShape(box)} from ${ends} leaves an array`)
  }
}

/** How arrays are moved. */
export interface MovementOptions {
  /** What fills the elements that no move brings; default 0. */
  readonly fill?: number
  readonly view?: number
}

/** Arrays of the shapes, filled by moves. */
export function move(
  name: string,
  inputs: readonly NDArray[],
  shapes: readonly Shape[],
  moves: readonly Move[],
  { fill = 0, view }: MovementOptions = {},
): NDArray[] {
  const attrs = { name, shapes: shapes.map(shapeOf), moves: keptMoves(moves), ...(view !== undefined && { view }) }
  const whole = shapes.every((shape, output) => covers(moves, output, shape))
  return invoke(movementOp, inputs, attrs, { scalars: whole ? [] : [fill] })
}

/** Moves values into an array; its other elements stay. */
export function moveInto(name: string, target: NDArray, values: NDArray, moves: readonly Move[]): void {
  const into = keptMoves(moves).map((move) => ({ ...move, input: 1 }))
  invoke(inPlaceOp, [target, values], { name, shapes: [], moves: into })
}

function keptMoves(moves: readonly Move[]): readonly Move[] {
  return moves.filter(({ box }) => sizeOf(box) > 0).map(ordered)
}

/** The array itself; throws for anything else, whose shape an op would ask for. */
export function checkArray(op: string, x: NDArray): NDArray {
  if (x instanceof NDArray) return x
  throw new OpError(op, `takes arrays, got ${nameOfKind(x)}`)
}
