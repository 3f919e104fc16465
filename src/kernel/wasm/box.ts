// Boxes of loops that items move elements over: their arguments, and where a row of the outer loops lies.
import { addresses, type Body, type Expr, i32, integers, type Local, list, type Received } from './asm.ts'
import { indicesAt } from './walk.ts'

/** A loop: its rounds, and bytes from one round to the next at both ends. */
const loopWords = integers('size', 'from', 'to')

/** Both ends, rows of the outer loops an item and in all, and the loops. */
export const boxWords = (inner: number, outer: number) => ({
  ...addresses('to', 'from'),
  ...integers('grouped', 'rows'),
  ...{ inner: list(loopWords, inner), outer: list(loopWords, outer) },
})

/** Bytes from both ends' start to a row: the outer loops taken as one. */
export function rowOffsets(
  f: Body,
  outer: readonly Received<typeof loopWords>[],
  row: Local<'i32'>,
): { readonly from: Expr<'i32'>; readonly to: Expr<'i32'> } {
  const sizes = outer.map(({ size }) => size)
  const at = indicesAt(f, row, sizes)
  const offset = (end: 'from' | 'to') =>
    outer.reduce<Expr<'i32'>>((sum, loop, k) => i32.add(sum, i32.mul(at[k], loop[end])), i32.const(0))
  return { from: f.let(offset('from')), to: f.let(offset('to')) }
}
