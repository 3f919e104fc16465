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
