// What ranks cost: sums of some sizes, and steps of NiN with the sum beside the backward pass, behind it, and without it.
// Under mpirun: mpirun -np 2 node --conditions=source bench/ranks.ts [images a rank]; alone: the same step on all cores.
import { autograd, configureCpu, gluon, init, kvstore, loss, nd } from 'glueball'

const alone = process.env['OMPI_COMM_WORLD_SIZE'] === undefined && process.env['PMI_SIZE'] === undefined
const [images, rounds] = [Number(process.argv[2] ?? 16), 3]
configureCpu({ threads: alone ? 2 : 1 })
const store = alone ? kvstore.create('local') : kvstore.create('dist_sync', { deadline: 80 })
const print = (line: string) => void (store.rank === 0 && console.log(line))

/** The least and the median of some runs, in ms; each starts together. */
async function timed(runs: number, run: () => Promise<unknown>): Promise<string> {
  const times: number[] = []
  for (let i = 0; i < runs; i++) {
    await store.barrier()
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return `${times[0].toFixed(2)} / ${times[runs >> 1].toFixed(2)}`
}

if (!alone) {
  for (const floats of [1, 2 ** 14, 2 ** 19, 2 ** 21]) {
    const value = nd.ones([floats])
    const sum = async () => {
      store.pushpull('bench', value)
      await nd.waitall()
    }
    print(`sum of ${(floats * 4).toLocaleString('en')} bytes: ${await timed(15, sum)} ms (min / median)`)
  }
}

/** A step of NiN on 224 × 224 with its own trainer. */
function stepOf(mode: 'beside' | 'behind' | 'none'): () => Promise<void> {
  const net = gluon.models.nin({ classes: 10 })
  nd.random.seed(1)
  net.initialize({ init: new init.Xavier() })
  const [x, y] = [nd.random.uniform({ shape: [images, 1, 224, 224] }), nd.zeros([images])]
  const options = mode === 'none' || alone ? {} : { kvstore: store }
  const params = net.collectParams()
  const trainer = new gluon.Trainer(params, 'sgd', { learningRate: 0.01, momentum: 0.9 }, options)
  const criterion = new loss.SoftmaxCrossEntropyLoss()
  return async () => {
    if (mode === 'behind') for (const { leaf } of params.values()) if (leaf) leaf.watcher = undefined
    autograd.record(() => criterion(net(x), y)).backward()
    trainer.step(images * store.numWorkers)
    await nd.waitall()
  }
}

const modes = alone ? (['none'] as const) : (['beside', 'behind', 'none'] as const)
const steps = modes.map((mode) => ({ mode, step: stepOf(mode), times: [] as number[] }))
for (const { step } of steps) for (let i = 0; i < 2; i++) await step()
for (let round = 0; round < rounds; round++) {
  for (const { step, times } of steps) {
    await store.barrier()
    const start = performance.now()
    await step()
    await store.barrier()
    times.push(performance.now() - start)
  }
}
for (const { mode, times } of steps) {
  const least = Math.min(...times)
  const rate = (images * store.numWorkers * 1000) / least
  const who = alone ? '1 rank of 2 threads' : `${store.numWorkers} ranks of 1 thread, sum ${mode} the backward pass`
  print(`${who}: ${least.toFixed(0)} ms a step of ${images} images a rank, ${rate.toFixed(2)} images/s`)
}
