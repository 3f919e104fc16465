// The kernels of the CPU engine: one for each op.
import type { WasmKernel } from '../../kernel/plan.ts'
import { copyWasm, relayoutWasm } from '../../ops/copy/copy.wasm.ts'
import { fillWasm } from '../../ops/fill/fill.wasm.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const wasmKernels: KernelTable<WasmKernel<never>> = {
  copy: copyWasm,
  fill: fillWasm,
  relayout: relayoutWasm,
  reshape: copyWasm,
}
