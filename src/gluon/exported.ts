// What `net.export` needs of a block: the inputs that it was called with last, without their elements.
import type { DType } from '../core/dtype.ts'
import type { Context } from '../core/engine.ts'
import { NDArray } from '../core/ndarray.ts'
import type { Shape } from '../core/shape.ts'

/** Options of export. */
export interface ExportOptions {
  /** The number in the name of the .params file. Default 0. */
  readonly epoch?: number
}

/** An input without its elements. */
export interface InputSpec {
  readonly shape: Shape
  readonly dtype: DType
  readonly context: Context
}

/** What inputs are like; undefined where they are not arrays alone. */
export function specsOf(inputs: readonly unknown[]): readonly InputSpec[] | undefined {
  if (!inputs.every((x) => x instanceof NDArray)) return undefined
  return inputs.map(({ shape, dtype, context }) => ({ shape, dtype, context }))
}
