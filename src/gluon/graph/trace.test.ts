// Graphs: run node by node on other values they give what the block gives; names, shapes, and what can't be traced.
import { autograd, cpu, init, type NDArray, nd, nn, reference, rnn } from 'glueball'
import { describe, expect, it } from 'vitest'
import { invoke } from '../../core/invoke.ts'
import type { Op } from '../../core/op.ts'
import * as opSpecs from '../../ops/specs.ts'
import type { AnyBlock } from '../block.ts'
import type { Graph, GraphNode, GraphValue } from './graph.ts'
import { trace } from './trace.ts'

const specs = opSpecs as unknown as Readonly<Record<string, Op<object, never>>>

/** What a graph computes from other inputs, node by node; composites by their parts. */
function evaluated(graph: Graph, inputs: readonly NDArray[]): NDArray[] {
  const values = new Map<GraphValue, NDArray>(graph.inputs.map((value, i) => [value, inputs[i]]))
  for (const value of graph.parameters) values.set(value, (value.parameter as { data(): NDArray }).data())
  for (const value of graph.constants) values.set(value, value.constant as NDArray)
  const read = (value: GraphValue) => values.get(value) as NDArray
  const run = (node: GraphNode): void => {
    if (node.parts) return node.parts.forEach(run)
    const op = specs[node.op]
    const given = node.inputs.map((value, i) => (node.mutates.includes(i) ? read(value).copy() : read(value)))
    const context = graph.inputs.length > 0 ? inputs[0].context : cpu()
    const made = invoke(op, given, node.attrs, { scalars: node.scalars, context })
    const all = [...made, ...node.mutates.map((i) => given[i])]
    node.outputs.forEach((value, i) => values.set(value, all[i]))
  }
  graph.nodes.forEach(run)
  return graph.outputs.map(read)
}

class Branches extends nn.HybridBlock {
  readonly left = new nn.Conv2D(4, 3, { padding: 1, useBias: false })
  readonly right = new nn.Conv2D(4, 1)
  readonly norm = new nn.BatchNorm()
  readonly pool = new nn.GlobalAvgPool2D()
  readonly out = new nn.Dense(3)

  override forward(x: NDArray): NDArray {
    const both = nd.concat(this.norm(this.left(x)).relu(), this.right(x).sigmoid(), { dim: 1 })
    const shifted = both.multiply(2).add(nd.arange(both.shape[3], null, { ctx: x.context }))
    const half = shifted.slice([0, 0], [x.shape[0], 4])
    return this.out(this.pool(half.add(this.norm(half)))).softmax()
  }
}

/** A block made of a function. */
function of(forward: (x: NDArray) => NDArray): AnyBlock {
  return new (class Own extends nn.HybridBlock {
    override forward(x: NDArray): NDArray {
      return forward(x)
    }
  })()
}

function convnet(): nn.HybridSequential {
  const net = new nn.HybridSequential()
  net.add(new nn.Conv2D(6, 3, { activation: 'relu' }), new nn.MaxPool2D({ poolSize: 2 }), new nn.BatchNorm())
  net.add(new nn.Flatten(), new nn.Dropout(0.5), new nn.Dense(5), new nn.LayerNorm(), new nn.GELU())
  return net
}

const call = (block: AnyBlock, x: NDArray) => (block as unknown as (x: NDArray) => NDArray)(x)

describe.each([cpu(), reference()])('on %s', (ctx) => {
  const images = (seed: number, shape = [2, 3, 8, 8]) => {
    nd.random.seed(seed)
    return nd.random.normal({ shape, ctx })
  }
  const same = async (block: AnyBlock, x: NDArray, y: NDArray) => {
    const graph = trace(block, [x])
    const expected = await call(block, y).toArray()
    expect(await evaluated(graph, [y])[0].toArray()).toEqual(expected)
    return graph
  }

  it.each([
    ['a convnet', convnet],
    ['branches, shared layers and a constant', () => new Branches()],
  ])('%s, run by its graph, gives the same bits for other images', async (_name, make) => {
    const net = make()
    net.initialize({ ctx, init: new init.Xavier() })
    await same(net, images(1), images(2))
  })

  it('a recurrent layer is one composite in each direction', async () => {
    const net = new rnn.LSTM(4, { layout: 'NTC', bidirectional: true })
    net.initialize({ ctx })
    const { nodes } = trace(net, [images(1, [2, 5, 3])])
    expect(nodes.filter(({ op }) => /lstm/i.test(op))).toHaveLength(2)
  })

  it('writes in place give new values', async () => {
    const graph = await same(
      of((x) => {
        const y = x.add(1)
        const z = y.multiply(2)
        y.iadd(z)
        return y.multiply(z)
      }),
      images(1),
      images(2),
    )
    expect(graph.nodes.map(({ calledAs }) => calledAs)).toEqual(['add', 'multiply', 'add', 'multiply'])
  })

  it('parameters keep their structural names, nodes those of their blocks', () => {
    const net = convnet()
    net.initialize({ ctx })
    const { inputs, parameters, nodes, outputs } = trace(net, [images(1)])
    expect(inputs.map(({ name, shape }) => [name, [...shape]])).toEqual([['data', [2, 3, 8, 8]]])
    expect(parameters.map(({ name }) => name)).toEqual([
      ...['0.weight', '0.bias', '2.gamma', '2.beta', '2.running_mean', '2.running_var', '5.weight', '5.bias'],
      ...['6.gamma', '6.beta'],
    ])
    expect(nodes.map(({ name }) => name)).toEqual([
      ...[
        '0.conv',
        '1.maxPool',
        '2.normaliseChannels',
        '3.reshape',
        '4.dropout',
        '5.matmul',
        '6.reshape',
        '6.reshape.1',
        '6.layerNorm',
        '7.leakyReLU',
      ],
    ])
    expect(outputs.map(({ shape }) => [...shape])).toEqual([[2, 5]])
  })

  it('shapes that no batch has shown yet are found by a first run, which is no part of the graph', () => {
    const net = new nn.Dense(3)
    net.initialize({ ctx })
    expect(trace(net, [images(1, [2, 4])]).nodes.map(({ calledAs }) => calledAs)).toEqual(['matmul'])
  })

  it('a composite has its parts', () => {
    const net = new nn.BatchNorm()
    net.initialize({ ctx })
    const [node] = trace(net, [images(1)]).nodes
    expect([node.op, node.parts?.length]).toEqual(['normaliseChannels', 6])
    expect(node.inputs.map(({ name }) => name)).toEqual(['data', 'gamma', 'beta', 'running_mean', 'running_var'])
  })

  it('what a graph does not hold is refused with its place', () => {
    const x = images(1)
    const reads = of((x) => {
      void x.toArray()
      return x
    })
    class Twice extends autograd.Function {
      forward(x: NDArray): NDArray {
        return x.multiply(2)
      }
      backward(dy: NDArray): NDArray {
        return dy.multiply(2)
      }
    }
    expect(() => trace(reads, [x])).toThrow(
      /^\[toArray\] can't be traced in own\d+ \(Own\): a graph has no values to read/,
    )
    expect(() =>
      trace(
        of((x) => new Twice().call(x)),
        [x],
      ),
    ).toThrow(/^\[Twice\] can't be traced in own.*: a graph does not hold the gradient of an autograd.Function/)
    expect(() =>
      trace(
        of((x) => x.iadd(1)),
        [x],
      ),
    ).toThrow(/^\[trace\] add in own\d+ \(Own\) writes to the input data: a graph changes none/)
    const pieces = of((x) => {
      const y = x.add(1)
      y.at(0).iadd(1)
      return y.multiply(2)
    })
    expect(() => trace(pieces, [x])).toThrow('[trace] a graph does not hold arrays that are written in pieces')
    const hooked = convnet()
    hooked.initialize({ ctx })
    const handle = (hooked.children.get('0') as nn.Conv2D).registerForwardHook(() => {})
    expect(() => trace(hooked, [x])).toThrow('[trace] a graph does not hold the hooks of 0 (Conv2D): detach them')
    handle.detach()
    expect(trace(hooked, [x]).nodes).not.toHaveLength(0)
    expect(() => trace(hooked, x as never)).toThrow('[trace] takes a list of inputs, as [x], got an NDArray')
    expect(() => trace(x as never, [x])).toThrow('[trace] takes a block, got an NDArray')
  })
})
