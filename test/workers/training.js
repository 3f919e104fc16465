// A user's program whose main thread and workers train LeNet at once. Plain JavaScript, so that Node 20 runs it on the
// built package. Usage: training.js WORKERS default|wide|late; prints one line of JSON: each thread's digest of weights,
// whether it may use 256-bit vectors, and each flag of V8 that was set, with whether a worker was there by then.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import v8 from 'node:v8'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const flags = []
const { setFlagsFromString } = v8
v8.setFlagsFromString = (flag) => {
  flags.push({ flag, beside: !isMainThread || workers.length > 0 })
  setFlagsFromString(flag)
}
syncBuiltinESMExports()

const [count, way] = isMainThread ? [Number(process.argv[2]), process.argv[3]] : [0, workerData]
const workers = []
const early = way === 'late' ? undefined : await import('glueball')
const askedEarly = way === 'wide' && early.useWideSimd()
for (let i = 0; i < count; i++) workers.push(new Worker(new URL(import.meta.url), { workerData: way }))
const answers = Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]))
const { autograd, configureCpu, gluon, init, nd, useWideSimd } = await import('glueball')
const wide = askedEarly || (way !== 'default' && useWideSimd())

/** Thirteen images a step; what is left lying about in the first one is enough that a collection is asked for. */
async function train() {
  configureCpu({ threads: 2 })
  nd.random.seed(1)
  const net = gluon.models.lenet()
  net.initialize({ init: new init.Xavier() })
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05, momentum: 0.9 })
  const loss = new gluon.loss.SoftmaxCrossEntropyLoss()
  for (let step = 0; step < 4; step++) {
    const images = nd.random.normal({ shape: [13, 1, 28, 28] })
    const losses = autograd.record(() => loss(net(images), nd.zeros([13])))
    losses.backward()
    trainer.step(13)
    if (step === 0) nd.zeros([17e6])
    await losses.toArray()
  }
  const hash = createHash('sha256')
  for (const parameter of net.collectParams().values()) hash.update(await parameter.data().toArray())
  return hash.digest('hex')
}

const own = { digest: await train(), wide, flags }
if (isMainThread) {
  const threads = [own, ...(await answers)]
  console.log(JSON.stringify({ node: process.version, threads }))
} else parentPort.postMessage(own)
