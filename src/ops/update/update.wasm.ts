// sgdUpdate on the command stream: one pass over chunks, two fours of floats a round.
import { type Expr, f32x4, i32, item } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { WasmKernel } from '../../kernel/plan.ts'
import { byteRange, bytesOf, chunksOf } from '../../kernel/ranges.ts'
import { type Stream, sweep } from '../../kernel/sweep.ts'
import type { SgdAttributes } from './update.ts'

/** The numbers of a step, in the order of the scalars. */
const numbers = ['lr', 'wd', 'rescale', 'momentum', 'clip'] as const

/** Each step is rounded by itself, never a multiplication with its addition: MXNet's bits on every rung. */
function update(name: string, hasMomentum: boolean) {
  const { add, sub, mul, min, max } = f32x4
  const pointers = hasMomentum ? 3 : 2
  // args: weight, gradient, m if there is one, bytes, then the numbers
  return item(name, (f, input) => {
    const { begin, bytes } = byteRange(f, input, f.let(input.arg.i32(pointers)))
    const [weight, gradient, m] = Array.from({ length: pointers }, (_, k): Stream => {
      return { pointer: f.let(i32.add(input.arg.i32(k), begin)), bytes: 4 }
    })
    const [lr, wd, rescale, momentum, clip] = numbers.map((_, k) => f.let(f32x4.splat(input.arg.f32(pointers + 1 + k))))
    const low = f.let(f32x4.neg(clip))
    const step = (w: Expr<'v128'>, g: Expr<'v128'>) => mul(lr, add(max(min(mul(rescale, g), clip), low), mul(wd, w)))
    sweep(f, i32.shr_u(bytes, 2), m ? [weight, gradient, m] : [weight, gradient], (load) => {
      const w = load(weight)
      if (!m) return [[weight, sub(w, step(w, load(gradient)))]]
      const moved = f.let(sub(mul(momentum, load(m)), step(w, load(gradient))))
      return [
        [m, moved],
        [weight, add(w, moved)],
      ]
    })
  })
}

const module = defineModule('sgd', () => [update('plain', false), update('momentum', true)])

const kernel = (entry: string): WasmKernel<SgdAttributes> => ({
  plan(inputs) {
    const bytes = bytesOf(inputs[0])
    const args = [...inputs.map((_, input) => ({ input })), bytes, ...numbers.map((_, scalar) => ({ scalar }))]
    return { phases: [{ module, entry, items: chunksOf(bytes), args }] }
  },
})

/** weight after one step. */
export const sgdUpdateWasm: WasmKernel<SgdAttributes> = kernel('plain')

/** weight and m after one step. */
export const sgdMomentumUpdateWasm: WasmKernel<SgdAttributes> = kernel('momentum')
