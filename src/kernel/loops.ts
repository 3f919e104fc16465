// Two idioms of kernels: the smaller of two sizes, and pointers that come back after a walk.
import { type Body, i32, type Local, type Operand, select } from './asm.ts'

/** The smaller of two unsigned numbers. */
export function smaller(f: Body, a: Operand<'i32'>, b: Operand<'i32'>): Local<'i32'> {
  const [x, y] = [f.local('i32', a), f.local('i32', b)]
  return f.let(select(i32.lt_u(x, y), x, y))
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
