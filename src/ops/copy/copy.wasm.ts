// copy on the command stream.
import { i32, item } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { WasmKernel } from '../../kernel/plan.ts'
import { byteRange, bytesOf, chunksOf } from '../../kernel/ranges.ts'
import type { CopyAttributes } from './copy.ts'

/** Entry `copy`: args to, from, bytes. */
export const copyModule = defineModule('copy', () => [
  // args: y, x, bytes
  item('copy', (f, input) => {
    const { begin, bytes } = byteRange(f, input, f.let(input.arg.i32(2)))
    f.copy(i32.add(input.arg.i32(0), begin), i32.add(input.arg.i32(1), begin), bytes)
  }),
])

/** y = x, in the order of x. */
export const copyWasm: WasmKernel<CopyAttributes> = {
  orders: ([x]) => ({ inputs: [x.order], outputs: [x.order] }),
  plan: ([x]) => {
    const bytes = bytesOf(x)
    const args = [{ output: 0 }, { input: 0 }, bytes]
    return { phases: [{ module: copyModule, entry: 'copy', items: chunksOf(bytes), args }] }
  },
}
