// The kernels of the CPU engine, which the compiler compares with the ops.
import type { WasmKernel } from '../../kernel/wasm/plan.ts'
import * as kernels from '../../ops/kernels.wasm.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const wasmKernels: KernelTable<WasmKernel<never>> = { ...kernels }
