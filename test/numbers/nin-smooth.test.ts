// The whole NiN at 112 with nothing in it that switches: how far rounding alone takes us from PyTorch, on every rung, with
// and without Winograd's convolutions.
import { describe, expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import golden from '../golden/nin-smooth.json' with { type: 'json' }
import { rungsHere } from '../rungs.ts'
import { beyond, print, rowsOf } from './bars.ts'
import { Training, updates } from './nin.ts'

const { oneStep, thirtySteps } = golden
const { size } = golden.images

const settings = rungsHere().flatMap((rung) => [
  { name: `${rung}, strict`, rung, strict: true },
  { name: `${rung}, with Winograd`, rung, strict: false },
])

describe.each(settings)('$name', ({ name, rung, strict }) => {
  const engine = makeCpuEngine({ rung, strict })
  const ctx = new Context('cpu', 0, () => engine)
  const start = { ctx, dtype: 'float32', size, narrow: 1, magnitude: 3, learningRate: 0.2, smooth: true } as const

  it('has each gradient of one step within twice PyTorch float32’s distance plus 1e-6 of float64', async () => {
    const training = new Training(start)
    const [own] = await training.train(1, { update: false })
    expect(Math.abs(own / oneStep.loss - 1)).toBeLessThan(1e-7)
    const rows = rowsOf(await training.gradients(), oneStep.gradients, ({ float32: { nchw, channels_last } }) => {
      return 2 * Math.max(nchw.exact, channels_last.exact) + 1e-6
    })
    print(`${name}: gradients of one step, distance to PyTorch float64`, rows)
    expect(beyond(rows)).toEqual([])
  })

  it('has each update of thirty steps within twice the distance among PyTorch’s runs', async () => {
    const training = new Training(start)
    const before = await training.weights()
    await training.train(30)
    const moved = updates(before, await training.weights())
    const rows = rowsOf(moved, thirtySteps.updates, ({ largestDistance }) => 2 * largestDistance)
    print(`${name}: updates of thirty steps, distance to the first of PyTorch’s four runs`, rows)
    expect(beyond(rows)).toEqual([])
  })
})
