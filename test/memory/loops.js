// The loops whose memory must stay flat, as users write them: no dispose, no tidy. Plain JavaScript, so that Node 20 runs
// it on the built package. Usage: loops.js LOOP STEPS BATCH; prints one line of JSON with a reading after 30 steps and one
// at the end.

import { setImmediate } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'
import { autograd, cpu, gluon, init, memoryInfo, nd, nn } from 'glueball'

const [loop, steps, batch] = [process.argv[2], Number(process.argv[3] ?? 300), Number(process.argv[4] ?? 128)]
const ctx = cpu()
v8.setFlagsFromString('--expose-gc')
const collect = vm.runInNewContext('gc')
const readings = []
let handedBytes = 0

async function reading() {
  const { peakBytes } = memoryInfo(ctx)
  for (let i = 0; i < 3; i++) {
    collect()
    await setImmediate()
  }
  const { storages, liveBytes } = memoryInfo(ctx, { resetPeak: true })
  readings.push({ storages, liveBytes, peakBytes, rss: process.memoryUsage.rss(), handedBytes })
  handedBytes = 0
}

function handed(...arrays) {
  for (const array of arrays) handedBytes += array.size * 4
}

async function* batches(side) {
  const labels = nd.array(Array.from({ length: batch }, (_, i) => i % 10))
  for (let step = 1; step <= steps; step++) {
    const image = nd.random.uniform({ shape: [batch, 1, side, side], ctx })
    handed(image)
    yield [image, labels]
    if (step === 30 || step === steps) await reading()
    await nd.waitall()
  }
}

const accuracy = (output, label) => nd.mean(output.argmax({ axis: 1 }).equal(label)).asscalar()

const loops = {
  async tutorial() {
    const net = gluon.models.nin()
    net.initialize({ ctx, init: new init.Xavier() })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.2 })
    const crossLoss = new gluon.loss.SoftmaxCrossEntropyLoss()
    for await (let [image, y] of batches(112)) {
      image = image.asInContext(ctx)
      y = y.asInContext(ctx).astype('float32')
      const [output, loss] = autograd.record(() => {
        const output = net(image)
        return [output, crossLoss(output, y)]
      })
      loss.backward()
      trainer.step(batch)
      await nd.mean(loss).asscalar()
      await accuracy(output, y)
    }
  },

  async evaluation() {
    const net = gluon.models.lenet()
    net.initialize({ ctx, init: new init.Xavier() })
    for await (const [image, y] of batches(112)) await accuracy(net(image), y)
  },

  async plain() {
    const w = nd.random.normal({ loc: 0, scale: 0.1, shape: [8, 1, 5, 5], ctx })
    w.attachGrad()
    const conv = new nn.Conv2D(8, 3)
    conv.initialize({ ctx })
    for await (const [image] of batches(64)) {
      const loss = autograd.record(() => {
        const scaled = image.multiply(2).subtract(1)
        const bent = scaled.relu().add(scaled.exp())
        handed(scaled, bent)
        return conv(bent).multiply(w.sum()).mean()
      })
      loss.backward()
      await loss.asscalar()
    }
  },

  async average() {
    class Centre extends nn.Block {
      gamma = this.parameter('gamma', { shape: [112, 112], init: 'ones' })
      running = this.parameter('running', { shape: [112, 112], init: 'zeros', gradReq: 'null' })
      mean = nd.zeros([112, 112])

      forward(x) {
        const scaled = x.multiply(this.gamma.data())
        const mean = scaled.mean({ axis: [0, 1] })
        this.mean = mean.multiply(0.1).add(this.mean.multiply(0.9))
        this.running.setData(this.running.data().add(mean).multiply(0.5))
        return scaled.subtract(this.mean)
      }
    }
    const net = new Centre()
    net.initialize({ ctx })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1 })
    for await (const [image] of batches(112)) {
      const loss = autograd.record(() => net(image).square().mean())
      loss.backward()
      trainer.step(1)
      await loss.asscalar()
    }
  },

  async sum() {
    let total = nd.zeros([1])
    for await (const [image] of batches(112)) {
      total = total.add(image.mean())
      await total.asscalar()
    }
  },
}

await loops[loop]()
console.log(JSON.stringify({ loop, node: process.version, readings }))
