// The reference engine in float64 against PyTorch in float64: thirty steps of an eighth of NiN, dropout off.
import { reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import golden from '../golden/nin-exact.json' with { type: 'json' }
import { digest } from './images.ts'
import { Training, updates } from './nin.ts'
import { distance } from './probe.ts'
import { table } from './table.ts'

const { size } = golden.images
const ctx = reference()

it('starts from the same pixels', async () => {
  expect(await digest({ ctx, size, count: 480 })).toBe(golden.images.sha256)
})

describe.each(['tutorial', 'alive'] as const)('the %s setting', (name) => {
  const { magnitude, learningRate, losses, updates: expected } = golden[name]

  it('has PyTorch’s losses and updates to 1e-9', async () => {
    const training = new Training({ ctx, dtype: 'float64', size, narrow: 8, magnitude, learningRate })
    const before = await training.weights()
    const own = await training.train(losses.length)
    expect(own.length).toBe(30)
    for (const [i, loss] of losses.entries()) expect(Math.abs(own[i] / loss - 1), `loss ${i}`).toBeLessThan(1e-9)
    const moved = updates(before, await training.weights())
    expect([...moved.keys()]).toEqual(Object.keys(expected))
    const rows = Object.entries(expected).map(([tensor, of]) => [tensor, distance(moved.get(tensor)!, of)] as const)
    console.log(`${name}, float64, thirty steps, against PyTorch\n${table(['update of', 'distance'], rows)}`)
    for (const [tensor, far] of rows) expect(far, tensor).toBeLessThan(1e-9)
  })
})
