// The kernels of the CPU engine: one for each op.
import type { WasmKernel } from '../../kernel/plan.ts'
import { copyWasm, relayoutWasm } from '../../ops/copy/copy.wasm.ts'
import { fillWasm } from '../../ops/fill/fill.wasm.ts'
import { matmulWasm } from '../../ops/matmul/matmul.wasm.ts'
import { castWasm } from '../../ops/pointwise/cast.wasm.ts'
import { pointwiseWasm } from '../../ops/pointwise/pointwise.wasm.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const wasmKernels: KernelTable<WasmKernel<never>> = {
  cast: castWasm,
  copy: copyWasm,
  fill: fillWasm,
  matmul: matmulWasm,
  pointwise: pointwiseWasm,
  relayout: relayoutWasm,
  reshape: copyWasm,
}
