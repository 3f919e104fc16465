// Loads and stores of runs of floats whose length is no multiple of four, touching nothing beyond.
import { type Body, type Expr, type Operand, v128 } from './asm.ts'

/** Loads `columns` (1 to 4) floats; the lanes beyond are zero. */
export function loadColumns(address: Operand<'i32'>, columns: number, offset = 0): Expr<'v128'> {
  if (columns >= 4) return v128.load(address, offset)
  if (columns === 1) return v128.load32_zero(address, offset)
  const two = v128.load64_zero(address, offset)
  return columns === 2 ? two : v128.load32_lane(address, two, 2, offset + 8)
}

/** Stores the first `columns` (1 to 4) lanes; value should be a local, as it may be read twice. */
export function storeColumns(f: Body, address: Operand<'i32'>, value: Expr<'v128'>, columns: number, offset = 0): void {
  if (columns >= 4) f.store(address, value, offset)
  if (columns === 2 || columns === 3) f.storeLane(64, address, value, 0, offset)
  if (columns === 1) f.storeLane(32, address, value, 0, offset)
  if (columns === 3) f.storeLane(32, address, value, 2, offset + 8)
}
