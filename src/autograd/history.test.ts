// What a graph holds on to: ranges that are written, graphs that backward has freed, state kept from step to step.
import { autograd, cpu, gluon, init, type NDArray, nd, nn, reference } from 'glueball'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { TapeNode } from '../core/tape.ts'

const { record } = autograd
afterEach(() => vi.restoreAllMocks())

function leaf(values: nd.NestedNumbers, ctx = cpu()): NDArray {
  const x = nd.array(values, { ctx })
  x.attachGrad()
  return x
}

async function list(array: NDArray | null): Promise<number[]> {
  return array ? [...(await array.toArray())] : []
}

/** Number of recorded ops that an array holds. */
function nodesBehind(array: NDArray): number {
  const seen = new Set<TapeNode>()
  const stack = [array.origin]
  for (let origin = stack.pop(); origin !== undefined; origin = stack.pop()) {
    if (!origin || !('node' in origin) || seen.has(origin.node)) continue
    seen.add(origin.node)
    stack.push(...origin.node.edges)
  }
  return seen.size
}

/** Batch normalisation as a user writes it: running statistics are parameters without a gradient. */
class Normalise extends nn.HybridBlock {
  readonly gamma = this.parameter('gamma', { shape: [2], init: 'ones' })
  readonly mean = this.parameter('mean', { shape: [2], init: 'zeros', gradReq: 'null' })

  forward(x: NDArray): NDArray {
    const mean = x.mean({ axis: 0 })
    const gamma = this.gamma.data()
    const y = x.subtract(mean).multiply(gamma)
    autograd.pause(() => this.mean.setData(this.mean.data().multiply(0.5).add(mean.multiply(0.5))))
    return y
  }
}

describe.each([cpu(), reference()])('on %s', (ctx) => {
  describe('a write in place', () => {
    it('spoils what was saved of the range it touches, by view or whole, and of no other', async () => {
      const w = nd.array([1, 2, 3, 4], { ctx })
      const x = leaf([10, 20], ctx)
      const of = (write: () => void) => {
        const y = record(() => x.multiply(w.slice([0], [2])))
        write()
        return () => y.backward()
      }
      of(() => w.slice([2], [4]).set(7))()
      expect(await list(x.grad)).toEqual([1, 2])
      const spoilt = /needs was written in place after the forward pass/
      expect(of(() => w.slice([1], [3]).set(7))).toThrow(spoilt)
      expect(of(() => w.at(1).set(7))).toThrow(spoilt)
      expect(of(() => w.iadd(1))).toThrow(spoilt)
      expect(of(() => w.setSlice([0], [4], 7, { step: [2] }))).toThrow(spoilt)
    })

    it('to one row leaves the gradients through the others', async () => {
      const table = nd.array([1, 2, 3, 4], { ctx, shape: [4, 1] })
      const x = leaf([5], ctx)
      const y = record(() => x.multiply(table.at(0)).add(x.multiply(table.at(3))))
      table.at(1).set(100)
      table.at(2).set(100)
      y.backward()
      expect(await list(x.grad)).toEqual([5])
    })
  })

  it('a parameter without a gradient may be written in forward, at every step', async () => {
    const net = new nn.HybridSequential()
    net.add(new Normalise(), new nn.Dense(1, { inUnits: 2, weightInitializer: 'ones' }))
    net.initialize({ ctx, init: new init.One() })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.25, momentum: 0.5 })
    // with a gradient of its own, so that gamma is saved
    const x = leaf(
      [
        [1, 2],
        [3, 6],
      ],
      ctx,
    )
    for (let step = 0; step < 4; step++) {
      record(() => net(x).square().sum()).backward()
      trainer.step(64)
    }
    const [{ mean, gamma }] = net as unknown as Normalise[]
    expect(await list(mean.data())).toEqual([1.875, 3.75])
    expect(mean.data().storage).not.toBe(gamma.data().storage)
    const [first] = await list(gamma.data())
    expect(first).toBeLessThan(1)
  })

  it('a parameter keeps its optimizer state while its gradient is switched off, and joins when it is switched on', async () => {
    const train = async (freeze: boolean) => {
      const net = new nn.Dense(1, { inUnits: 1, useBias: true, weightInitializer: 'ones' })
      net.initialize({ ctx })
      if (freeze) net.bias!.gradReq = 'null'
      const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.5, momentum: 0.5 })
      const step = () => {
        record(() => net(nd.ones([1, 1], { ctx }))).backward()
        trainer.step(1)
      }
      step()
      net.bias!.gradReq = 'write'
      step()
      net.weight.gradReq = 'null'
      step()
      net.weight.gradReq = 'write'
      step()
      return [await net.weight.data().asscalar(), await net.bias!.data().asscalar()]
    }
    // by hand: the velocity of the weight is −.5, −.75, kept, −.875; that of the bias −.5, −.75, −.875, −.9375
    expect(await train(false)).toEqual([1 - 0.5 - 0.75 - 0.875, -0.5 - 0.75 - 0.875 - 0.9375])
    // a bias that joins one step later has one velocity less
    expect(await train(true)).toEqual([1 - 0.5 - 0.75 - 0.875, -0.5 - 0.75 - 0.875])
  })

  describe('an array of a graph that backward has freed', () => {
    it('is a constant in what is recorded next', async () => {
      const x = leaf([2], ctx)
      const y = record(() => x.multiply(x))
      y.backward()
      const w = leaf([3], ctx)
      record(() => y.multiply(w).multiply(w)).backward()
      expect([await list(w.grad), await list(x.grad)]).toEqual([[24], [4]])
      expect(() => record(() => y.multiply(2)).backward()).toThrow(/was not recorded/)
      expect(() => y.backward()).toThrow(/is freed: pass \{ retainGraph: true \}/)
      expect(() =>
        autograd.grad(
          record(() => w.multiply(y)),
          y,
        ),
      ).toThrow(/has no gradient/)
    })

    it('may be written in place inside record', async () => {
      const x = leaf([2], ctx)
      const y = record(() => x.multiply(x))
      expect(() => record(() => y.iadd(1))).toThrow(/cannot write in place inside record/)
      y.backward()
      record(() => y.iadd(1))
      expect(await list(y)).toEqual([5])
    })

    it('is alive where the graph was retained, or where another way leads to a leaf', async () => {
      const [x, w] = [leaf([2], ctx), leaf([5], ctx)]
      const y = record(() => x.multiply(x))
      y.backward(null, { retainGraph: true })
      record(() => y.multiply(3)).backward()
      expect(await list(x.grad)).toEqual([12])
      const [a, b] = record(() => {
        const a = x.multiply(2)
        return [a, a.multiply(w)]
      })
      const fake = record(() => w.multiply(w))
      record(() => fake.detach().multiply(x)).backward()
      record(() => fake.multiply(2)).backward()
      expect(await list(w.grad)).toEqual([20])
      a.backward()
      expect(() => record(() => b.multiply(2)).backward()).toThrow(/is freed/)
    })

    it('holds no node, so that results kept from many steps stay small', () => {
      const x = leaf([2], ctx)
      const losses = Array.from({ length: 20 }, () => {
        const loss = record(() => x.multiply(2).add(1).exp().sum())
        loss.backward()
        return loss
      })
      expect(losses.map(nodesBehind)).toEqual(losses.map(() => 1))
    })
  })

  describe('a moving average that is kept from step to step', () => {
    it.each([true, false])('holds one step of the graph, and is a constant for the loss (in it: %s)', async (used) => {
      const warn = vi.spyOn(console, 'warn').mockReturnValue()
      const run = async (steps: number, detached: boolean) => {
        const w = leaf([1, -2], ctx)
        let average = nd.zeros([1], { ctx })
        for (let step = 0; step < steps; step++) {
          const loss = record(() => {
            const mean = w
              .multiply(w)
              .multiply((step % 7) + 1)
              .mean()
            average = mean.multiply(0.1).add((detached ? average.detach() : average).multiply(0.9))
            return mean.subtract(used ? average : 0).square()
          })
          loss.backward()
          w.isubtract(w.grad!.multiply(0.001))
          expect(nodesBehind(average)).toBeLessThan(8)
          if (step % 100 === 0) await loss.asscalar()
        }
        return [...(await list(w)), ...(await list(average))]
      }
      expect(await run(1000, false)).toEqual(await run(1000, true))
      expect(warn).not.toHaveBeenCalled()
    })
  })
})

it('a moving average of weights, whose history backward never frees, is warned of once', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  const w = leaf([1, 2])
  let average = nd.zeros([2])
  for (let step = 0; step < 250; step++) {
    const loss = record(() => {
      average = w.multiply(0.1).add(average.multiply(0.9))
      return w.square().sum()
    })
    loss.backward()
  }
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/the graphs of 100 steps: keep its x\.detach\(\)/)]])
})
