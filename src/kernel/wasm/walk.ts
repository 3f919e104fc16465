// Walks through loops taken as one: indices, and addresses in arrays that repeat themselves along some loops.
import { type Body, type Expr, i32, type Local } from './asm.ts'

type I32 = Local<'i32'>

/** Bytes from one index of each loop to the next for an input, outermost first; 0 where it repeats itself. */
export function stepsOf(f: Body, moves: readonly boolean[], sizes: readonly I32[], bytes: number): I32[] {
  const steps: I32[] = []
  let step = f.let(i32.const(bytes))
  for (let k = moves.length - 1; k >= 0; k--) {
    steps[k] = moves[k] ? step : f.let(i32.const(0))
    if (moves[k] && k > 0) step = f.let(i32.mul(step, sizes[k]))
  }
  return steps
}

/** The index of each loop at a place, counted through all of them. */
export function indicesAt(f: Body, place: I32, sizes: readonly Expr<'i32'>[]): I32[] {
  const at: I32[] = []
  let rest = place
  for (let k = sizes.length - 1; k > 0; k--) {
    const whole = f.let(i32.div_u(rest, sizes[k]))
    at[k] = f.let(i32.sub(rest, i32.mul(whole, sizes[k])))
    rest = whole
  }
  if (sizes.length > 0) at[0] = rest
  return at
}
