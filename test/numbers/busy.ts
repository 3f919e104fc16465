// Trains NiN while a timer of 50 ms ticks; run as `busy.ts STEPS [loader] [handler]`. Prints a line of JSON at the end,
// and `training` once the first step is done. With `loader` it never reads a value, only takes batches.
import { autograd, cpu, gluon, init, nd } from 'glueball'

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
let interrupted: number | null = null
if (ways.includes('handler')) {
  process.on('SIGINT', () => {
    interrupted = performance.now()
  })
}

const gaps: number[] = []
let last = performance.now()
const timer = setInterval(() => {
  gaps.push(performance.now() - last)
  last = performance.now()
}, 50)

let done = 0
let start = 0
for await (const [image, label] of loader) {
  const y = label.astype('float32')
  const loss = autograd.record(() => crossLoss(net(image), y))
  loss.backward()
  trainer.step(32)
  if (!ways.includes('loader')) await nd.mean(loss).asscalar()
  // The first steps make modules and memory; the ticks that count come after them.
  if (++done === 2) {
    await nd.waitall()
    gaps.length = 0
    start = last = performance.now()
    console.log('training')
  }
  if (done === Number(steps) + 2 || interrupted !== null) break
}
const heard = interrupted === null ? null : performance.now() - interrupted
await nd.waitall()
clearInterval(timer)
const seconds = (performance.now() - start) / 1000
console.log(
  JSON.stringify({ steps: done - 2, seconds, ticks: gaps.length, longest: Math.max(...gaps), rejections, heard }),
)
