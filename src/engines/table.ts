// The table an engine must fill: one kernel for each op, or it does not compile.
import type { OpName } from '../ops/index.ts'

/** A kernel for every op. */
export type KernelTable<Kernel> = { readonly [Name in OpName]: Kernel }
