// Runs kernels on the spot, on a memory of one's own: for tests and measurements of a kernel by itself.
import { assemble, type Func, f32x4, func } from './asm.ts'

/** Kernels on a memory: its views and the exported functions by name. */
export interface Inline {
  readonly floats: Float32Array
  readonly doubles: Float64Array
  readonly ints: Int32Array
  readonly bytes: Uint8Array
  readonly run: Readonly<Record<string, (...args: number[]) => number>>
}

/** Compiles functions for a fresh memory of `pages` pages of 64 KiB. */
export function inline(functions: readonly Func[], pages = 16): Inline {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(functions)), { m: { m: memory } })
  return {
    floats: new Float32Array(memory.buffer),
    doubles: new Float64Array(memory.buffer),
    ints: new Int32Array(memory.buffer),
    bytes: new Uint8Array(memory.buffer),
    run: exports as Inline['run'],
  }
}

/** Whether this runtime compiles relaxed SIMD. */
export function hasRelaxed(): boolean {
  const zero = f32x4.const(0)
  return WebAssembly.validate(
    assemble([func('f', [], 'none', (f) => void f.let(f32x4.relaxed_madd(zero, zero, zero)))]),
  )
}
