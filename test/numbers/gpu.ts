// The GPU engine beside the CPU engine and float64, on an eighth of NiN.
import { type Context, reference } from 'glueball'
import type { WebGpuEngine } from '../../src/engines/webgpu/engine.ts'
import golden from '../golden/nin-exact.json' with { type: 'json' }
import { type Setting, type Tensors, Training } from './nin.ts'

const { magnitude, learningRate } = golden.alive

/** An eighth of NiN at 67 × 67. */
export const narrow = (ctx: Context, dtype: Setting['dtype'] = 'float32'): Setting => ({
  ...{ ctx, dtype, size: 67, narrow: 8, magnitude, learningRate },
})

/** Relative distance ‖a − b‖ ÷ ‖b‖ of each tensor. */
export function distances(a: Tensors, b: Tensors): Map<string, number> {
  return new Map(
    [...b].map(([name, want]) => {
      const got = a.get(name)!
      const far = want.reduce((sum, value, i) => sum + (got[i] - value) ** 2, 0)
      const size = want.reduce((sum, value) => sum + value ** 2, 0)
      return [name, Math.sqrt(far / size)]
    }),
  )
}

/** The gradients of one step. */
export async function gradientsOn(setting: Setting): Promise<Tensors> {
  const training = new Training(setting)
  await training.train(1, { update: false })
  return training.gradients()
}

/** Float64 by the reference engine. */
export const exact = () => narrow(reference(), 'float64')

/** Gives a GPU back. */
export const close = (ctx: Context) => (ctx.engine as WebGpuEngine).close()
