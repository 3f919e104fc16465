// copy on the command stream.

import { bytesOf } from '../../core/dtype.ts'
import { copyBytes } from '../../kernel/wasm/copyBytes.ts'
import type { WasmKernel } from '../../kernel/wasm/plan.ts'
import type { CopyAttributes } from './copy.ts'

/** y = x, in the order of x. */
export const copyWasm: WasmKernel<CopyAttributes> = {
  orders: ([x]) => ({ inputs: [x.order], outputs: [x.order] }),
  plan: ([x]) => ({ phases: [copyBytes({ output: 0 }, { input: 0 }, bytesOf(x))] }),
}
