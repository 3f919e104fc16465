// The rungs of the CPU engine: how fast the arithmetic of this machine and runtime may be written.
import { type Expr, f32x4 } from './asm.ts'

/**
 * How kernels may be written for this machine and runtime:
 * - `wide`: relaxed multiply-add, and V8's revectorizer makes 256-bit operations of pairs of 128-bit ones;
 * - `relaxed`: relaxed multiply-add on 128 bits;
 * - `plain`: WebAssembly SIMD as every runtime has it, with a multiplication and an addition.
 */
export type Rung = 'wide' | 'relaxed' | 'plain'

/** The rungs from the fastest to the one that runs everywhere. */
export const RUNGS: readonly Rung[] = ['wide', 'relaxed', 'plain']

/** a · b + c on four floats; rounded once (relaxed, on machines with FMA) or twice. */
export function madd(rung: Rung, a: Expr<'v128'>, b: Expr<'v128'>, c: Expr<'v128'>): Expr<'v128'> {
  return rung === 'plain' ? f32x4.add(f32x4.mul(a, b), c) : f32x4.relaxed_madd(a, b, c)
}
