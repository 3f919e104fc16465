// dropoutMask on the command stream: each engine of the generator draws its share.
import { f32, i32, item } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { WasmKernel } from '../../kernel/plan.ts'
import { shareOf, unit } from '../mersenne.ts'
import { sharesOf } from '../sampler.ts'
import type { DropoutMaskAttributes } from './dropout.ts'

const module = defineModule('dropoutMask', () => [
  // args: state, mask, elements in all, elements an engine, rate
  item('mask', (f, input) => {
    const { engine, begin, count } = shareOf(f, input, [0, 2, 3])
    const mask = f.let(i32.add(input.arg.i32(1), begin))
    const keep = f.let(f32.sub(1, input.arg.f32(4)))
    f.times(count, () => f.store8(mask, f32.le(unit.call(engine), keep)), [[mask, 1]])
  }),
])

/** A mask drawn now. */
export const dropoutMaskWasm: WasmKernel<DropoutMaskAttributes> = {
  plan(_inputs, { shape }) {
    const n = shape.reduce((product, size) => product * size, 1)
    const { engines, step } = sharesOf(n)
    const args = [{ input: 0 }, { output: 0 }, n, step, { scalar: 0 }]
    return { phases: [{ module, entry: 'mask', items: engines, args }] }
  },
}
