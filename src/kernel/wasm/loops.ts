// Idioms of kernels: the smaller of two sizes, and pointers that come back after a walk.
import { type Body, type Expr, i32, type Local, type Operand, select } from './asm.ts'
import { expr } from './expr.ts'

/** The smaller of two unsigned numbers; the code of both is written twice. */
export function least(a: Operand<'i32'>, b: Operand<'i32'>): Expr<'i32'> {
  return select(i32.lt_u(a, b), expr('i32', a), expr('i32', b))
}

/** The smaller of two signed numbers; the code of both is written twice. */
export function leastSigned(a: Operand<'i32'>, b: Operand<'i32'>): Expr<'i32'> {
  return select(i32.lt_s(a, b), expr('i32', a), expr('i32', b))
}

/** A signed number, or 0 where it is negative; its code is written twice. */
export function positive(a: Expr<'i32'>): Expr<'i32'> {
  return select(i32.gt_s(a, 0), a, i32.const(0))
}

/** The smaller of two unsigned numbers, each computed once. */
export function smaller(f: Body, a: Operand<'i32'>, b: Operand<'i32'>): Local<'i32'> {
  return f.let(least(f.local('i32', a), f.local('i32', b)))
}

/** Runs the code and gives the locals back the values they had. */
export function kept(f: Body, locals: readonly Local<'i32'>[], build: () => void): void {
  const held = locals.map((local) => [local, f.let(local)] as const)
  build()
  for (const [local, value] of held) local.set(value)
}

/**
 * Reads a word of each cache line, so that many lines are on their way from memory at once; a product that meets them
 * one by one waits for each (1×1 convolutions of 96 channels: 93 instead of 76 GFLOP/s).
 */
export function touch(f: Body, from: Local<'i32'>, bytes: Operand<'i32'>): void {
  const at = f.let(from)
  const word = f.local('i32')
  const lines = () => [0, 64, 128, 192].forEach((line) => word.set(i32.load(at, line)))
  f.times(typeof bytes === 'number' ? bytes >>> 8 : f.let(i32.shr_u(bytes, 8)), lines, [[at, 256]])
}
