// The whole NiN at 112 on the CPU engine, no further from PyTorch than PyTorch is from itself; dropout off. Strict, since
// ReLUs and maxima that are almost even switch by the last digit, and one that does is further than all rounding: what
// Winograd's convolutions round is in nin-smooth.test.ts.
import { configureCpu, cpu } from 'glueball'
import { beforeAll, describe, expect, it } from 'vitest'
import golden from '../golden/nin.json' with { type: 'json' }
import { beyond, print, rowsOf } from './bars.ts'
import { digest } from './images.ts'
import { Training, updates } from './nin.ts'
import { norm } from './probe.ts'

configureCpu({ strict: true })
const ctx = cpu()
const { size } = golden.images
const start = { ctx, dtype: 'float32', size, narrow: 1, magnitude: 3, learningRate: 0.2 } as const

it('starts from the same pixels', async () => {
  expect(await digest({ ctx, size, count: 480 })).toBe(golden.images.sha256)
})

describe('one step', () => {
  let training: Training
  beforeAll(() => {
    training = new Training(start)
  })

  it('starts from the same weights', async () => {
    const weights = await training.weights()
    for (const [name, { first, norm: length }] of Object.entries(golden.weights)) {
      const own = weights.get(name)!
      expect([...own.slice(0, 4)].map(Math.fround), name).toEqual(first.map(Math.fround))
      expect(norm(own) / length, name).toBeCloseTo(1, 8)
    }
  })

  // In one of its layouts PyTorch's float32 decides one ReLU otherwise than float64, at an input of 3e-10, which moves the
  // gradients before it by 3e-4. So there are two bars, with that switch and without, and all 24 must meet one of them.
  it('has each gradient within twice PyTorch float32’s own distance plus 1e-6 of float64', async () => {
    const { loss, gradients } = golden.oneStep
    const [own] = await training.train(1, { update: false })
    expect(Math.abs(own / loss - 1)).toBeLessThan(1e-7)
    const found = await training.gradients()
    const byLayout = (['channels_last', 'nchw'] as const).map((layout) =>
      rowsOf(found, gradients, ({ float32 }) => 2 * float32[layout].exact + 1e-6),
    )
    const met = byLayout.find((rows) => beyond(rows).length === 0) ?? byLayout[0]
    print('gradients of one step, distance to PyTorch float64', met)
    expect(beyond(met)).toEqual([])
  })
})

it('has each update of thirty steps within twice the distance among PyTorch’s runs', async () => {
  const training = new Training(start)
  const before = await training.weights()
  const losses = await training.train(30)
  const { losses: runs, updates: expected } = golden.thirtySteps
  const moved = updates(before, await training.weights())
  const rows = rowsOf(moved, expected, ({ largestDistance }) => 2 * largestDistance)
  print('updates of thirty steps, distance to the first of PyTorch’s four runs', rows)
  expect(beyond(rows)).toEqual([])
  for (const [i, own] of losses.entries()) {
    const spread = Math.max(...runs.map((run) => Math.abs(run[i] - runs[0][i])))
    expect(Math.abs(own - runs[0][i]), `loss ${i}`).toBeLessThanOrEqual(2 * spread + 1e-6)
  }
})
