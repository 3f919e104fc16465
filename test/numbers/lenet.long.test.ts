// LeNet on the whole of Fashion-MNIST: ten seeds of three epochs, beside PyTorch's ten.
import { cpu, gluon, type NDArray } from 'glueball'
import { expect, it } from 'vitest'
import golden from '../golden/lenet.json' with { type: 'json' }
import { batch, LeNet } from './lenet.ts'
import { table } from './table.ts'

const ctx = cpu()
const { FashionMNIST, transforms } = gluon.data.vision
const transform = new transforms.ToTensor()

async function accuracy(net: gluon.nn.Sequential, loader: gluon.data.DataLoader<[NDArray, NDArray]>): Promise<number> {
  const metric = new gluon.metric.Accuracy()
  for await (const [image, label] of loader) metric.update(label, net(image))
  return (await metric.get())[1]
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1))

it('reaches PyTorch’s accuracy', async () => {
  const { epochs, testAccuracy: theirs, worst } = golden.seeds
  const [train, test] = await Promise.all([true, false].map((train) => FashionMNIST.load({ train, ctx })))
  expect([train.length, test.length]).toEqual([60_000, 10_000])
  const trainLoader = new gluon.data.DataLoader(train.transformFirst(transform), batch, { shuffle: true })
  const testLoader = new gluon.data.DataLoader(test.transformFirst(transform), 1000)
  const ours: number[] = []
  for (const seed of theirs.keys()) {
    const lenet = new LeNet(ctx, seed, golden.learningRate)
    for (let epoch = 0; epoch < epochs; epoch++) {
      for await (const [image, label] of trainLoader) lenet.step(image, label)
    }
    ours.push(await accuracy(lenet.net, testLoader))
  }
  const rows = ours.map((own, seed) => [String(seed), own.toFixed(4), theirs[seed].toFixed(4)])
  rows.push(['mean', mean(ours).toFixed(4), mean(theirs).toFixed(4)])
  rows.push(['deviation', deviation(ours).toFixed(4), deviation(theirs).toFixed(4)])
  console.log(`LeNet, test accuracy after ${epochs} epochs\n${table(['seed', 'ours', 'PyTorch'], rows)}`)
  expect(Math.abs(mean(ours) - mean(theirs))).toBeLessThanOrEqual(0.015)
  expect(Math.min(...ours)).toBeGreaterThanOrEqual(worst - 0.03)
})
