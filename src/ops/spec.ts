// The type of an op's meaning in this folder: its gradient gets the table of all op functions.
import type { Attributes } from '../core/engine.ts'
import type { RunnableOp } from '../kernel/wasm/plan.ts'
import type { OpFunctions } from './index.ts'

/** The meaning of an op with its kernel; always annotate with it, since gradients mention functions of other ops. */
export type OpSpec<A extends Attributes> = RunnableOp<A, OpFunctions>
