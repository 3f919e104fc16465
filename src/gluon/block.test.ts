// Blocks: called like functions, found as children, watched by hooks, owners of what their forward makes.
import { memoryInfo, type NDArray, nd, nn, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

const ctx = reference()
const ones = (...shape: number[]): NDArray => nd.ones(shape, { ctx })
const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]

class Doubled extends nn.Block {
  factor = 2
  readonly #private = 1
  forward(x: NDArray): NDArray {
    return x.multiply(this.factor * this.#private)
  }
}

describe('a block', () => {
  it('is a function with the methods, fields and private names of its class', async () => {
    const block = new Doubled()
    expect(typeof block).toBe('function')
    expect(block).toBeInstanceOf(Doubled)
    expect(block).toBeInstanceOf(nn.Block)
    expect(block.factor).toBe(2)
    expect(await list(block(ones(2)))).toEqual([2, 2])
    block.factor = 5
    expect(await list(block(ones(2)))).toEqual([5, 5])
  })

  it('takes and gives what its types say', async () => {
    class Split extends nn.Block<[x: NDArray, scale: number], { low: NDArray; high: NDArray }> {
      forward(x: NDArray, scale: number): { low: NDArray; high: NDArray } {
        return { low: x.multiply(-scale), high: x.multiply(scale) }
      }
    }
    const { low, high } = new Split()(ones(1), 3)
    expect([await low.asscalar(), await high.asscalar()]).toEqual([-3, 3])
  })

  it('refuses a forward that awaits', () => {
    class Late extends nn.Block<[NDArray], Promise<NDArray>> {
      async forward(x: NDArray): Promise<NDArray> {
        return x
      }
    }
    expect(() => new Late()(ones(1))).toThrow(/Late.forward must be synchronous/)
  })

  it('has the blocks of its own properties as children, in order, but not those in lists', () => {
    class Net extends nn.Block {
      body = new nn.Dense(3)
      hidden = [new nn.Dense(4)]
      head = new nn.Dense(2)
      forward(x: NDArray): NDArray {
        return this.head(this.body(x))
      }
    }
    const net = new Net()
    expect([...net.children.keys()]).toEqual(['body', 'head'])
    net.registerChild(net.hidden[0])
    net.registerChild(new nn.Flatten(), 'flat')
    expect([...net.children.keys()]).toEqual(['0', 'flat', 'body', 'head'])
    net.head = new nn.Dense(7)
    expect(net.head.units).toBe(7)
    expect(net.children.get('head')).toBe(net.head)
  })

  it('applies a function to the blocks below it first', () => {
    const net = new nn.Sequential()
    net.add(new nn.Dense(3, { activation: 'relu' }), new nn.Flatten())
    const seen: string[] = []
    expect(net.apply((block) => seen.push(block.className))).toBe(net)
    expect(seen).toEqual(['Activation', 'Dense', 'Flatten', 'Sequential'])
  })

  it('casts all parameters', async () => {
    const net = new nn.Sequential()
    net.add(new nn.Dense(2, { inUnits: 2, weightInitializer: 'ones' }), new nn.Dense(1))
    net.initialize({ ctx })
    net.cast('float64')
    expect([...net.collectParams().values()].map((parameter) => parameter.dtype)).toEqual(Array(4).fill('float64'))
    expect(net(ones(3, 2).astype('float64')).dtype).toBe('float64')
    expect(() => net(ones(3, 2))).toThrow(/float64 and float32|float32 and float64/)
  })

  it('changes nothing by being hybridized', async () => {
    const net = new nn.HybridSequential()
    net.add(new nn.Dense(2, { weightInitializer: 'ones' }))
    net.initialize({ ctx })
    const before = await list(net(ones(1, 3)))
    net.hybridize()
    expect(await list(net(ones(1, 3)))).toEqual(before)
  })
})

describe('Sequential', () => {
  const net = new nn.Sequential({ prefix: 'net_' })
  net.add(new nn.Dense(4), new nn.Activation('relu'), new nn.Dense(2))

  it('counts, finds, iterates and cuts its blocks', () => {
    expect(net.length).toBe(3)
    expect(net.at(-1)).toBe(net.at(2))
    expect([...net].map((block) => block.className)).toEqual(['Dense', 'Activation', 'Dense'])
    const part = net.slice(1, 3)
    expect(part).toBeInstanceOf(nn.Sequential)
    expect([part.length, part.prefix, part.at(0) === net.at(1)]).toEqual([2, 'net_', true])
    expect(net.slice(-1).at(0)).toBe(net.at(2))
    expect(() => net.at(3)).toThrow(/\[Sequential\] no block at 3: it has 3/)
  })

  it('takes HybridBlocks only when it is hybrid', () => {
    const hybrid = new nn.HybridSequential()
    expect(() => hybrid.add(new Doubled())).toThrow(/\[HybridSequential\] its blocks must be HybridBlocks, got Doubled/)
    expect(hybrid.length).toBe(0)
    hybrid.add(new nn.Dense(2), new nn.HybridSequential())
  })
})

describe('hooks', () => {
  it('see block, inputs and output around forward, until they are taken away', async () => {
    const block = new Doubled()
    const seen: unknown[] = []
    const before = block.registerForwardPreHook((of, [x]) => seen.push(['before', of === block, x.shape[0]]))
    const after = block.registerForwardHook((_, [x], y) => seen.push(['after', x.shape[0], y.shape[0]]))
    expect(block.hooked).toBe(true)
    block(ones(3))
    before.detach()
    block(ones(2))
    after.detach()
    block(ones(1))
    expect(seen).toEqual([
      ['before', true, 3],
      ['after', 3, 3],
      ['after', 2, 2],
    ])
    expect(block.hooked).toBe(false)
  })

  it('make what they see the user’s', async () => {
    const net = new nn.Sequential()
    net.add(new Doubled(), new Doubled(), new Doubled())
    let seen: NDArray[] = []
    net.at(1).registerForwardHook((_, [x], y) => {
      seen = [x, y]
    })
    net(ones(1))
    expect([await list(seen[0]), await list(seen[1])]).toEqual([[2], [4]])
  })

  it('reach an activation that is fused with its layer while nobody watches', async () => {
    const dense = new nn.Dense(2, { activation: 'relu', weightInitializer: 'ones', biasInitializer: 'zeros' })
    dense.initialize({ ctx })
    const x = nd.array([[-1, -2]], { ctx })
    const plain = await list(dense(x))
    const seen: number[] = []
    dense.act?.registerForwardHook((_, [before]) => seen.push(before.size))
    expect(await list(dense(x))).toEqual(plain)
    expect(seen).toEqual([2])
  })
})

describe('what forward makes', () => {
  /** Shows an array that its forward made to the test, by one of several means. */
  class Leaky extends nn.Block {
    own: NDArray | undefined
    readonly several: NDArray[] = []
    readonly byName = new Map<string, NDArray>()
    readonly show: (block: Leaky, array: NDArray) => void
    constructor(show: (block: Leaky, array: NDArray) => void) {
      super()
      this.show = show
    }
    forward(x: NDArray): NDArray {
      this.show(this, x.add(1))
      return x.multiply(2)
    }
  }

  it('is released on return, and says where it was made and how to keep it', async () => {
    let leaked: NDArray | undefined
    const net = new nn.Sequential({ prefix: 'net_' })
    net.add(new Doubled(), new Leaky((_, array) => (leaked = array)))
    net(ones(1))
    expect(() => leaked?.add(1)).toThrow(
      '[add] this array <NDArray 1 @reference(0)> was released: ' +
        'made in net.1 (Leaky).forward, which returned: return it, or keep it with x.keep()',
    )
    await expect(leaked?.toArray()).rejects.toThrow(/was released/)
  })

  it('lives on in own properties, lists and Maps of the block, and where it is kept', async () => {
    const ways: [(block: Leaky, array: NDArray) => void, (block: Leaky) => NDArray | undefined][] = []
    let closed: NDArray | undefined
    ways.push([(block, array) => (block.own = array), (block) => block.own])
    ways.push([(block, array) => block.several.push(array), (block) => block.several[0]])
    ways.push([(block, array) => block.byName.set('x', array), (block) => block.byName.get('x')])
    ways.push([(_, array) => (closed = array.keep()), () => closed])
    for (const [show, found] of ways) {
      const block = new Leaky(show)
      const net = new nn.Sequential()
      net.add(block, new Doubled())
      net(ones(1))
      expect(await list(found(block) as NDArray)).toEqual([2])
    }
  })

  it('leaves nothing behind but the result', () => {
    const net = new nn.Sequential()
    net.add(new nn.Dense(4, { activation: 'relu' }), new nn.Dense(3), new Leaky(() => {}), new nn.Flatten())
    net.initialize({ ctx })
    const x = ones(2, 5)
    net(x).dispose()
    const before = memoryInfo(ctx)
    const y = net(x)
    const after = memoryInfo(ctx)
    expect([after.storages - before.storages, after.liveBytes - before.liveBytes]).toEqual([1, 2 * 3 * 4])
    y.dispose()
    expect(memoryInfo(ctx).storages).toBe(before.storages)
  })

  it('is released when forward throws', () => {
    class Failing extends nn.Block {
      forward(x: NDArray): NDArray {
        return x.add(1).dot(ones(7, 7))
      }
    }
    const net = new nn.Sequential({ prefix: 'net_' })
    net.add(new Doubled(), new Failing())
    const x = ones(1, 2)
    const { storages } = memoryInfo(ctx)
    expect(() => net(x)).toThrow('in net.1 (Failing): [dot] the last axis of (1, 2) must equal the first of (7, 7)')
    expect(memoryInfo(ctx).storages).toBe(storages)
  })

  it('may be the input itself, which stays its owner’s', async () => {
    class Same extends nn.Block {
      forward(x: NDArray): NDArray {
        return x
      }
    }
    const net = new nn.Sequential()
    net.add(new Same(), new Same())
    const x = ones(2)
    expect(net(x)).toBe(x)
    expect(await list(x)).toEqual([1, 1])
  })
})

describe('errors', () => {
  it('name the block by its path', () => {
    class Net extends nn.Block {
      body = new nn.Sequential()
      constructor() {
        super({ prefix: 'net_' })
        this.body.add(new nn.Flatten(), new nn.Dense(3, { inUnits: 5 }))
      }
      forward(x: NDArray): NDArray {
        return this.body(x)
      }
    }
    const net = new Net()
    net.initialize({ ctx })
    expect(() => net(ones(2, 4))).toThrow(
      'in net.body.1 (Dense): [Dense] the input has 4 units (shape (2, 4)), the weight takes 5',
    )
  })

  it('name a shared block by where it is called', () => {
    const shared = new nn.Dense(3, { inUnits: 5, prefix: 'shared_' })
    const [first, second] = ['a_', 'b_'].map((prefix) => new nn.Sequential({ prefix }))
    first.add(shared)
    second.add(new nn.Flatten(), shared)
    shared.initialize({ ctx })
    const wrong = ones(2, 4)
    for (const [block, path] of [
      [first, 'a.0'],
      [shared, 'shared'],
      [second, 'b.1'],
      [first, 'a.0'],
    ] as const) {
      expect(() => block(wrong)).toThrow(`in ${path} (Dense): `)
    }
  })

  it('tell wrong channels, sizes and dtypes of a convolution', () => {
    const conv = new nn.Conv2D(4, 3, { inChannels: 2, prefix: 'conv_' })
    conv.initialize({ ctx })
    expect(() => conv(ones(1, 3, 8, 8))).toThrow(/in conv \(Conv2D\): \[Conv2D\] the input has 3 channels .* takes 2/)
    expect(() => conv(ones(1, 2, 2, 8))).toThrow(/in conv \(Conv2D\): \[conv\]/)
    expect(() => conv(ones(2, 8, 8))).toThrow(/must be \(N, C, H, W\), got \(2, 8, 8\)/)
    expect(() => conv(nd.ones([1, 2, 8, 8], { ctx, dtype: 'uint8' }))).toThrow(/\[conv\].*uint8/)
  })
})
