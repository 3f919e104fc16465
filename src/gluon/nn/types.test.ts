// Types that follow from arguments: blocks of a Sequential by position, a bias that is there, a gradient that is attached.
import { type gluon, init, type NDArray, nd, nn } from 'glueball'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { checkAnswers } from '../../../test/messages.ts'

describe('Sequential', () => {
  const [hidden, flat] = [new nn.Dense(4, { activation: 'relu' }), new nn.Flatten()]

  it('keeps the types of blocks that its constructor gets', async () => {
    const net = new nn.Sequential(hidden, flat, { prefix: 'net_' })
    expectTypeOf(net.at(0)).toEqualTypeOf<nn.Dense>()
    expectTypeOf(net.at(1)).toEqualTypeOf<nn.Flatten>()
    // blocks may be added, so that the last is not known
    expectTypeOf(net.at(-1)).toEqualTypeOf<nn.Block>()
    expectTypeOf(() => net.at(2)).returns.toEqualTypeOf<nn.Block>()
    expect(net.at(0).units).toBe(4)
    expect(net.prefix).toBe('net_')
    expect([...net]).toEqual([hidden, flat])
    net.initialize()
    expect([...net(nd.ones([2, 3])).shape]).toEqual([2, 4])
    expect(net.slice(1).at(0)).toBe(flat)
  })

  it('takes options, or nothing, or blocks alone', () => {
    expectTypeOf(() => new nn.Sequential().at(0)).returns.toEqualTypeOf<nn.Block>()
    expectTypeOf(() => new nn.Sequential({ prefix: 'a_' }).at(0)).returns.toEqualTypeOf<nn.Block>()
    expectTypeOf(new nn.HybridSequential(hidden).at(0)).toEqualTypeOf<nn.Dense>()
    expect(new nn.Sequential({ prefix: 'a_' }).prefix).toBe('a_')
    expect(new nn.HybridSequential(hidden, flat).length).toBe(2)
    expect(new nn.Sequential(undefined).length).toBe(0)
  })

  it('is one of a list of blocks, whatever it holds', () => {
    const nested = new nn.Sequential(new nn.HybridSequential(hidden), flat)
    expectTypeOf(nested.at(0).at(0)).toEqualTypeOf<nn.Dense>()
    const blocks: nn.Block[] = [nested, hidden]
    const sequential: nn.Sequential = nested
    const index: number = blocks.length - 1
    expectTypeOf(nested.at(index)).toExtend<nn.Block>()
    expect(sequential.at(1)).toBe(flat)
    // @ts-expect-error options have no such name
    expect(() => new nn.Sequential({ name: 'net' })).toThrow("[Sequential] unknown option 'name'")
    // @ts-expect-error a number is no block
    expect(() => new nn.Sequential(hidden, 3)).toThrow('[Sequential] options are one object at the end')
  })
})

describe('Dense and convolutions', () => {
  it('has a bias, has none, or may have one', () => {
    const flag: boolean = Math.random() < 2
    expectTypeOf(new nn.Dense(2).bias).toEqualTypeOf<gluon.Parameter>()
    expectTypeOf(new nn.Dense(2, { activation: 'relu' }).bias).toEqualTypeOf<gluon.Parameter>()
    expectTypeOf(new nn.Dense(2, { useBias: true }).bias).toEqualTypeOf<gluon.Parameter>()
    expectTypeOf(new nn.Dense(2, { useBias: false }).bias).toEqualTypeOf<null>()
    expectTypeOf(new nn.Dense(2, { useBias: flag }).bias).toEqualTypeOf<gluon.Parameter | null>()
    expectTypeOf(new nn.Conv2D(2, 3).bias).toEqualTypeOf<gluon.Parameter>()
    expectTypeOf(new nn.Conv1DTranspose(2, 3, { useBias: false }).bias).toEqualTypeOf<null>()
    expect(new nn.Dense(2).bias.name).toMatch(/^dense\d+_bias$/)
    expect(new nn.Dense(2, { useBias: false }).bias).toBe(null)
    expect([...new nn.Dense(2).ownParameters.keys()]).toEqual(['weight', 'bias'])
  })
})

describe('attachGrad', () => {
  it('returns the array, whose gradient is known then', () => {
    const x = nd.ones([2]).attachGrad()
    expectTypeOf(x.grad).toEqualTypeOf<NDArray>()
    expectTypeOf(nd.ones([2]).attachGrad('add').grad).toEqualTypeOf<NDArray>()
    expectTypeOf(nd.ones([2]).attachGrad('null').grad).toEqualTypeOf<NDArray | null>()
    expectTypeOf(nd.ones([2]).grad).toEqualTypeOf<NDArray | null>()
    expect([...x.grad.shape]).toEqual([2])
    expect(x.attachGrad('null')).toBe(x)
    expect(x.grad).toBe(null)
  })
})

checkAnswers({
  'a list of blocks': [() => new nn.Sequential([new nn.Flatten()] as never), '[Sequential] takes blocks, got a list'],
  'a class for a block': [
    () => new nn.Sequential(nn.Flatten as never),
    '[Sequential] takes blocks, got the class Flatten',
  ],
  'null for options': [
    () => new nn.Sequential(null as never),
    "[Sequential] options are one object at the end, as { prefix: 'net_' }: got null",
  ],
  'options before blocks': [
    () => new nn.Sequential({ prefix: 'a_' } as never, new nn.Flatten()),
    '[Sequential] takes blocks, got an object',
  ],
  'a block that is not hybrid': [
    () =>
      new nn.HybridSequential(
        new (class Plain extends nn.Block {
          forward(x: NDArray): NDArray {
            return x
          }
        })(),
      ),
    '[HybridSequential] its blocks must be HybridBlocks, got Plain',
  ],
  'a deviation by position': [
    () => new init.Normal(0.5 as never),
    '[Normal] options are one object at the end, as { sigma: 0.01 }: got 0.5',
  ],
  // @ts-expect-error zeros have no options
  'a value of zeros': [() => new init.Zero(1), '[Zero] takes no further argument, got 1'],
  'a bound by another name': [
    () => new init.Uniform({ bound: 1 } as never),
    "[Uniform] unknown option 'bound'. The option is scale",
  ],
})
