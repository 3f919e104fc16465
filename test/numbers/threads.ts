// Trains LeNet and a narrow NiN for a few steps with a number of threads on a rung; prints digests of weights and losses.
import { createHash } from 'node:crypto'
import { autograd, configureCpu, cpu, gluon, init, nd, useWideSimd } from 'glueball'
import { RUNGS } from '../../src/kernel/wasm/rung.ts'

const [threads, name] = process.argv.slice(2)
const rung = RUNGS.find((rung) => rung === name)
if (rung === 'wide') useWideSimd()
configureCpu({ threads: Number(threads), ...(rung && { rung }) })
const ctx = cpu()

/** Thirteen images a step, so that no size divides by the number of threads; dropout, momentum and decay on. */
async function digestOf(net: gluon.nn.Sequential, side: number, steps: number): Promise<string> {
  const hash = createHash('sha256')
  nd.random.seed(3)
  net.initialize({ ctx, init: new init.Xavier({ magnitude: 6 }) })
  const loss = new gluon.loss.SoftmaxCrossEntropyLoss()
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05, momentum: 0.9, wd: 1e-3 })
  const accuracy = new gluon.metric.Accuracy()
  for (let step = 0; step < steps; step++) {
    const image = nd.random.normal({ shape: [13, 1, side, side], ctx })
    const label = nd.random.randint(0, 10, { shape: [13], ctx }).astype('float32')
    const [output, losses] = autograd.record(() => {
      const output = net(image)
      return [output, loss(output, label)]
    })
    losses.backward()
    trainer.step(13)
    accuracy.update(label, output)
    hash.update(await losses.toArray())
  }
  for (const parameter of net.collectParams().values()) hash.update(await parameter.data().toArray())
  hash.update(String(await accuracy.get()))
  return hash.digest('hex')
}

console.log(await digestOf(gluon.models.lenet(), 28, 5))
console.log(await digestOf(gluon.models.nin({ narrow: 4 }), 99, 4))
