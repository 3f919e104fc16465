// Normalisations, Embedding, activations, functions and containers as layers: what they print, take and refuse.
import { autograd, gluon, init, nd, nn, reference } from 'glueball'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { NDArray } from '../../index.ts'

const ctx = reference()
const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]

/** An initialized layer. */
function ready<T extends nn.AnyBlock>(layer: T): T {
  layer.initialize({ ctx })
  return layer
}

describe('a printed layer', () => {
  const bn = 'axis=1, eps=1e-05, momentum=0.9, fix_gamma=False, use_global_stats=False'
  it.each<[nn.AnyBlock, string]>([
    [new nn.BatchNorm({ inChannels: 64 }), `BatchNorm(${bn}, in_channels=64)`],
    [new nn.BatchNorm(), `BatchNorm(${bn}, in_channels=None)`],
    [new nn.BatchNormReLU(), `BatchNormReLU(${bn}, in_channels=None)`],
    [
      new nn.BatchNorm({ axis: -1, epsilon: 1e-3, momentum: 0.99, scale: false, useGlobalStats: true }),
      'BatchNorm(axis=-1, eps=0.001, momentum=0.99, fix_gamma=True, use_global_stats=True, in_channels=None)',
    ],
    [new nn.LayerNorm(), 'LayerNorm(eps=1e-05, axis=-1, center=True, scale=True, in_channels=0)'],
    [
      new nn.LayerNorm({ inChannels: 20, epsilon: 1.5e-12 }),
      'LayerNorm(eps=1.5e-12, axis=-1, center=True, scale=True, in_channels=20)',
    ],
    [new nn.InstanceNorm(), 'InstanceNorm(eps=1e-05, axis=1, center=True, scale=False, in_channels=0)'],
    [new nn.GroupNorm({ numGroups: 4, center: false }), 'GroupNorm(eps=1e-05, num_groups=4, center=False, scale=True)'],
    [new nn.Embedding(1000, 20), 'Embedding(1000 -> 20, float32)'],
    [new nn.LeakyReLU(0.1), 'LeakyReLU(0.1)'],
    [new nn.PReLU(), 'PReLU'],
    [new nn.Lambda('tanh'), 'Lambda(tanh)'],
    [
      new nn.Lambda(function double(x: NDArray) {
        return x.add(x)
      }),
      'Lambda(double)',
    ],
    [new nn.HybridLambda((x: NDArray) => x.exp()), 'HybridLambda(<lambda>)'],
  ])('%s', (layer, text) => {
    expect(String(layer)).toBe(text)
  })

  it('shows its channels once they are known', () => {
    const norm = ready(new nn.BatchNorm())
    norm(nd.zeros([2, 5, 3], { ctx }))
    expect(String(norm)).toContain('in_channels=5)')
  })

  it('is named by Gluon’s hints', () => {
    const hints = [new nn.BatchNorm(), new nn.LayerNorm(), new nn.HybridConcurrent(), new nn.PReLU()]
    expect(hints.map(({ name }) => name.replace(/\d+$/, ''))).toEqual([
      'batchnorm',
      'layernorm',
      'hybridconcurrent',
      'prelu',
    ])
  })
})

describe('shapes', () => {
  it.each<[string, nn.Block & { readonly gamma: gluon.Parameter }, number[], number]>([
    ['BatchNorm', new nn.BatchNorm(), [2, 3, 4], 3],
    ['BatchNorm along the last axis', new nn.BatchNorm({ axis: -1 }), [2, 3, 4], 4],
    ['LayerNorm', new nn.LayerNorm(), [2, 3, 4], 4],
    ['InstanceNorm', new nn.InstanceNorm(), [2, 3, 4], 3],
  ])('of %s are shown by the first batch', (_name, layer, shape, size) => {
    ready(layer)
    expect(layer.gamma.deferred).toBe(true)
    expect([...layer(nd.zeros(shape, { ctx })).shape]).toEqual(shape)
    expect([...layer.ownParameters.values()].every((parameter) => String(parameter.shape) === `(${size},)`)).toBe(true)
  })

  it.each<[string, nn.Block, number[]]>([
    ['BatchNorm', new nn.BatchNorm(), [0, 3, 4]],
    ['LayerNorm', new nn.LayerNorm(), [0, 3, 4]],
    ['GroupNorm', new nn.GroupNorm({ numGroups: 3 }), [0, 3, 4]],
    ['InstanceNorm', new nn.InstanceNorm(), [0, 3, 4]],
    ['Embedding', new nn.Embedding(5, 4), [0, 3]],
    ['GELU', new nn.GELU(), [0, 3]],
    ['PReLU', new nn.PReLU({ inChannels: 3 }), [0, 3]],
    ['Identity', new nn.Identity(), [0]],
    ['ReflectionPad2D', new nn.ReflectionPad2D(), [0, 3, 4, 4]],
  ])('of an empty batch in %s stay empty', (_name, layer, shape) => {
    expect(ready(layer)(nd.zeros(shape, { ctx })).size).toBe(0)
  })
})

describe('functions as layers', () => {
  it('take one or several arrays', async () => {
    const both = new nn.Lambda((a: NDArray, b: NDArray) => a.subtract(b))
    expectTypeOf(both).toBeCallableWith(nd.ones([2]), nd.ones([2]))
    const [a, b] = [nd.array([3, 4], { ctx }), nd.array([1, 1], { ctx })]
    expect(await list(both(a, b))).toEqual([2, 3])
    expect(await list(new nn.HybridLambda<[NDArray, NDArray]>('add')(a, b))).toEqual([4, 5])
  })

  it('have gradients', async () => {
    const x = nd.array([3, 4], { ctx })
    x.attachGrad()
    const net = new nn.HybridSequential()
    net.add(new nn.HybridLambda('square'), new nn.Identity())
    autograd.record(() => net(x)).backward()
    expect(await list(x.grad as NDArray)).toEqual([6, 8])
  })

  it('are functions, or names that nd has', () => {
    expect(() => new nn.Lambda('tanhh' as 'tanh')).toThrow(
      "[Lambda] no function of nd is named 'tanhh', did you mean 'tanh'?",
    )
    expect(() => new nn.HybridLambda('random' as 'tanh')).toThrow("[HybridLambda] no function of nd is named 'random'")
    expect(() => new nn.Lambda(3 as never)).toThrow(
      "[Lambda] takes a function, or the name of one of nd, as 'relu', got 3",
    )
  })
})

describe('Concurrent', () => {
  it('joins along the last axis, or another, and keeps it in a slice', async () => {
    const x = nd.array([1, -2], { ctx, shape: [1, 2] })
    for (const Container of [nn.Concurrent, nn.HybridConcurrent]) {
      const last = new Container()
      last.add(new nn.Identity(), new nn.Activation('relu'))
      expect(await list(last(x))).toEqual([1, -2, 1, 0])
      const rows = new Container({ axis: 0 })
      rows.add(new nn.Identity(), new nn.Activation('relu'), new nn.LeakyReLU(0.5))
      expect([...rows(x).shape]).toEqual([3, 2])
      expect([...rows.slice(1)(x).shape]).toEqual([2, 2])
      expect(() => new Container()(x)).toThrow(/\] has no blocks whose results it could join: add some/)
    }
    expect(() => new nn.HybridConcurrent().add(new nn.Lambda('relu'))).toThrow(
      /blocks must be HybridBlocks, got Lambda/,
    )
  })
})

describe('Embedding', () => {
  it('takes integers or floats, clips them, and adds up the gradients of a word that comes twice', async () => {
    const layer = new nn.Embedding(3, 2, { weightInitializer: new init.One() })
    ready(layer)
    for (const dtype of ['int32', 'float32', 'uint8'] as const) {
      const x = nd.array([0, 2, 2, 9], { ctx, dtype, shape: [2, 2] })
      const y = autograd.record(() => layer(x))
      expect([...y.shape]).toEqual([2, 2, 2])
      y.backward()
      expect(await list(layer.weight.grad())).toEqual([1, 1, 0, 0, 3, 3])
    }
  })

  it('trains the words that it was shown', async () => {
    const layer = ready(new nn.Embedding(3, 2, { weightInitializer: 'ones' }))
    const trainer = new gluon.Trainer(layer.collectParams(), 'sgd', { learningRate: 0.5 })
    for (let step = 0; step < 2; step++) {
      autograd.record(() => layer(nd.array([1], { ctx, dtype: 'int32' }))).backward()
      trainer.step(1)
    }
    expect(await list(layer.weight.data())).toEqual([1, 1, 0, 0, 1, 1])
  })
})

describe('drawn slopes', () => {
  it('lie within their bounds in training, and are the mean of both in prediction', async () => {
    const x = nd.full([1000], -1, { ctx })
    x.attachGrad()
    const options = { actType: 'rrelu', lowerBound: 0.25, upperBound: 0.5 } as const
    const y = autograd.record(() => nd.leakyReLU(x, options))
    y.backward()
    const slopes = await list(x.grad as NDArray)
    expect(await list(y)).toEqual(slopes.map((slope) => -slope))
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.25)
    expect(Math.max(...slopes)).toBeLessThan(0.5)
    expect(new Set(slopes).size).toBeGreaterThan(900)
    expect(new Set(await list(nd.leakyReLU(x, options)))).toEqual(new Set([-0.375]))
  })
})

describe('wrong use', () => {
  const x = (...shape: number[]) => nd.zeros(shape, { ctx })
  it.each<[() => unknown, string]>([
    [() => new nn.BatchNorm({ momentum: 2 }), '[BatchNorm] momentum must be a number, from 0 to 1, got 2'],
    [() => new nn.BatchNorm({ epsilon: -1 }), '[BatchNorm] epsilon must be a number, non-negative, got -1'],
    [() => new nn.BatchNorm({ inChannels: 1.5 }), '[BatchNorm] inChannels must be a positive integer, got 1.5'],
    [() => ready(new nn.BatchNorm())(x(2)), '[BatchNorm] axis 1 is out of range'],
    [() => ready(new nn.BatchNorm())(x(2, 0)), '[BatchNorm] axis 1 of the input (2, 0) is empty'],
    [
      () => autograd.trainMode(() => ready(new nn.BatchNorm())(x(0, 2))),
      '[BatchNorm] cannot take statistics of an empty batch: got (0, 2)',
    ],
    [
      () => ready(new nn.BatchNorm({ inChannels: 3 }))(x(2, 4)),
      '[BatchNorm] the input has size 4 along axis 1 (shape (2, 4)), gamma and beta take 3',
    ],
    [
      () => ready(new nn.LayerNorm({ inChannels: 3 }))(x(2, 4)),
      '[LayerNorm] the input has size 4 along axis -1 (shape (2, 4)), gamma and beta take 3',
    ],
    [() => new nn.GroupNorm({ numGroups: 0 }), '[GroupNorm] numGroups must be a positive integer, got 0'],
    [() => ready(new nn.GroupNorm({ numGroups: 2 }))(x(2, 3)), "[groupNorm] 3 channels can't be cut into 2 groups"],
    [() => ready(new nn.InstanceNorm())(x(2, 3)), '[instanceNorm] x must be (N, C, …) with three axes or more'],
    [() => new nn.Embedding(0, 3), '[Embedding] inputDim must be a positive integer, got 0'],
    [
      () => new nn.Embedding(5, 3, { sparseGrad: true as false }),
      '[Embedding] there are no sparse gradients: leave out sparseGrad',
    ],
    [
      () => new nn.Embedding({ inputDim: 3, outputDim: 4 } as never, 3),
      '[Embedding] inputDim and outputDim come first, by position',
    ],
    [() => new nn.LeakyReLU(-1), '[LeakyReLU] alpha must be a non-negative number, got -1'],
    [() => new nn.LeakyReLU({ alpha: 1 } as never), '[LeakyReLU] alpha comes first, by position'],
    [() => new nn.ELU({ alpha: '1' as never }), "[ELU] alpha must be a number, got '1'"],
    [() => new nn.Swish({ beta: Number.NaN }), '[Swish] beta must be a number, got NaN'],
    [() => new nn.PReLU({ inChannels: 0 }), '[PReLU] inChannels must be a positive integer, got 0'],
    [
      () => ready(new nn.PReLU({ inChannels: 2 }))(x(2, 3)),
      '[leakyReLU] gamma must be (1,) or one slope for each channel, axis 1 of (2, 3), got (2,)',
    ],
    [
      () => new nn.ReflectionPad2D({ padding: [1, 1] }),
      '[ReflectionPad2D] padding must be a non-negative integer, or eight of them, got [1,1]',
    ],
    [
      () => new nn.ReflectionPad2D({ padding: 3 })(x(1, 1, 3, 3)),
      "[pad] cannot take a border of 3 from axis 2 of size 3 by 'reflect': expected at most 2",
    ],
    [() => new nn.ReflectionPad2D()(x(3, 3)), '[ReflectionPad2D] the input must be (N, C, H, W), got (3, 3)'],
  ])('%s', (run, message) => {
    expect(run).toThrow(message)
  })

  const own = { stride: 2 } as never
  it.each<[string, (options: never) => unknown]>([
    ['BatchNorm', (o) => new nn.BatchNorm(o)],
    ['BatchNormReLU', (o) => new nn.BatchNormReLU(o)],
    ['LayerNorm', (o) => new nn.LayerNorm(o)],
    ['GroupNorm', (o) => new nn.GroupNorm(o)],
    ['InstanceNorm', (o) => new nn.InstanceNorm(o)],
    ['Embedding', (o) => new nn.Embedding(2, 2, o)],
    ['LeakyReLU', (o) => new nn.LeakyReLU(0.1, o)],
    ['PReLU', (o) => new nn.PReLU(o)],
    ['ELU', (o) => new nn.ELU(o)],
    ['SELU', (o) => new nn.SELU(o)],
    ['GELU', (o) => new nn.GELU(o)],
    ['Swish', (o) => new nn.Swish(o)],
    ['SiLU', (o) => new nn.SiLU(o)],
    ['Lambda', (o) => new nn.Lambda('relu', o)],
    ['HybridLambda', (o) => new nn.HybridLambda('relu', o)],
    ['Identity', (o) => new nn.Identity(o)],
    ['Concurrent', (o) => new nn.Concurrent(o)],
    ['HybridConcurrent', (o) => new nn.HybridConcurrent(o)],
    ['ReflectionPad2D', (o) => new nn.ReflectionPad2D(o)],
    ['layerNorm', (o) => nd.layerNorm(x(1, 1), x(1), x(1), o)],
    ['groupNorm', (o) => nd.groupNorm(x(1, 1), x(1), x(1), o)],
    ['instanceNorm', (o) => nd.instanceNorm(x(1, 1, 1), x(1), x(1), o)],
    ['leakyReLU', (o) => nd.leakyReLU(x(1), o)],
  ])('in the options of %s: unknown names, null', (name, make) => {
    expect(() => make(own)).toThrow(new RegExp(`^\\[${name}\\] unknown option 'stride'.* (Options are|The option is) `))
    expect(() => make(null as never)).toThrow(new RegExp(`^\\[${name}\\] options are one object at the end`))
  })

  it.each<[string, nn.AnyBlock]>([
    ['BatchNorm', new nn.BatchNorm()],
    ['LayerNorm', new nn.LayerNorm()],
    ['GroupNorm', new nn.GroupNorm()],
    ['InstanceNorm', new nn.InstanceNorm()],
    ['Embedding', new nn.Embedding(2, 2)],
    ['LeakyReLU', new nn.LeakyReLU(0.1)],
    ['PReLU', new nn.PReLU()],
    ['ELU', new nn.ELU()],
    ['SELU', new nn.SELU()],
    ['GELU', new nn.GELU()],
    ['Swish', new nn.Swish()],
    ['SiLU', new nn.SiLU()],
    ['Identity', new nn.Identity()],
    ['Concurrent', new nn.Concurrent()],
    ['HybridConcurrent', new nn.HybridConcurrent()],
    ['ReflectionPad2D', new nn.ReflectionPad2D()],
  ])('in the call of %s: nothing', (name, layer) => {
    expect(layer as unknown as () => void).toThrow(new RegExp(`\\[${name}\\] is called with .*, got undefined$`))
  })
})
