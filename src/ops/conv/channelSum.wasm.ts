// channelSum on the command stream: one pass over channels-last pixels, in blocks that are then added up.
import { f32x4, i32, item, type Local, v128 } from '../../kernel/asm.ts'
import { smaller } from '../../kernel/loops.ts'
import { defineModule } from '../../kernel/module.ts'
import type { WasmKernel } from '../../kernel/plan.ts'
import { sumParts } from '../../kernel/sumParts.ts'
import type { ChannelSumAttributes } from './conv.ts'

/** Pixels of an item: few enough that a plain sum is exact, and many enough that the blocks' sums are few. */
const block = 512

const module = defineModule('channelSum', () => [
  // args: partial sums, x, pixels, channels
  item('block', (f, { index, arg }) => {
    const row = f.let(i32.shl(arg.i32(3), 2))
    const first = f.let(i32.mul(index, block))
    const pixels = smaller(f, block, i32.sub(arg.i32(2), first))
    const x = f.let(i32.add(arg.i32(1), i32.mul(first, row)))
    const y = f.let(i32.add(arg.i32(0), i32.mul(index, row)))
    const columns = (count: number, bytes: number) => () => {
      const load = (at: Local<'i32'>, n: number) => (bytes === 4 ? v128.load32_zero(at) : v128.load(at, n * 16))
      const sums = Array.from({ length: count }, () => f.let(f32x4.const(0)))
      const at = f.let(x)
      f.times(pixels, () => sums.forEach((sum, n) => sum.set(f32x4.add(sum, load(at, n)))), [[at, row]])
      sums.forEach((sum, n) => (bytes === 4 ? f.storeLane(32, y, sum, 0) : f.store(y, sum, n * 16)))
    }
    const steps = (bytes: number) => [[x, bytes] as const, [y, bytes] as const]
    f.times(i32.shr_u(row, 7), columns(8, 16), steps(128))
    f.times(i32.and(i32.shr_u(row, 4), 7), columns(1, 16), steps(16))
    f.times(i32.and(i32.shr_u(row, 2), 3), columns(1, 4), steps(4))
  }),
])

/** y[c] = Σ x over images and pixels. */
export const channelSumWasm: WasmKernel<ChannelSumAttributes> = {
  orders: () => ({ inputs: ['channelsLast'], outputs: ['plain'] }),
  plan([x]) {
    const [N, C, H, W] = x.shape
    const pixels = N * H * W
    const blocks = Math.max(1, Math.ceil(pixels / block))
    const target = blocks > 1 ? { workspace: 0 } : { output: 0 }
    const phases = [{ module, entry: 'block', items: blocks, args: [target, { input: 0 }, pixels, C] }]
    if (blocks === 1) return { phases }
    return { workspace: blocks * C * 4, phases: [...phases, sumParts(target, { output: 0 }, C * 4, blocks)] }
  },
}
