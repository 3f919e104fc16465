// Single elements on the CPU engine: bytes, or words of 32 bits.
import { type Body, type Expr, i32, type Operand } from './asm.ts'
import type { PlannedArray } from './plan.ts'

/** Bytes of an element; the CPU engine has no float64. */
export const elementBytes = (dtype: PlannedArray['dtype']): 1 | 4 => (dtype === 'uint8' ? 1 : 4)

/** The bits of an element at an address. */
export function loadElement(bytes: 1 | 4, address: Operand<'i32'>): Expr<'i32'> {
  return bytes === 1 ? i32.load8_u(address) : i32.load(address)
}

/** Stores the bits of an element. */
export function storeElement(f: Body, bytes: 1 | 4, address: Operand<'i32'>, bits: Expr<'i32'>): void {
  if (bytes === 1) f.store8(address, bits)
  else f.store(address, bits)
}
