// Stores of several ranks in one process, over the ring: sums, broadcasts, and a Trainer beside one rank with all samples.
import { afterAll, describe, expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { DistStore } from '../../src/gluon/kvstore/dist.ts'
import { autograd, gluon, init, kvstore, loss, type NDArray, nd, nn, reference } from '../../src/index.ts'
import { ringOf } from './ring.ts'

const engines = [0, 1, 2].map(() => makeCpuEngine({ threads: 1 }))
const contexts = engines.map((engine, i) => new Context('cpu', i, () => engine))
afterAll(() => Promise.all(engines.map((engine) => engine.close())))

/** Stores of as many ranks. */
async function stores(size: number, shared = false): Promise<DistStore[]> {
  return (await ringOf(size, { shared })).map((ring) => new DistStore(ring, 256))
}

const numbers = async (array: NDArray) => [...((await array.toArray()) as Float32Array)]

describe.each([false, true])('with sums in the memory of engines: %s', (shared) => {
  it('sums arrays in place and into others, broadcasts, and gathers', async () => {
    const ranks = await stores(3, shared)
    const sums = ranks.map((store, rank) => {
      const ctx = contexts[rank]
      const [value, out] = [nd.array([1, rank, 0.1], { ctx }), nd.zeros([3], { ctx })]
      store.pushpull('g', value, out)
      store.pushpull('g', value)
      const first = nd.array([rank + 5], { ctx })
      store.broadcast('w', first, first)
      return [out, value, first].map(numbers)
    })
    for (const read of sums) {
      const three = [...Float32Array.of(Math.fround(Math.fround(0.1) * 2) + Math.fround(0.1))]
      expect(await Promise.all(read)).toEqual([[3, 3, three[0]], [3, 3, three[0]], [5]])
    }
    expect(ranks.map(({ rank, numWorkers }) => [rank, numWorkers])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ])
    expect(await Promise.all(ranks.map((store, rank) => store.gather([rank, 7])))).toEqual(
      new Array(3).fill([
        [0, 7],
        [1, 7],
        [2, 7],
      ]),
    )
    await Promise.all(ranks.map((store) => store.barrier()))
  })

  it.each(['write', 'add'] as const)('trains as one rank with all samples, gradients by %s', async (gradReq) => {
    const [alone] = await trained([undefined], gradReq)
    const ranks = await trained(await stores(2, shared), gradReq)
    expect(ranks[1]).toEqual(ranks[0])
    ranks[0].forEach((value, i) => {
      expect(Math.abs(value - alone[i])).toBeLessThan(1e-6)
    })
  })
})

/** The parameters after three steps of each rank on its share of the samples. */
async function trained(ranks: readonly (DistStore | undefined)[], gradReq: 'write' | 'add'): Promise<number[][]> {
  const programs = ranks.map((store, rank) => {
    const ctx = contexts[rank]
    const net = new nn.HybridSequential()
    net.add(
      new nn.Dense(9, { activation: 'tanh', inUnits: 6 }),
      new nn.Dense(70, { inUnits: 9 }),
      new nn.Dense(2, { inUnits: 70 }),
    )
    nd.random.seed(7)
    net.initialize({ init: new init.Xavier(), ctx })
    const options = store ? { kvstore: store } : {}
    const params = net.collectParams()
    if (gradReq === 'add') params.setattr('gradReq', 'add')
    const trainer = new gluon.Trainer(params, 'sgd', { learningRate: 0.1, momentum: 0.9 }, options)
    const criterion = new loss.L2Loss()
    const x = Array.from({ length: 8 * 6 }, (_, i) => Math.sin(i * i))
    const step = (from: number, to: number) => {
      const input = nd.array(x.slice(from * 6, to * 6), { ctx, shape: [to - from, 6] })
      autograd.record(() => criterion(net(input), nd.ones([to - from, 2], { ctx }))).backward()
    }
    return { net, trainer, step, params }
  })
  const share = 8 / ranks.length
  for (let i = 0; i < 3; i++) {
    programs.forEach(({ trainer, step, params }, rank) => {
      const [from, middle, to] = [rank * share, (rank + 0.5) * share, (rank + 1) * share]
      if (gradReq === 'add') {
        step(from, middle)
        step(middle, to)
      } else {
        step(from, middle) // overwritten, and summed over ranks in vain
        step(from, to)
      }
      trainer.step(8)
      if (gradReq === 'add') params.zeroGrad()
    })
  }
  return Promise.all(
    programs.map(async ({ params }) => (await Promise.all([...params.values()].map((p) => numbers(p.data())))).flat()),
  )
}

it('gives all ranks the parameters of rank 0, those without a gradient too', async () => {
  const ranks = await stores(2)
  const nets = ranks.map((store, rank) => {
    const net = new nn.HybridSequential()
    net.add(new nn.Dense(3, { inUnits: 2 }), new nn.BatchNorm({ inChannels: 3 }))
    nd.random.seed(rank)
    net.initialize({ ctx: contexts[rank], init: new init.Uniform({ scale: 1 }) })
    const mean = [...net.collectParams().values()].find(({ name }) => name.endsWith('running_mean'))
    mean?.setData(nd.array([rank, rank, rank], { ctx: contexts[rank] }))
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', {}, { kvstore: store })
    trainer.allreduceGrads()
    return net
  })
  const values = await Promise.all(
    nets.map((net) => Promise.all([...net.collectParams().values()].map((parameter) => numbers(parameter.data())))),
  )
  expect(values[1]).toEqual(values[0])
  expect(values[0]).toContainEqual([0, 0, 0])
})

it('names the ranks whose bytes differ', async () => {
  const ranks = await stores(3)
  const checks = ranks.map((store, rank) => store.checkEqual('the parameters', Uint8Array.of(9, rank === 1 ? 1 : 0)))
  const message = 'the parameters of rank 1 are not those of the other ranks: do all ranks take the same steps'
  for (const check of await Promise.allSettled(checks)) {
    expect(check.status === 'rejected' && String(check.reason.message)).toContain(message)
  }
})

it('sums over devices in one process, and takes the calls of several', async () => {
  const store = kvstore.create('local')
  const [here, there] = [nd.array([1, 2]), nd.array([10, 20], { ctx: reference() })]
  store.pushpull('g', [here, there])
  expect([await numbers(here), await numbers(there)]).toEqual([
    [11, 22],
    [11, 22],
  ])
  await store.barrier()
  expect([store.rank, store.numWorkers, await store.sum([3])]).toEqual([0, 1, [3]])
})

it('says what is wrong', async () => {
  const [store] = await stores(2)
  expect(() => store.pushpull('g', nd.zeros([2], { dtype: 'int32' }))).toThrow(
    '[pushpull] sums float32 and float64 over ranks, got int32: cast it first',
  )
  expect(() => kvstore.create('dist_async')).toThrow("kvstore.create takes 'local' or 'dist_sync', got 'dist_async'")
  expect(() => kvstore.create('dist_sync')).toThrow("kvstore 'dist_sync' finds no MPI launcher: start the program with")
  const net = new nn.Dense(1, { inUnits: 1 })
  net.initialize()
  expect(() => new gluon.Trainer(net.collectParams(), 'sgd', {}, { kvstore: 'nccl' as 'local' })).toThrow(
    "a Trainer's kvstore is 'local', 'device', 'dist_sync', one of kvstore.create, or null, got 'nccl'",
  )
})
