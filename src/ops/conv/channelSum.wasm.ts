// channelSum on the command stream: one pass over channels-last pixels, in blocks whose sums are then added up.
import { addresses, type Expr, f32x4, i32, integers, item, list } from '../../kernel/wasm/asm.ts'
import { smaller } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { Plan, WasmKernel } from '../../kernel/wasm/plan.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { lanes } from '../../kernel/wasm/simd.ts'
import { sumParts } from '../../kernel/wasm/sumParts.ts'
import { type Stream, sweep } from '../../kernel/wasm/sweep.ts'
import { type ActivationName, activationGradientOf } from '../activations.ts'
import type { ActivationGradientSumAttributes, ChannelSumAttributes } from './conv.ts'

/** Pixels of an item: few enough that a plain sum is exact, and many enough that the blocks' sums are few. */
const block = 512

interface ChannelSum {
  readonly rung: Rung
  /** Set where what is summed is the gradient of an activation. */
  readonly activation?: ActivationName
}

/** Sums x or, for an activation, its gradient from dy and y, which takes the place of dy. */
const summing = ({ rung, activation }: ChannelSum) => ({
  block: item(wordsOf(activation), (f, { index, args }) => {
    const channels = f.let(args.channels)
    const row = f.let(i32.shl(channels, 2))
    const first = f.let(i32.mul(index, block))
    const sums = f.let(i32.add(args.sums, i32.mul(index, row)))
    const begin = f.let(i32.mul(first, row))
    const pixels = smaller(f, block, i32.sub(args.pixels, first))
    const stream = (pointer: Expr<'i32'>): Stream => ({ pointer: f.let(pointer), element: 'float32' })
    const arrays = args.arrays.map((array) => stream(i32.add(array, begin)))
    const [x, y] = arrays
    const zeros = stream(sums)
    sweep(f, channels, [zeros], () => [[zeros, f32x4.const(0)]])
    f.times(pixels, () => {
      const total = stream(sums)
      sweep(f, channels, [...arrays, total], (load) => {
        const added = (value: Expr<'v128'>) => [total, f32x4.add(load(total), value)] as const
        if (!activation) return [added(load(x))]
        const made = f.let(
          activationGradientOf<Expr<'v128'>, Expr<'v128'>>(lanes(f, rung), activation, load(x), load(y)),
        )
        return [added(made), [x, made]]
      })
    })
  }),
})

/** Sums of each block, sizes, then x, or dy and y. */
const wordsOf = (activation?: ActivationName) => ({
  ...addresses('sums'),
  ...integers('pixels', 'channels'),
  arrays: list('address', activation ? 2 : 1),
})

/** The sums of blocks of the arrays, then those of the blocks, to output 0. */
function plan(spec: ChannelSum, [N, C, H, W]: readonly number[]): Plan {
  const pixels = N * H * W
  const blocks = Math.max(1, Math.ceil(pixels / block))
  const sums = blocks > 1 ? { workspace: 0 } : { output: 0 }
  const arrays = spec.activation ? [{ input: 0 }, { input: 1 }] : [{ input: 0 }]
  const module = defineModule('channelSum', spec, summing)
  const phases = [module.phase('block', blocks, { sums, pixels, channels: C, arrays })]
  if (blocks === 1) return { phases }
  return { workspace: blocks * C * 4, phases: [...phases, sumParts(sums, { output: 0 }, C * 4, blocks)] }
}

/** y[c] = Σ x over images and pixels. */
export const channelSumWasm: WasmKernel<ChannelSumAttributes> = {
  orders: () => ({ inputs: ['channelsLast'], outputs: ['plain'] }),
  plan: ([x], _attrs, _outputs, rung) => plan({ rung }, x.shape),
}

/** dy becomes dy · activation′ by y; its sums. */
export const activationGradientSumWasm: WasmKernel<ActivationGradientSumAttributes> = {
  orders: () => ({ inputs: ['channelsLast', 'channelsLast'], outputs: ['plain'] }),
  plan: ([dy], { activation }, _outputs, rung) => plan({ rung, activation }, dy.shape),
}
