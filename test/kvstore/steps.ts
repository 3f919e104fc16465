// Steps of an eighth of LeNet and of NiN on one global batch: as one rank of several (a program for mpirun), or as one alone.
import { createHash } from 'node:crypto'
import { autograd, configureCpu, gluon, init, kvstore, loss, nd, nn } from 'glueball'

/** Which networks. */
export const networks = ['lenet', 'nin'] as const
type Name = (typeof networks)[number]
const [steps, batch, classes] = [4, 8, 10]

function lenet(): nn.Sequential {
  const pool = () => new nn.MaxPool2D({ poolSize: 2, strides: 2 })
  return new nn.Sequential(
    new nn.Conv2D(3, 5, { activation: 'relu' }),
    pool(),
    new nn.Conv2D(6, 3, { activation: 'relu' }),
    pool(),
    new nn.Dense(15, { activation: 'relu' }),
    new nn.Dense(classes),
  )
}

/** Without dropout, whose masks would be others on each rank. */
function nin(): nn.Sequential {
  const block = (channels: number, kernel: number, strides: number, padding: number) => [
    new nn.Conv2D(channels, kernel, { strides, padding, activation: 'relu' }),
    new nn.Conv2D(channels, 1, { activation: 'relu' }),
    new nn.Conv2D(channels, 1, { activation: 'relu' }),
  ]
  const pool = () => new nn.MaxPool2D({ poolSize: 3, strides: 2 })
  return new nn.Sequential(
    ...[...block(12, 11, 4, 0), pool(), ...block(32, 5, 1, 2), pool(), ...block(48, 3, 1, 1), pool()],
    ...[...block(classes, 3, 1, 1), new nn.GlobalAvgPool2D(), new nn.Flatten()],
  )
}

const parts = { lenet: { make: lenet, size: 28, rate: 0.5 }, nin: { make: nin, size: 96, rate: 0.05 } }

/** What came of the steps. */
export interface Outcome {
  /** The mean loss of each step, over all samples. */
  readonly losses: number[]
  /** A digest of all parameters at the end. */
  readonly digest: string
}

/**
 * Trains a network on this rank's share of each batch. Without a store all samples are of this process; `pieces` of them
 * at a time, whose gradients add up.
 */
export async function train(name: Name, store?: kvstore.KVStore, pieces = 1): Promise<Outcome> {
  const { make, size, rate } = parts[name]
  const net = make()
  nd.random.seed(3)
  net.initialize({ init: new init.Xavier() })
  const params = net.collectParams()
  if (pieces > 1) params.setattr('gradReq', 'add')
  const trainer = new gluon.Trainer(
    params,
    'sgd',
    { learningRate: rate, momentum: 0.9 },
    store ? { kvstore: store } : {},
  )
  const criterion = new loss.SoftmaxCrossEntropyLoss()
  const [rank, ranks] = [store?.rank ?? 0, store?.numWorkers ?? 1]
  const share = batch / ranks / pieces
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    let sum = 0
    for (let piece = 0; piece < pieces; piece++) {
      const first = (rank * pieces + piece) * share
      const of = (make: (sample: number) => number[]) => Array.from({ length: share }, (_, i) => make(first + i)).flat()
      const pixels = (sample: number) =>
        Array.from({ length: size * size }, (_, i) => Math.sin((1 + (sample % classes)) * i * 0.01 + step))
      const x = nd.array(of(pixels), { shape: [share, 1, size, size] })
      const y = nd.array(of((sample) => [sample % classes]))
      const values = autograd.record(() => criterion(net(x), y))
      values.backward()
      sum += await values.sum().asscalar()
    }
    trainer.step(batch)
    if (pieces > 1) params.zeroGrad()
    losses.push((store ? (await store.sum([sum]))[0] : sum) / batch)
  }
  const hash = createHash('sha256')
  for (const parameter of params.values()) hash.update(new Uint8Array((await parameter.data().toArray()).buffer))
  return { losses, digest: hash.digest('hex') }
}

if (import.meta.main) {
  configureCpu({ threads: 1 })
  const store = kvstore.create('dist_sync', { deadline: 20 })
  if (process.argv[2] === 'die' && store.rank === 1) process.kill(process.pid, 'SIGKILL')
  if (process.argv[2] === 'stop' && store.rank === 1) process.kill(process.pid, 'SIGSTOP')
  for (const name of networks) {
    const { losses, digest } = await train(name, store)
    await store.checkEqual('the parameters', Buffer.from(digest, 'hex'))
    if (store.rank === 0) console.log(JSON.stringify({ ranks: store.numWorkers, losses, digest }))
  }
}
