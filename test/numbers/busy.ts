// Trains NiN while a timer ticks; run as `busy.ts STEPS [loader] [handler]`. Prints `training` once the kernels are made
// and a line of JSON at the end. With `loader` it never reads a value, only takes batches. STEPS may be Infinity.
import { autograd, cpu, gluon, init, type NDArray, nd } from 'glueball'

const [, , steps, ...ways] = process.argv
const ctx = cpu()
const net = gluon.models.nin()
net.initialize({ ctx, init: new init.Xavier() })
const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05 })
const crossLoss = new gluon.loss.SoftmaxCrossEntropyLoss()
const { FashionMNIST, transforms } = gluon.data.vision
const images = await FashionMNIST.load({ train: true, subset: true, ctx })
const transform = new transforms.Compose([new transforms.Resize(112), new transforms.ToTensor()])
const loader = new gluon.data.DataLoader(images.transformFirst(transform), 32, { shuffle: true })

let rejections = 0
process.on('unhandledRejection', () => rejections++)
let interrupted = false
if (ways.includes('handler')) process.on('SIGINT', () => void (interrupted = true))

let ticks = 0
const timer = setInterval(() => ticks++, 1)

/** Awaited results, and those before which no tick came since the last one, though the timer was due. */
const awaited = { results: 0, starved: 0 }
let seen = -1
const sleeping = new Int32Array(new SharedArrayBuffer(4))
function note(): void {
  awaited.results++
  if (ticks === seen) awaited.starved++
  Atomics.wait(sleeping, 0, 0, 2)
  seen = ticks
}

function step(image: NDArray, label: NDArray): NDArray {
  const y = label.astype('float32')
  const loss = autograd.record(() => crossLoss(net(image), y))
  loss.backward()
  trainer.step(32)
  return loss
}

let done = 0
const kernels = 2
const begin = { main: process.threadCpuUsage(), all: process.cpuUsage() }
const spent = ({ user, system }: NodeJS.CpuUsage) => user + system
while (done < Number(steps) + kernels && !interrupted) {
  for await (const [image, label] of loader) {
    note()
    const loss = step(image, label)
    if (!ways.includes('loader')) {
      await nd.mean(loss).asscalar()
      note()
    }
    if (++done === kernels) {
      await nd.waitall()
      Object.assign(begin, { main: process.threadCpuUsage(), all: process.cpuUsage() })
      console.log('training')
    }
    if (done === Number(steps) + kernels || interrupted) break
  }
}
await nd.waitall()
const main = spent(process.threadCpuUsage(begin.main)) / spent(process.cpuUsage(begin.all))

/** A step that the engine cannot do, as it waits for values: what happens until its loss is there, in order. */
async function held(): Promise<string[]> {
  const events: string[] = []
  const arriving = Promise.withResolvers<Uint8Array>()
  ctx.engine.free(ctx.engine.receive(4, arriving.promise).allocation)
  const batch = [nd.zeros([32, 1, 112, 112], { ctx }), nd.zeros([32], { ctx })] as const
  const read = nd.mean(step(...batch)).asscalar()
  const reading = read.then(() => void events.push('loss'))
  for (let before = ticks; ticks < before + 3; ) await new Promise((resolve) => setImmediate(resolve))
  events.push('three ticks')
  arriving.resolve(new Uint8Array(4))
  await reading
  return events
}

const events = await held()
clearInterval(timer)
console.log(JSON.stringify({ steps: done - kernels, ...awaited, rejections, main, events, interrupted }))
