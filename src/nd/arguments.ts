// Arguments that functional layers have in common, checked.
import { nameOfKind, OpError } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'

/** Checks that a bias is there where the layer has one, and nowhere else. */
export function checkBias(op: string, bias: NDArray | null, noBias: boolean | undefined): void {
  if (bias !== null && !(bias instanceof NDArray)) {
    throw new OpError(op, `bias must be an array, or null for none, got ${nameOfKind(bias)}`)
  }
  if (bias?.released !== undefined) bias.valueFor(op)
  if (noBias === true && bias) throw new OpError(op, 'noBias is true: pass null for bias, got an array')
  if (noBias === false && !bias) throw new OpError(op, 'noBias is false: pass an array for bias, got null')
}

/** Checks that an option counts something. */
export function checkCount(op: string, name: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return
  throw new OpError(op, `${name} must be a positive integer, got ${nameOfKind(count)}`)
}

/** Checks that arguments are arrays, by their names. */
export function checkArrays(op: string, arrays: Readonly<Record<string, NDArray>>): void {
  for (const [name, x] of Object.entries(arrays)) {
    if (!(x instanceof NDArray)) throw new OpError(op, `${name} must be an array, got ${nameOfKind(x)}`)
    if (x.released !== undefined) x.valueFor(op)
  }
}
