// Glueball as a system of the bench, speaking the peers' line protocol. Usage: glueball.ts --threads N --data FOLDER
import { chooseRung } from '../src/engines/wasm/features.ts'
import { autograd, configureCpu, cpu, gluon, type NDArray, nd, useWideSimd } from '../src/index.ts'
import type { Case } from './cases.ts'
import { networkOf } from './networks.ts'
import { chainImages, file, kase, labels, options, serve } from './peers/serve.mjs'

const { train, imageGradient, chains }: Case = kase
useWideSimd()
configureCpu({ threads: Number(options.threads) })
const ctx = cpu()
const { net, outputs } = networkOf(kase)
net.initialize({ ctx })
await net.loadParameters(file('weights.params'), { ctx })
const loss = new gluon.loss.SoftmaxCrossEntropyLoss()
const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.01 })

interface Batch {
  readonly images: readonly NDArray[]
  readonly labels: NDArray
}

const batches = new Map<number, Batch>()

/** The first images and labels, made once. */
function batchOf(count: number): Batch {
  const known = batches.get(count)
  if (known) return known
  const images = chainImages(count).map((pixels, i) => {
    const { channels, side } = chains[i]
    return nd.array(pixels, { ctx, shape: [count, channels, side, side] })
  })
  if (imageGradient) for (const image of images) image.attachGrad()
  const made = { images, labels: nd.array(labels().subarray(0, count), { ctx }) }
  batches.set(count, made)
  return made
}

async function trainStep(count: number): Promise<void> {
  const { images, labels } = batchOf(count)
  const value = autograd.record(() => loss(outputs(images)[0], labels))
  value.backward()
  trainer.step(count)
  await value.mean().asscalar()
}

/** Forward and both gradients, which start from ones. */
async function gradients(count: number): Promise<void> {
  const { images } = batchOf(count)
  autograd.backward(autograd.record(() => outputs(images)))
  await nd.waitall()
}

async function infer(count: number): Promise<void> {
  await outputs(batchOf(count).images)[0].toArray()
}

await serve({
  system: 'glueball',
  version: chooseRung(),
  note: undefined,
  slowBelow: 0, // it takes its turns however slow
  step: imageGradient ? gradients : train ? trainStep : infer,
  logits: async () => Array.from(await outputs(batchOf(1).images).at(-1)!.toArray()).slice(0, 10),
})
