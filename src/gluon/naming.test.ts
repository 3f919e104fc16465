// Names of blocks and parameters as Gluon forms them, in the order in which this process makes them.
import { gluon, type NDArray, nn } from 'glueball'
import { expect, it } from 'vitest'

const names = (block: gluon.AnyBlock): string[] => [...block.collectParams().keys()]

it('counts each hint globally where no scope is active', () => {
  expect(new nn.Sequential().name).toBe('sequential0')
  expect(new nn.HybridSequential().prefix).toBe('hybridsequential0_')
  expect(new nn.Conv2D(8, 3).name).toBe('conv0')
  expect(new nn.Conv2D(8, 3).name).toBe('conv1')
  expect(new nn.Dense(8).name).toBe('dense0')
  expect(new nn.MaxPool2D().name).toBe('pool0')
  expect(new nn.AvgPool2D().name).toBe('pool1')
  expect(new nn.GlobalAvgPool2D().name).toBe('pool2')
  expect(new nn.GlobalMaxPool2D().name).toBe('pool3')
  expect(new nn.Dropout(0.5).name).toBe('dropout0')
  expect(new nn.Flatten().name).toBe('flatten0')
  expect(new nn.Activation('relu').name).toBe('relu0')
  expect(new nn.Activation('tanh').name).toBe('tanh0')
  expect(new gluon.loss.SoftmaxCrossEntropyLoss().name).toBe('softmaxcrossentropyloss0')
  expect(new gluon.loss.L2Loss().name).toBe('l2loss0')
})

it('names a class of the user by its lower-cased name', () => {
  class ResidualBlock extends nn.Block {
    forward(x: NDArray): NDArray {
      return x
    }
  }
  expect(new ResidualBlock().name).toBe('residualblock0')
  expect(new ResidualBlock().className).toBe('ResidualBlock')
})

it('takes a given prefix as it is, without counting', () => {
  const dense = new nn.Dense(4, { prefix: 'output_' })
  expect(dense.name).toBe('output')
  expect(names(dense)).toEqual(['output_weight', 'output_bias'])
  expect(new nn.Dense(4, { prefix: 'bare' }).name).toBe('bare')
  expect(new nn.Dense(4).name).toBe('dense1')
})

it('counts anew in a scope, with the prefix of its block in front', () => {
  const net = new nn.Sequential()
  net.nameScope(() => {
    net.add(new nn.Conv2D(8, 3), new nn.Conv2D(8, 3, { prefix: 'special_' }), new nn.Conv2D(8, 3))
  })
  expect(net.name).toBe('sequential1')
  expect([...net].map((block) => block.name)).toEqual(['sequential1_conv0', 'sequential1_special', 'sequential1_conv1'])
  expect(names(net)[0]).toBe('sequential1_conv0_weight')
})

it('goes on counting when a scope is entered again', () => {
  const net = new nn.Sequential({ prefix: 'again_' })
  const make = (): string => net.nameScope(() => new nn.Dense(4).name)
  expect([make(), make()]).toEqual(['again_dense0', 'again_dense1'])
  expect(new nn.Dense(4).name).toBe('dense2')
})

it('leaves a scope when its function throws', () => {
  const net = new nn.Sequential()
  const fail = (): never => {
    throw new Error('inside')
  }
  expect(() => net.nameScope(fail)).toThrow('inside')
  expect(new nn.Dense(4).name).toBe('dense3')
})

it('names by where a block is made, not by where it is added', () => {
  const net = new nn.Sequential({ prefix: 'outer_' })
  const dense = new nn.Dense(4)
  net.nameScope(() => {
    net.add(dense)
  })
  expect(net.at(0).name).toBe('dense4')
})

it('names an inner container by the outer scope, and its layers by theirs only in its own', () => {
  const outer = new nn.Sequential({ prefix: 'outer_' })
  const inner = (scoped: boolean): nn.Sequential => {
    const block = new nn.Sequential()
    const fill = (): void => block.add(new nn.Conv2D(8, 3))
    if (scoped) block.nameScope(fill)
    else fill()
    return block
  }
  outer.nameScope(() => {
    outer.add(inner(true), inner(false), inner(false))
  })
  expect([...outer].map((block) => block.name)).toEqual(['outer_sequential0', 'outer_sequential1', 'outer_sequential2'])
  expect(names(outer).filter((name) => name.endsWith('weight'))).toEqual([
    'outer_sequential0_conv0_weight',
    'outer_conv0_weight',
    'outer_conv1_weight',
  ])
})

it('makes the scope of a block with an empty prefix none at all', () => {
  const bare = new nn.Sequential({ prefix: '' })
  expect(bare.name).toBe('')
  expect(bare.nameScope(() => new nn.Dense(4).name)).toBe('dense5')
  const outer = new nn.Sequential({ prefix: 'outer_' })
  const within = outer.nameScope(() => {
    const inner = new nn.Sequential({ prefix: '' })
    return [inner.prefix, inner.nameScope(() => new nn.Dense(4).name), new nn.Dense(4).name]
  })
  expect(within).toEqual(['outer_', 'outer_dense0', 'outer_dense1'])
})

it('names the activation of a layer as a part of the layer', () => {
  const conv = new nn.Conv2D(8, 3, { activation: 'relu', prefix: 'conv9_' })
  expect(conv.act?.prefix).toBe('conv9_relu_')
  expect(new nn.Dense(8, { activation: 'sigmoid', prefix: 'dense9_' }).act?.name).toBe('dense9_sigmoid')
})

it('returns from nameScope what its function returns, so that a field can be made in it', () => {
  class Pair extends nn.Block {
    first = this.nameScope(() => new nn.Dense(4))
    second = this.nameScope(() => new nn.Dense(4))
    forward(x: NDArray): NDArray {
      return this.second(this.first(x))
    }
  }
  const pair = new Pair()
  expect(names(pair)).toEqual(
    ['dense0_weight', 'dense0_bias', 'dense1_weight', 'dense1_bias'].map((name) => `pair0_${name}`),
  )
})
