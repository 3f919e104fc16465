// Parameters and their dictionaries: initialization deferred or not, gradients, sharing, selection, and what they print.
import { DeferredInitializationError, gluon, init, type NDArray, nd, nn, reference } from 'glueball'
import { describe, expect, it, vi } from 'vitest'
import type { Initializer } from '../init/initializer.ts'

const ctx = reference()
const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]

describe('initialization', () => {
  it('waits for the first batch where a size is not known', async () => {
    const dense = new nn.Dense(3, { prefix: 'dense_' })
    const { weight } = dense
    expect(() => weight.data()).toThrow(/Parameter dense_weight has not been initialized: call net.initialize\(\)/)
    expect(() => dense(nd.ones([2, 5], { ctx }))).toThrow(/dense_(weight|bias) has not been initialized/)
    dense.initialize({ ctx, init: 'ones' })
    expect(() => weight.data()).toThrow(DeferredInitializationError)
    expect(() => weight.data()).toThrow(/dense_weight has no values yet: its shape \(3, 0\).*Run one batch.*inUnits/)
    expect([weight.deferred, weight.initialized, String(weight.shape)]).toEqual([true, false, '(3, 0)'])
    expect(await list(dense(nd.ones([1, 5], { ctx })))).toEqual([5, 5, 5])
    expect([weight.deferred, weight.initialized, String(weight.shape)]).toEqual([false, true, '(3, 5)'])
  })

  it('that failed at the first batch is tried again at the next', async () => {
    let calls = 0
    const failing: Initializer = {
      initialize: (_name, array) => {
        if (calls++ === 0) throw new Error('out of memory')
        array.set(2)
      },
    }
    const dense = new nn.Dense(3, { weightInitializer: failing })
    dense.initialize({ ctx })
    const x = nd.ones([1, 5], { ctx })
    expect(() => dense(x)).toThrow('out of memory')
    expect(await list(dense(x))).toEqual([10, 10, 10])
  })

  it('is done at once where all sizes are known', () => {
    const conv = new nn.Conv2D(4, 3, { inChannels: 6, groups: 2 })
    conv.initialize({ ctx })
    expect(String(conv.weight.data().shape)).toBe('(4, 3, 3, 3)')
    expect(conv.weight.data().context).toBe(ctx)
  })

  it('takes a parameter’s own initializer before the network’s, and that of its own call before both', async () => {
    const dense = new nn.Dense(2, { inUnits: 1, biasInitializer: new init.Constant(7) })
    dense.initialize({ ctx, init: 'ones' })
    const values = async (): Promise<number[]> => [
      ...(await list(dense.weight.data())),
      ...(await list(dense.bias!.data())),
    ]
    expect(await values()).toEqual([1, 1, 7, 7])
    dense.initialize({ ctx, init: new init.Constant(3), forceReinit: true })
    expect(await values()).toEqual([3, 3, 7, 7])
    dense.bias?.initialize({ ctx, init: 'zeros', forceReinit: true })
    expect(await values()).toEqual([3, 3, 0, 0])
  })

  it('ignores a second call with a warning, unless it is forced', async () => {
    const dense = new nn.Dense(1, { inUnits: 1, useBias: false, prefix: 'once_' })
    dense.initialize({ ctx, init: 'ones' })
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    dense.initialize({ ctx, init: 'zeros' })
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/once_weight is already initialized: ignored.*forceReinit/)],
    ])
    warn.mockRestore()
    expect(await list(dense.weight.data())).toEqual([1])
  })

  it('refuses unknown sizes where they may not wait', () => {
    const parameter = new gluon.Parameter('p', { shape: [2, 0], allowDeferredInit: false })
    expect(() => parameter.initialize({ ctx })).toThrow(/cannot initialize p: its shape \(2, 0\) is not known/)
  })

  it('is completed by setData, without drawing', async () => {
    const dense = new nn.Dense(2, { useBias: false, prefix: 'set_' })
    dense.initialize({ ctx })
    nd.random.seed(0)
    dense.weight.setData(nd.array([[1], [2]], { ctx }))
    expect(await list(dense.weight.data())).toEqual([1, 2])
    expect(await nd.random.uniform({ ctx }).asscalar()).toBeCloseTo(0.5488135, 7)
    dense.weight.setData(nd.array([[3], [4]], { ctx }))
    expect(await list(dense(nd.ones([1, 1], { ctx })))).toEqual([3, 4])
    expect(() => dense.weight.setData(nd.ones([3, 1], { ctx }))).toThrow(
      /cannot write float32 \(3, 1\) into .*\(2, 1\)/,
    )
    const other = new nn.Dense(2, { prefix: 'other_' })
    expect(() => other.weight.setData(nd.ones([3, 1], { ctx }))).toThrow(/other_weight has shape \(2, 0\).*\(3, 1\)/)
  })

  it('names an unknown initializer, and those there are', () => {
    expect(() => new nn.Dense(1).initialize({ ctx, init: 'xavi' })).toThrow(/no initializer is named 'xavi'.*xavier/)
  })
})

describe('gradients', () => {
  const dense = new nn.Dense(1, { inUnits: 2, prefix: 'g_' })
  dense.initialize({ ctx })

  it('are there by gradReq', async () => {
    expect(await list(dense.weight.grad())).toEqual([0, 0])
    dense.weight.gradReq = 'null'
    expect(() => dense.weight.grad()).toThrow(/Parameter g_weight has no gradient: its gradReq is 'null'/)
    dense.weight.gradReq = 'add'
    dense.weight.grad().set(3)
    dense.collectParams().zeroGrad()
    expect(await list(dense.weight.grad())).toEqual([0, 0])
    expect(() => {
      dense.weight.gradReq = 'sum' as 'add'
    }).toThrow(/gradReq of g_weight must be 'write', 'add' or 'null', got 'sum'/)
  })

  it('are set for all by setattr', () => {
    dense.collectParams().setattr('gradReq', 'null')
    expect([...dense.collectParams().values()].map((parameter) => parameter.gradReq)).toEqual(['null', 'null'])
    dense.collectParams('.*bias').setattr('lrMult', 0.1)
    expect([dense.weight.lrMult, dense.bias?.lrMult]).toEqual([1, 0.1])
  })
})

describe('sharing', () => {
  class Net extends nn.Block {
    readonly body: nn.Dense
    readonly head: nn.Dense
    constructor(options: gluon.BlockOptions = {}) {
      super(options)
      this.body = this.nameScope(() => new nn.Dense(3, { inUnits: 3 }))
      this.head = this.nameScope(() => new nn.Dense(2))
    }
    forward(x: NDArray): NDArray {
      return this.head(this.body(x))
    }
  }

  it('takes a layer’s parameters from another', () => {
    const first = new nn.Dense(2, { prefix: 'first_' })
    const second = new nn.Dense(2, { params: first.collectParams() })
    expect(second.weight).toBe(first.weight)
    const third = new nn.Dense(2, { prefix: 'first_', params: first.collectParams() })
    expect(third.bias).toBe(first.bias)
  })

  it('reaches the layers that a block makes in its scope', async () => {
    const first = new Net({ prefix: 'net1_' })
    const second = new Net({ prefix: 'net2_', params: first.collectParams() })
    expect(second.body.weight).toBe(first.body.weight)
    expect(second.head.bias).toBe(first.head.bias)
    expect([...second.collectParams().keys()]).toEqual([...first.collectParams().keys()])
    expect(second.body.name).toBe('net2_dense0')
    first.initialize({ ctx })
    const x = nd.ones([1, 3], { ctx })
    expect(await list(second(x))).toEqual(await list(first(x)))
    const apart = new Net({ prefix: 'net3_' })
    expect(apart.body.weight).not.toBe(first.body.weight)
  })

  it('lists a block that is used twice once', () => {
    const dense = new nn.Dense(2, { inUnits: 2 })
    const net = new nn.Sequential()
    net.add(dense, dense)
    expect(net.collectParams().length).toBe(2)
  })

  it('refuses two parameters of one name', () => {
    const net = new nn.Sequential()
    net.add(new nn.Dense(2, { prefix: 'same_' }), new nn.Dense(2, { prefix: 'same_' }))
    expect(() => net.collectParams()).toThrow(/two parameters are named same_weight/)
  })
})

describe('collectParams', () => {
  const net = new nn.Sequential({ prefix: 'net_' })
  net.nameScope(() => {
    net.add(new nn.Conv2D(8, 3), new nn.Dense(2))
  })
  const names = (select?: string | RegExp): string[] => [...net.collectParams(select).keys()]

  it('matches at the start of the full name', () => {
    expect(names('.*weight')).toEqual(['net_conv0_weight', 'net_dense0_weight'])
    expect(names('weight')).toEqual([])
    expect(names('net_conv0_weight|net_dense0_bias')).toEqual(['net_conv0_weight', 'net_dense0_bias'])
    expect(names('conv0_weight|net_dense0_bias')).toEqual(['net_dense0_bias'])
    expect(names('')).toHaveLength(4)
    expect(names()).toHaveLength(4)
    expect(names(/NET_CONV/i)).toEqual(['net_conv0_weight', 'net_conv0_bias'])
    expect(names(/.*bias/g)).toEqual(['net_conv0_bias', 'net_dense0_bias'])
  })

  it('gives a dictionary with the block’s prefix, which finds by full name', () => {
    const dict = net.collectParams()
    expect([dict.prefix, dict.length]).toEqual(['net_', 4])
    expect(dict.get('net_conv0_bias').name).toBe('net_conv0_bias')
    expect(dict.find('conv0_bias')).toBeUndefined()
    expect(() => dict.get('conv0_bias')).toThrow(/no parameter is named conv0_bias; there are net_conv0_weight/)
    expect([...dict].map(([name]) => name)).toEqual([...dict.keys()])
  })

  it('puts own parameters before those of children', () => {
    class Scaled extends nn.Block {
      readonly inner = this.nameScope(() => new nn.Dense(1))
      readonly scale = this.parameter('scale', { shape: [1] })
      forward(x: NDArray): NDArray {
        return this.inner(x).multiply(this.scale.data())
      }
    }
    const block = new Scaled({ prefix: 's_' })
    expect([...block.collectParams().keys()]).toEqual(['s_scale', 's_dense0_weight', 's_dense0_bias'])
  })

  it('prints as Gluon does', () => {
    expect(String(net.collectParams('.*conv0'))).toBe(
      'net_ (\n' +
        '  Parameter net_conv0_weight (shape=(8, 0, 3, 3), dtype=float32)\n' +
        '  Parameter net_conv0_bias (shape=(8,), dtype=float32)\n)',
    )
    const bare = new nn.Dense(1, { inUnits: 2, prefix: '' })
    expect(String(bare.collectParams())).toBe(
      '(\n  Parameter weight (shape=(1, 2), dtype=float32)\n  Parameter bias (shape=(1,), dtype=float32)\n)',
    )
  })
})
