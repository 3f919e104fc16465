// Loops that record: dead arrays go at each await, and where nothing is awaited the census says so.
import { setImmediate } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { autograd, memoryInfo, type NDArray, nd, nn } from '../../src/index.ts'

const { record } = autograd
const limit = 600e6

class Triple extends autograd.Function {
  forward(x: NDArray): NDArray {
    this.saveForBackward(x)
    return x.multiply(3)
  }
  backward(dy: NDArray): NDArray {
    return dy.multiply(3)
  }
}

class Holding extends Triple {
  #result: NDArray | undefined
  override forward(x: NDArray): NDArray {
    this.#result = super.forward(x)
    return this.#result
  }
}

class Bent extends nn.HybridBlock {
  forward(x: NDArray): NDArray {
    return x.multiply(2).add(1).multiply(3)
  }
}

describe('arrays of 4 MB under a limit of 600 MB', () => {
  const engine = makeCpuEngine({ threads: 2, memoryLimit: limit })
  afterAll(() => engine.close())
  const ctx = new Context('cpu', 0, () => engine)
  const x = nd.ones([1024, 1024], { ctx })
  x.attachGrad()
  const block = new Bent()
  const chain = () => x.multiply(2).add(1).multiply(3).mean()

  const loops: Record<string, () => NDArray> = {
    'record and backward': () => {
      const loss = record(chain)
      loss.backward()
      return loss
    },
    'record without backward': () => record(chain),
    'record with a graph of ten ops, without backward': () =>
      record(() =>
        Array.from({ length: 10 })
          .reduce<NDArray>((y) => y.multiply(y), x)
          .mean(),
      ),
    'a custom function': () => {
      const loss = record(() => new Triple().call(new Triple().call(x).add(1)).mean())
      loss.backward()
      return loss
    },
    'a custom function without backward': () => record(() => new Triple().call(new Triple().call(x)).mean()),
    'a custom function that holds its result': () => {
      const loss = record(() => new Holding().call(x).mean())
      loss.backward()
      return loss
    },
    'a block': () => {
      const loss = record(() => block(block(x)).mean())
      loss.backward()
      return loss
    },
    'grad with a graph of its own': () => {
      const [dx] = record(() => autograd.grad(x.multiply(x).multiply(x).mean(), x, null, { createGraph: true }))
      return record(() => dx.mean())
    },
    'forward alone': chain,
    'pause inside record': () => record(() => autograd.pause(chain)),
  }

  it.each(Object.entries(loops))('%s', async (_name, step) => {
    memoryInfo(ctx, { resetPeak: true })
    for (let i = 0; i < 60; i++) expect(await step().asscalar()).toBeGreaterThan(0)
    expect(memoryInfo(ctx).peakBytes).toBeLessThan(limit * 0.8)
  })

  it.each(['record without backward', 'record and backward', 'forward alone'])(
    '%s, with awaits of the program’s own alone',
    async (name) => {
      memoryInfo(ctx, { resetPeak: true })
      for (let i = 0; i < 60; i++) {
        loops[name]()
        for (let turns = 0; turns < 3; turns++) await setImmediate()
      }
      expect(memoryInfo(ctx).peakBytes).toBeLessThan(limit * 0.8)
    },
  )

  it('a fence, a copy and a failed read relieve it too', async () => {
    for (let i = 0; i < 60; i++) {
      record(chain).backward()
      if (i % 2) await x.waitToRead()
      else await x.slice([0], [1]).toArray()
    }
    expect(memoryInfo(ctx).liveBytes).toBeLessThan(limit * 0.8)
  })
})

it('a loop that records and never awaits ends in the census error', async () => {
  const engine = makeCpuEngine({ threads: 1, memoryLimit: 64e6 })
  const ctx = new Context('cpu', 0, () => engine)
  const x = nd.ones([512, 512], { ctx })
  x.attachGrad()
  const endless = () => {
    for (;;) record(() => x.multiply(2).add(1).multiply(3).mean()).backward()
  }
  expect(endless).toThrow(/out of memory: .*\n[\s\S]*A collection was asked for and has had no turn: your loop never/)
  await engine.close()
})
