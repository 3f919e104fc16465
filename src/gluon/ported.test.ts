// What programs of Gluon bring along: lists of contexts, constants, hybridForward, and options of loaders for workers.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, cpu, data, gluon, type NDArray, nd, nn, reference } from 'glueball'
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { checkAnswers } from '../../test/messages.ts'

const numbers = async (x: NDArray) => [...(await x.toArray())]
afterEach(() => void vi.restoreAllMocks())

function dense() {
  return new nn.Dense(2, { inUnits: 3, prefix: 'd_', useBias: false })
}

describe('a list of one context', () => {
  it('serves initialize, loadParameters and resetCtx', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'glueball-'))
    try {
      const [net, other] = [dense(), dense()]
      net.initialize({ ctx: [reference()] })
      expect(net.weight.data().context).toBe(reference())
      await net.saveParameters(join(folder, 'd.params'))
      await other.loadParameters(join(folder, 'd.params'), { ctx: [reference()] })
      expect(other.weight.context).toBe(reference())
      expect(await numbers(other.weight.data())).toEqual(await numbers(net.weight.data()))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('moves parameters, which go on training there', async () => {
    const net = dense()
    net.initialize({ ctx: cpu() })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.5 })
    const step = (ctx = net.weight.context) => {
      autograd.record(() => net(nd.ones([1, 3], { ctx })).sum()).backward()
      trainer.step(1)
    }
    step()
    const before = await numbers(net.weight.data())
    net.collectParams().resetCtx([reference()])
    expect(net.weight.data(reference()).context).toBe(reference())
    expect(await numbers(net.weight.data())).toEqual(before)
    expect(await numbers(net.weight.grad())).toEqual([0, 0, 0, 0, 0, 0])
    step()
    expect(await numbers(net.weight.data())).toEqual(before.map((value) => Math.fround(value - 0.5)))
  })

  it('moves what waits for its shape', () => {
    const net = new nn.Dense(2)
    net.initialize()
    net.collectParams().resetCtx(reference())
    net(nd.ones([1, 3], { ctx: reference() }))
    expect(net.weight.context).toBe(reference())
  })
})

class Masked extends nn.Block {
  readonly mask = this.getConstant('mask', [
    [1, 0],
    [0, 1],
  ])
  readonly scale = this.parameter('scale', { shape: [2], init: 'ones' })

  forward(x: NDArray): NDArray {
    return x.multiply(this.mask.data()).multiply(this.scale.data())
  }
}

describe('a constant', () => {
  it('has its value whatever the initializer, and no gradient', async () => {
    const net = new Masked({ prefix: 'm_' })
    net.initialize({ init: 'xavier', ctx: reference() })
    const y = autograd.record(() => net(nd.full([2, 2], 3, { ctx: reference() })))
    y.backward()
    expect(await numbers(y)).toEqual([3, 0, 0, 3])
    expect(await numbers(net.scale.grad())).toEqual([3, 3])
    expect(net.mask).toBeInstanceOf(gluon.Constant)
    expect(() => net.mask.grad()).toThrow("Parameter m_mask has no gradient: its gradReq is 'null'")
    new gluon.Trainer(net.collectParams(), 'sgd').step(1)
    expect(await numbers(net.mask.data())).toEqual([1, 0, 0, 1])
  })

  it('is saved and loaded, cast and moved, and stays untrained', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'glueball-'))
    try {
      const [net, other] = [new Masked(), new Masked()]
      for (const one of [net, other]) one.initialize()
      net.mask.setData(nd.full([2, 2], 7))
      await net.saveParameters(join(folder, 'm.params'))
      await other.loadParameters(join(folder, 'm.params'))
      expect(await numbers(other.mask.data())).toEqual([7, 7, 7, 7])
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
      other.collectParams().setattr('gradReq', 'write')
      expect(other.mask.gradReq).toBe('null')
      expect(warn).toHaveBeenCalledWith(`${other.mask.name} is a constant: its gradReq stays 'null', got 'write'`)
      other.initialize({ forceReinit: true, ctx: reference() })
      other.cast('float64')
      expect(await numbers(other.mask.data())).toEqual([1, 0, 0, 1])
      expect(other.mask.data().dtype).toBe('float64')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('keeps the type and values of an array, whatever becomes of that', async () => {
    const value = nd.array([3, 4], { dtype: 'int32' })
    const constant = new gluon.Constant('c', value)
    value.dispose()
    constant.initialize()
    expect(constant.dtype).toBe('int32')
    expect(await numbers(constant.data())).toEqual([3, 4])
  })
})

class Scaled extends gluon.HybridForwardBlock {
  readonly weight = this.parameter('weight', { shape: [0], init: 'ones' })
  readonly bias: gluon.Parameter | undefined = undefined

  override inferShape(x: NDArray): void {
    this.weight.inferShape([x.shape[1]])
  }

  hybridForward(F: typeof nd, x: NDArray, { weight, bias }: gluon.OwnArrays<Scaled>): NDArray {
    expectTypeOf(weight).toEqualTypeOf<NDArray>()
    expectTypeOf(bias).toEqualTypeOf<NDArray | undefined>()
    return F.relu(F.multiply(x, weight))
  }
}

class Pairwise extends gluon.HybridForwardBlock<[NDArray, NDArray], [NDArray, NDArray]> {
  hybridForward(F: typeof nd, a: NDArray, b: NDArray): [NDArray, NDArray] {
    return [F.add(a, b), F.subtract(a, b)]
  }
}

describe('hybridForward', () => {
  it('gets nd, the inputs and its own parameters', async () => {
    const net = new nn.HybridSequential()
    const scaled = new Scaled()
    net.add(scaled)
    net.initialize()
    const y = autograd.record(() => net(nd.array([[1, -2, 3]])))
    y.backward()
    expect(await numbers(y)).toEqual([1, 0, 3])
    expect(await numbers(scaled.weight.grad())).toEqual([1, 0, 3])
  })

  it('may have several inputs and outputs', async () => {
    const [sum, difference] = new Pairwise()(nd.array([3]), nd.array([1]))
    expect([...(await numbers(sum)), ...(await numbers(difference))]).toEqual([4, 2])
  })

  it('has inputs of the types that the block says', () => {
    class Wrong extends gluon.HybridForwardBlock {
      // @ts-expect-error the input is an array
      hybridForward(_F: typeof nd, _x: string): NDArray {
        return nd.ones([1])
      }
    }
    expect(new Wrong().className).toBe('Wrong')
  })
})

const set = new data.ArrayDataset([1, 2, 3])

it('takes the options of loaders that are for workers', async () => {
  const forWorkers = { numWorkers: 4, prefetch: null, pinMemory: true, pinDeviceId: 0, timeout: 60, threadPool: true }
  const batches: number[][] = []
  for await (const batch of new data.DataLoader(set, 2, forWorkers)) batches.push(await numbers(batch))
  expect(batches).toEqual([[1, 2], [3]])
})

const never = undefined as never
// @ts-expect-error a HybridBlock has forward
class Forwardless extends nn.HybridBlock {
  hybridForward(): void {}
}

checkAnswers({
  'several contexts': [
    () => dense().initialize({ ctx: [cpu(), reference()] }),
    '[initialize] takes one context, as cpu() or [cpu()], since a parameter lives on one: got 2: cpu(0), reference(0)',
  ],
  'a move before there are values': [
    () => dense().collectParams().resetCtx(cpu()),
    'cannot resetCtx of d_weight: it has not been initialized',
  ],
  'values on another context': [
    () => {
      const net = dense()
      net.initialize()
      net.weight.data(reference())
    },
    'Parameter d_weight lives on cpu(0), not on reference(0): move it by resetCtx(ctx)',
  ],
  'workers as text': [
    () => new data.DataLoader(set, 2, { numWorkers: '4' as never }),
    "[DataLoader] numWorkers must be a number, got '4'",
  ],
  'a number for a switch': [
    () => new data.DataLoader(set, 2, { pinMemory: 1 as never }),
    '[DataLoader] pinMemory must be true or false, got 1',
  ],
  'hybridForward in a plain HybridBlock': [
    () => new Forwardless()(never),
    '[Forwardless] has no forward: a class with hybridForward extends gluon.HybridForwardBlock',
  ],
  'no forward': [
    () => new (nn.Block as unknown as new () => nn.Block)()(never),
    '[Block] has no forward: write forward(x) in its class',
  ],
})
