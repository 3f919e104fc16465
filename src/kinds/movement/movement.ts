// movement: elements go from inputs to outputs by affine moves, and a number fills the rest; its gradient is derived.

import { nameOfKind, OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import { NDArray } from '../../core/ndarray.ts'
import type { Shape } from '../../core/shape.ts'
import type { RunnableOp } from '../../kernel/wasm/plan.ts'
import { gradientOfInput, type MovementFunctions } from './gradient.ts'
import { movementWasm } from './movement.wasm.ts'
import { type Arrangement, Moves } from './moves.ts'

/** A movement that arrays are given to. */
export interface Movement<Attributes> {
  /** What messages and profiles call it. */
  readonly name: string
  /** What goes where, by plain JSON attributes and the inputs' shapes alone: it is kept by these. */
  arrange(attributes: Attributes, inputs: readonly Shape[]): Arrangement
}

/** Attributes of a movement's call. */
export interface MovementAttributes {
  readonly movement: Moves
}

/** The outputs hold what moves bring; the call's scalar, if there is one, fills what they leave. */
export const movementOp: RunnableOp<MovementAttributes, MovementFunctions> = {
  name: 'movement',
  kernel: movementWasm,
  calledAs: ({ movement }) => movement.name,
  infer: ([{ dtype }], { movement }) => movement.shapes.map((shape) => ({ shape, dtype })),
  view: (_, { movement }) => movement.view,
  gradient({ attrs: { movement }, inputs, needs }, dys, functions) {
    const calls = { functions, run }
    return inputs.map(({ shape }, input) => {
      return needs[input] ? gradientOfInput(movement, input, shape, dys, calls) : null
    })
  },
}

/** Moves into input 0, whose other elements stay. It has no gradient: recording refuses it. */
const inPlaceOp: RunnableOp<MovementAttributes> = {
  name: 'movement',
  kernel: movementWasm,
  calledAs: ({ movement }) => movement.name,
  mutates: [0],
  infer([target, values], { movement }) {
    if (target.dtype === values.dtype) return []
    const [got, expected] = [values.dtype, target.dtype]
    throw new OpError(movement.name, `wrong dtype of values: got ${got}, expected ${expected}: use astype`)
  },
}

const kept = new WeakMap<object, Map<string, Moves>>()
/** Most arrangements of one movement: slices of ever new bounds must not gather. */
const most = 1000

function movesOf<A>(movement: Movement<A>, attributes: A, inputs: readonly NDArray[]): Moves {
  let held = kept.get(movement)
  if (!held) kept.set(movement, (held = new Map()))
  let key = `${movement.name} ${JSON.stringify(attributes)}`
  for (const { shape } of inputs) key += ` ${Array.prototype.join.call(shape)}`
  let moves = held.get(key)
  if (moves) return moves
  const shapes = inputs.map(({ shape }) => shape)
  moves = new Moves(movement.name, shapes, movement.arrange(attributes, shapes), key)
  if (held.size >= most) held.clear()
  held.set(key, moves)
  return moves
}

/** The outputs of a movement; `fill` is what elements hold that no move brings. */
export function move<A>(movement: Movement<A>, inputs: readonly NDArray[], attributes: A, fill = 0): NDArray[] {
  for (const input of inputs) checkArray(movement.name, input)
  return run(movesOf(movement, attributes, inputs), inputs, fill)
}

function run(movement: Moves, inputs: readonly NDArray[], fill = 0): NDArray[] {
  const whole = movement.covered.every((covered) => covered)
  return invoke(movementOp, inputs, { movement }, whole ? {} : { scalars: [fill] })
}

/** Moves values, as input 1 of a movement without outputs, into an array; its other elements stay. */
export function moveInto<A>(movement: Movement<A>, target: NDArray, values: NDArray, attributes: A): void {
  const inputs = [target, values]
  invoke(inPlaceOp, inputs, { movement: movesOf(movement, attributes, inputs) })
}

/** The array itself; throws for anything else, whose shape an op would ask for, and for one that was released. */
export function checkArray(op: string, x: NDArray): NDArray {
  if (!(x instanceof NDArray)) throw new OpError(op, `takes arrays, got ${nameOfKind(x)}`)
  if (x.released !== undefined) x.valueFor(op)
  return x
}
