// The reference engine in float64 against PyTorch in float64: thirty steps of an eighth of NiN, dropout off.
import { reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import golden from '../golden/nin-exact.json' with { type: 'json' }
import { trainingImages } from './images.ts'
import { Training, updates } from './nin.ts'
import { distance } from './probe.ts'

const images = trainingImages(480, golden.images.size)

it('starts from the same pixels', () => {
  expect(images.sha256).toBe(golden.images.sha256)
})

describe.each(['tutorial', 'alive'] as const)('the %s setting', (name) => {
  const { magnitude, learningRate, losses, updates: expected } = golden[name]

  it('has PyTorch’s losses and updates to 1e-9', { timeout: 240_000 }, async () => {
    const training = new Training({ ctx: reference(), dtype: 'float64', narrow: 8, magnitude, learningRate }, images)
    const before = await training.weights()
    const own = await training.train(losses.length)
    for (const [i, loss] of losses.entries()) expect(Math.abs(own[i] / loss - 1), `loss ${i}`).toBeLessThan(1e-9)
    const moved = updates(before, await training.weights())
    expect([...moved.keys()]).toEqual(Object.keys(expected))
    const rows = Object.entries(expected).map(([tensor, summary]) => ({
      tensor,
      distance: distance(moved.get(tensor)!, summary),
    }))
    console.table(rows)
    for (const row of rows) expect(row.distance, row.tensor).toBeLessThan(1e-9)
  })
})
