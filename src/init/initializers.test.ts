// The initializers: their bounds, deviations and names.
import { init, type NDArray, nd, nn, reference } from 'glueball'
import { beforeEach, describe, expect, it } from 'vitest'

const ctx = reference()
beforeEach(() => nd.random.seed(7))

async function drawn(initializer: init.Initializer, shape: readonly number[]): Promise<Float64Array> {
  const array: NDArray = nd.zeros(shape, { ctx })
  initializer.initialize('w', array)
  return Float64Array.from(await array.toArray())
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const deviation = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

describe('initializers', () => {
  it('fill with a constant', async () => {
    expect([...(await drawn(new init.Constant(2.5), [2]))]).toEqual([2.5, 2.5])
    expect([...(await drawn(new init.Zero(), [2]))]).toEqual([0, 0])
    expect([...(await drawn(new init.One(), [2]))]).toEqual([1, 1])
  })

  it('may be a class of the user’s, which gets names and arrays', async () => {
    class Ramp extends init.Initializer {
      readonly names: string[] = []
      initialize(name: string, array: NDArray): void {
        this.names.push(name)
        array.set(nd.arange(array.size, null, { ctx: array.context }).reshape(array.shape))
      }
    }
    const ramp = new Ramp()
    const dense = new nn.Dense(2, { inUnits: 3, prefix: 'd_', useBias: false })
    dense.initialize({ init: ramp, ctx })
    expect(ramp.names).toEqual(['d_weight'])
    expect([...(await dense.weight.data().toArray())]).toEqual([0, 1, 2, 3, 4, 5])
  })

  // 40,000 values: the largest of a uniform comes within 0.1 % of its bound, a deviation within 2 % of its own.
  const shape = [100, 16, 5, 5]
  const [fanIn, fanOut] = [16 * 25, 100 * 25]

  it.each([
    ['Uniform()', new init.Uniform(), 0.07],
    ['Uniform of 0.5', new init.Uniform({ scale: 0.5 }), 0.5],
    ['Xavier()', new init.Xavier(), Math.sqrt(3 / ((fanIn + fanOut) / 2))],
    ['Xavier of fan-in', new init.Xavier({ factorType: 'in', magnitude: 2 }), Math.sqrt(2 / fanIn)],
    ['Xavier of fan-out', new init.Xavier({ factorType: 'out' }), Math.sqrt(3 / fanOut)],
  ])('%s is uniform to its bound', async (_, initializer, bound) => {
    const values = await drawn(initializer, shape)
    expect(largest(values) / bound).toBeGreaterThan(0.999)
    expect(largest(values) / bound).toBeLessThanOrEqual(1 + 1e-7)
    expect(deviation(values) / (bound / Math.sqrt(3))).toBeCloseTo(1, 1)
  })

  it.each([
    ['Normal()', new init.Normal(), 0.01],
    ['Normal of 2', new init.Normal({ sigma: 2 }), 2],
    ['Xavier gaussian', new init.Xavier({ rndType: 'gaussian' }), Math.sqrt(3 / ((fanIn + fanOut) / 2))],
    ['MSRAPrelu()', new init.MSRAPrelu(), Math.sqrt(2 / (1 + 0.25 ** 2) / ((fanIn + fanOut) / 2))],
    ['MSRAPrelu of fan-in', new init.MSRAPrelu({ factorType: 'in', slope: 0 }), Math.sqrt(2 / fanIn)],
  ])('%s is normal of its deviation', async (_, initializer, sigma) => {
    const values = await drawn(initializer, shape)
    expect(Math.abs(deviation(values) / sigma - 1)).toBeLessThan(0.02)
    const beyond = values.filter((value) => Math.abs(value) > 2 * sigma).length / values.length
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(0.005)
  })

  it('are found by name, in any case', async () => {
    const dense = new nn.Dense(1, { inUnits: 2, weightInitializer: 'Ones', biasInitializer: 'ONE' })
    dense.initialize({ ctx, init: 'xavier' })
    expect([...(await dense.weight.data().toArray()), ...(await dense.bias!.data().toArray())]).toEqual([1, 1, 1])
  })

  it('of Xavier’s kind need two axes, so a bias needs its own', () => {
    const vector = nd.zeros([5], { ctx })
    expect(() => new init.Xavier().initialize('b', vector)).toThrow(/Xavier cannot initialize b: .*2 axes, got \(5,\)/)
    new nn.Dense(1, { inUnits: 2 }).initialize({ ctx, init: new init.Xavier() })
  })
})

describe('Orthogonal', () => {
  const random = {
    uniform: (shape: readonly number[]) => nd.random.uniform({ low: -1, high: 1, shape, ctx }),
    normal: (shape: readonly number[]) => nd.random.normal({ shape, ctx }),
  }

  it.each([
    [[1, 1], {}],
    [[5, 5], {}],
    [[3, 7], { scale: 1 }],
    [[7, 3], { randType: 'normal' }],
    [[4, 2, 3, 3], { scale: 0.5 }],
    [[64, 64], { randType: 'normal', scale: 1 }],
  ] as const)('of %s with %j is the orthogonal matrix nearest to a random one', async (shape, options) => {
    const { scale = new init.Orthogonal().scale, randType = 'uniform' } = options as init.OrthogonalOptions
    const values = await drawn(new init.Orthogonal(options), shape)
    nd.random.seed(7)
    const [rows, columns] = [shape[0], values.length / shape[0]]
    const matrix = await random[randType]([rows, columns]).toArray()
    const short = Math.min(rows, columns)
    const at = (list: ArrayLike<number>, i: number, k: number) =>
      list[rows <= columns ? i * columns + k : k * columns + i]
    const product = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, k: number) => {
      let sum = 0
      for (let l = 0; l < Math.max(rows, columns); l++) sum += at(a, i, l) * at(b, k, l)
      return sum
    }
    let trace = 0
    for (let i = 0; i < short; i++) {
      trace += product(matrix, i, values, i)
      for (let k = 0; k < short; k++) {
        expect(product(values, i, values, k) / scale ** 2).toBeCloseTo(i === k ? 1 : 0, 4)
        // what is left of the random matrix, its polar factor, is symmetric
        expect(product(matrix, i, values, k)).toBeCloseTo(product(matrix, k, values, i), 3)
      }
    }
    expect(trace).toBeGreaterThan(0)
  })
})

describe('Bilinear', () => {
  // by MXNet's formula in float64
  it.each([
    [
      [1, 1, 4, 4],
      [0.25, 0.75, 0.75, 0.25],
      [0.25, 0.75, 0.75, 0.25],
    ],
    [
      [2, 3, 3, 3],
      [0.25, 0.75, 0.75],
      [0.25, 0.75, 0.75],
    ],
    [[1, 2, 1, 2], [0.5], [0.5, 0.5]],
    [[1, 1, 2, 5], [], []],
  ])('of %s', async (shape, down, across) => {
    const values = await drawn(new init.Bilinear(), shape)
    const [, , height, width] = shape
    const half = Math.ceil(width / 2)
    const centre = (2 * half - 1 - (half % 2)) / (2 * half)
    expect(values.length).toBe(shape.reduce((product, n) => product * n, 1))
    values.forEach((value, i) => {
      const [y, x] = [Math.floor(i / width) % height, i % width]
      expect(value).toBe(Math.fround((1 - Math.abs(x / half - centre)) * (1 - Math.abs(y / half - centre))))
      if (half === 2) expect(value).toBeCloseTo(down[y] * across[x], 6)
    })
  })
})

it('LSTMBias fills the gate that forgets', async () => {
  expect([...(await drawn(new init.LSTMBias(), [8]))]).toEqual([0, 0, 1, 1, 0, 0, 0, 0])
  expect([...(await drawn(new init.LSTMBias({ forgetBias: 2.5 }), [4]))]).toEqual([0, 2.5, 0, 0])
  expect(() => new init.LSTMBias().initialize('b', nd.zeros([6], { ctx }))).toThrow('four gates along axis 0, got (6,)')
})

describe('by the name of a parameter', () => {
  const filled = async (initializer: init.Initializer) => {
    const dense = new nn.Dense(2, { inUnits: 2, prefix: 'd_', biasInitializer: initializer })
    dense.initialize({ init: initializer, ctx })
    return [...(await dense.weight.data().toArray()), ...(await dense.bias!.data().toArray())]
  }

  it('Mixed takes the first pattern that matches', async () => {
    const constant = new init.Constant(3)
    expect(await filled(new init.Mixed(['.*bias', '.*'], ['ones', constant]))).toEqual([3, 3, 3, 3, 1, 1])
    expect(await filled(new init.Mixed([/d_W/i, /.*/], [constant, 'zeros']))).toEqual([3, 3, 3, 3, 0, 0])
    await expect(filled(new init.Mixed(['weight'], ['ones']))).rejects.toThrow(
      'Mixed has no pattern that matches d_weight',
    )
    expect(() => new init.Mixed(['.*'], [])).toThrow('as many initializers')
  })

  it('Load takes values by name', async () => {
    const values = {
      'arg:d_weight': nd.array(
        [
          [1, 2],
          [3, 4],
        ],
        { ctx },
      ),
      d_bias: nd.array([5, 6], { ctx: reference() }),
    }
    expect(await filled(new init.Load(values))).toEqual([1, 2, 3, 4, 5, 6])
    const some = new Map([['d_bias', nd.array(Int32Array.of(7, 8))]])
    expect(await filled(new init.Load(some, { defaultInit: 'ones' }))).toEqual([1, 1, 1, 1, 7, 8])
    await expect(filled(new init.Load(some))).rejects.toThrow('Load has no values of d_weight, and no defaultInit')
    const wrong = new init.Load({ d_weight: nd.ones([2]) })
    await expect(filled(wrong)).rejects.toThrow('Load has (2,) for d_weight, expected (2, 2)')
    expect(() => new init.Load({ d: 1 as never })).toThrow('Load takes arrays by name')
  })
})
