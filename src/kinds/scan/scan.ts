// scan: at each element of an axis, what all elements up to there have in common.

import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { GradientContext, Saves } from '../../core/op.ts'
import type { RunnableOp } from '../../kernel/wasm/plan.ts'
import type { Join } from '../reduction/join.ts'
import { scanWasm } from './scan.wasm.ts'

/** How elements are joined along an axis. */
export interface Scan {
  /** What messages and profiles call it. */
  readonly name: string
  readonly join: Join
  /** The gradient where the join is no sum. */
  readonly gradient?: {
    /** Whether it reads the operand and the result. */
    readonly saves: Saves
    of(context: GradientContext<ScanAttributes>, dy: NDArray): NDArray
  }
}

/** Which way a scan goes. */
export interface Way {
  /** The axis, counted from 0. */
  readonly axis: number
  /** Whether it starts at the last element. Default false. */
  readonly reverse?: boolean
  /** Whether an element itself is left out, so that the first result is what joining starts from. Default false. */
  readonly exclusive?: boolean
}

/** Attributes of a scan's call. */
export interface ScanAttributes extends Required<Way> {
  readonly scan: Scan
}

/** y[…, i, …] = x[…, 0, …] joined with x[…, 1, …], and so on to x[…, i, …]. */
export const scanOp: RunnableOp<ScanAttributes> = {
  name: 'scan',
  kernel: scanWasm,
  calledAs: ({ scan }) => scan.name,
  infer: ([{ shape, dtype }]) => [{ shape, dtype }],
  saves: ({ scan }) => scan.gradient?.saves ?? {},
  gradient(context, [dy]) {
    const { scan, axis, reverse, exclusive } = context.attrs
    if (scan.gradient) return [scan.gradient.of(context, dy)]
    if (scan.join !== 'sum') throw new Error(`[${scan.name}] only the gradient of sums can be derived`)
    return [running(scan, dy, { axis, reverse: !reverse, exclusive })]
  },
}

/** The elements joined so far, at each element of the axis. */
export function running(scan: Scan, x: NDArray, { axis, reverse = false, exclusive = false }: Way): NDArray {
  return invoke(scanOp, [x], { scan, axis, reverse, exclusive })[0]
}
