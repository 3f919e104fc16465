// LeNet's first hundred losses on the CPU engine, no further from PyTorch's than PyTorch's own runs are from each other.
import { cpu } from 'glueball'
import { describe, expect, it } from 'vitest'
import golden from '../golden/lenet.json' with { type: 'json' }
import { batches, trainingImages } from './images.ts'
import { batch, LeNet } from './lenet.ts'
import { norm } from './probe.ts'
import { table } from './table.ts'

const ctx = cpu()

/** The last bit of a loss near 2.3 in float32, which is how far two right sums may be from each other at the start. */
const lastBit = 2.4e-7

it('starts from the same weights', async () => {
  const { net } = new LeNet(ctx, 0, 0.1)
  const weights = [...net.collectParams('.*weight').values()]
  for (const [i, { shape, first, norm: length }] of Object.values(golden.weights).entries()) {
    const values = await weights[i].data().toArray()
    expect([...weights[i].shape]).toEqual(shape)
    expect([...values.slice(0, 4)]).toEqual(first.map(Math.fround))
    expect(norm(values) / length).toBeCloseTo(1, 8)
  }
})

// At the rate 0.1 PyTorch's own runs part after ten steps and soon differ by more than 1, at 0.02 after forty: a ReLU or
// maximum is decided otherwise, and training amplifies it. So the bar of a step is twice the largest difference between two
// of PyTorch's five runs (both layouts on one and two threads, and float64) up to that step, and the last bit.
describe.each(['losses', 'calmLosses'] as const)('%s', (name) => {
  const { learningRate, 'nchw-1': expected, spread } = golden[name]

  it(`at the rate ${learningRate} stay within twice PyTorch’s own spread`, async () => {
    // On a machine without the whole set the steps end with the images in the repository, 39 batches.
    const steps = Math.min(100, Math.floor((await trainingImages(ctx)).length / batch))
    const lenet = new LeNet(ctx, 0, learningRate)
    const rows: (string | number)[][] = []
    let step = 0
    for await (const [image, label] of await batches({ ctx, size: 28, batch, count: steps * batch })) {
      const losses = Float64Array.from(await lenet.step(image, label).toArray())
      const loss = losses.reduce((sum, value) => sum + value, 0) / batch
      const own = Math.abs(loss - expected[step])
      const bar = 2 * spread[step] + lastBit
      if (step % 11 === 0) rows.push([String(step), loss.toFixed(6), expected[step].toFixed(6), own, bar])
      expect(own, `loss ${step}`).toBeLessThanOrEqual(bar)
      step++
    }
    expect(step).toBe(steps)
    console.log(table(['step', 'ours', 'PyTorch', 'difference', 'bar'], rows))
  })
})
