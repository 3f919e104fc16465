// Glueball as a system of the bench, speaking the peers' line protocol. Usage: glueball.ts --case NAME --threads N --data FOLDER
import { readFileSync } from 'node:fs'
import { autograd, configureCpu, cpu, gluon, init, nd, useWideSimd } from '../src/index.ts'
import { side } from './nin.ts'
import { file, floats, options, serve } from './peers/serve.mjs'

const wide = useWideSimd()
configureCpu({ threads: Number(options.threads) })
const ctx = cpu()
const net = gluon.models.nin()
net.initialize({ ctx, init: new init.Xavier() })
await net.loadParameters(file('nin.params'), { ctx })
const pixels = floats('images.f32')
const labels = new Int32Array(new Uint8Array(readFileSync(file('labels.i32'))).buffer)
const loss = new gluon.loss.SoftmaxCrossEntropyLoss()
const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.2 })

const batchOf = (images: number) => ({
  x: nd.array(pixels.subarray(0, images * side * side), { ctx, shape: [images, 1, side, side] }),
  y: nd.array(labels.subarray(0, images), { ctx }),
})

async function train(images: number): Promise<void> {
  const { x, y } = batchOf(images)
  const value = autograd.record(() => loss(net(x), y))
  value.backward()
  trainer.step(images)
  await value.mean().asscalar()
}

async function infer(images: number): Promise<void> {
  await net(batchOf(images).x).toArray()
}

await serve({
  system: 'glueball',
  version: wide ? 'wide' : 'narrow',
  note: undefined,
  step: options.case === 'nin-112-b128-train' ? train : infer,
  logits: async () => Array.from(await net(batchOf(1).x).toArray()),
})
