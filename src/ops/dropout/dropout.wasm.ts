// dropoutMask on the command stream: each engine of the generator draws its share.
import { sizeOf } from '../../core/shape.ts'
import { f32, i32, item } from '../../kernel/wasm/asm.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { WasmKernel } from '../../kernel/wasm/plan.ts'
import { drawn, shareOf, unit } from '../mersenne.ts'
import { sharesOf } from '../sampler.ts'
import type { DropoutMaskAttributes } from './dropout.ts'

const drawing = () => ({
  mask: item({ ...drawn, rate: 'f32' }, (f, { index, args }) => {
    const { engine, begin, count } = shareOf(f, index, args)
    const mask = f.let(i32.add(args.y, begin))
    const keep = f.let(f32.sub(1, args.rate))
    f.times(count, () => f.store8(mask, f32.le(unit.call(engine), keep)), [[mask, 1]])
  }),
})

/** A mask drawn now. */
export const dropoutMaskWasm: WasmKernel<DropoutMaskAttributes> = {
  plan(_inputs, { shape }) {
    const n = sizeOf(shape)
    const { engines, step } = sharesOf(n)
    const args = { state: { input: 0 }, y: { output: 0 }, n, step, rate: { scalar: 0 } }
    return { phases: [defineModule('dropoutMask', {}, drawing).phase('mask', engines, args)] }
  },
}
