// Symbol files written by hand after MXNet's own layout, of several versions; what is refused; damaged files.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, gluon, io, nd, nn } from 'glueball'
import { describe, expect, test } from 'vitest'
import { flippedSymbols } from './damage.ts'

const { SymbolBlock } = gluon
const bytesOf = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

interface HandWritten {
  readonly [key: string]: unknown
  readonly op: string
  readonly name: string
  readonly inputs: readonly (readonly number[])[]
}

const variable = (name: string): HandWritten => ({ op: 'null', name, inputs: [] })

/** Convolution, batch normalisation, relu, pooling and a dense layer, with attributes under `key`. */
function nodesOf(key: string, places: (...at: number[]) => readonly number[], statistics = true): HandWritten[] {
  return [
    variable('data'),
    variable('conv0_weight'),
    {
      ...{ op: 'Convolution', name: 'conv0', inputs: [places(0), places(1)] },
      [key]: { kernel: '(3, 3)', num_filter: '2', pad: '(1,1)', no_bias: 'True', cudnn_off: 'False' },
    },
    variable('bn_gamma'),
    variable('bn_beta'),
    ...(statistics ? [variable('bn_moving_mean'), variable('bn_moving_var')] : []),
    {
      ...{ op: 'BatchNorm', name: 'bn' },
      inputs: (statistics ? [2, 3, 4, 5, 6] : [2, 3, 4]).map((at) => places(at)),
      [key]: { eps: '0.002', fix_gamma: 'True' },
    },
    { op: 'Activation', name: 'relu', inputs: [places(statistics ? 7 : 5)], [key]: { act_type: 'relu' } },
    {
      op: 'Pooling',
      name: 'pool',
      inputs: [places(statistics ? 8 : 6)],
      [key]: { global_pool: '1', pool_type: 'avg' },
    },
    variable('fc_weight'),
    variable('fc_bias'),
    {
      ...{ op: 'FullyConnected', name: 'fc', [key]: { num_hidden: '3' } },
      inputs: [places(statistics ? 9 : 7), places(statistics ? 10 : 8), places(statistics ? 11 : 9)],
    },
    variable('softmax_label'),
    { op: 'SoftmaxOutput', name: 'softmax', inputs: [places(statistics ? 12 : 10), places(statistics ? 13 : 11)] },
  ]
}

const weights = {
  'arg:conv0_weight': nd.arange(0, 18).reshape([2, 1, 3, 3]).multiply(0.1),
  'arg:bn_gamma': nd.array([5, 7]), // fixed at 1
  'arg:bn_beta': nd.array([0.5, -0.25]),
  'aux:bn_moving_mean': nd.array([1, 2]),
  'aux:bn_moving_var': nd.array([4, 9]),
  'arg:fc_weight': nd.array([
    [1, 2],
    [3, -4],
    [0.5, 0.25],
  ]),
  'arg:fc_bias': nd.array([0, 1, 2]),
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'glueball-symbol-'))
  try {
    return await run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const params = await inFolder(async (folder) => {
  await nd.save(join(folder, 'net.params'), weights)
  return new Uint8Array(readFileSync(join(folder, 'net.params')))
})

const three = (node: number, output = 0) => [node, output, 0]
const two = (node: number, output = 0) => [node, output]
const last = (nodes: readonly HandWritten[]) => nodes.length - 1

const versions: readonly (readonly [string, unknown])[] = [
  [
    '1.9',
    (() => {
      const nodes = nodesOf('attrs', three)
      const heads = [[last(nodes), 0, 0]]
      const rows = Array.from({ length: nodes.length + 1 }, (_, i) => i)
      return { nodes, arg_nodes: [0, 1], node_row_ptr: rows, heads, attrs: { mxnet_version: ['int', 10901] } }
    })(),
  ],
  ['0.9', { nodes: nodesOf('attr', three), heads: [[14, 0, 0]], attrs: { mxnet_version: ['int', 905] } }],
  [
    '0.7, without running statistics among the inputs',
    {
      nodes: nodesOf('param', two, false).map((node) => ({ ...node, backward_source_id: -1 })),
      arg_nodes: [0, 1],
      heads: [[12, 0]],
    },
  ],
]

test.each(versions)('a file of version %s computes what it says', async (_version, file) => {
  const net = await SymbolBlock.imports(bytesOf(file), 'data', params)
  const x = nd.random.normal({ shape: [2, 1, 5, 5] })
  const conv = nd.convolution(x, weights['arg:conv0_weight'], null, { pad: 1 })
  const each = (of: nd.NestedNumbers) => nd.array(of).reshape([1, 2, 1, 1])
  const norm = conv
    .subtract(each([1, 2]))
    .divide(each([4.002, 9.002]).sqrt())
    .add(each([0.5, -0.25]))
  const pooled = norm.relu().mean({ axis: [2, 3] })
  const logits = nd.fullyConnected(pooled, weights['arg:fc_weight'], weights['arg:fc_bias'])
  const right = await nd.softmax(logits).toArray()
  const got = await net(x).toArray()
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(right[i], 5)
  })
  const kinds = [...net.ownParameters].map(([name, { gradReq }]) => `${name} ${gradReq}`)
  expect(kinds.sort()).toEqual([
    ...['bn_beta write', 'bn_gamma null', 'bn_moving_mean null', 'bn_moving_var null'],
    ...['conv0_weight write', 'fc_bias write', 'fc_weight write'],
  ])
  const mean = net.ownParameters.get('bn_moving_mean')?.data()
  autograd.record(() => net(x))
  expect(await mean?.toArray()).not.toEqual(Float32Array.of(1, 2))
})

test('net.export writes both files after a call, in the layout of MXNet', async () => {
  await inFolder(async (folder) => {
    const net = new nn.HybridSequential({ prefix: 'net_' })
    net.nameScope(() =>
      net.add(new nn.Conv2D(4, 3, { activation: 'relu' }), new nn.MaxPool2D(), new nn.Dropout(0.5), new nn.Dense(2)),
    )
    net.initialize()
    await expect(net.export(join(folder, 'net'))).rejects.toThrow('[export] the shapes of the inputs are not known')
    const x = nd.random.normal({ shape: [3, 1, 6, 6] })
    const right = await net(x).toArray()
    const files = await net.export(join(folder, 'net'), { epoch: 12 })
    expect(files).toEqual([join(folder, 'net-symbol.json'), join(folder, 'net-0012.params')])
    const { nodes, arg_nodes, node_row_ptr, heads, attrs } = JSON.parse(readFileSync(files[0], 'utf8'))
    expect(nodes.map(({ op, name }: HandWritten) => `${op} ${name}`)).toEqual([
      ...['null data', 'null net_conv0_weight', 'null net_conv0_bias', 'Convolution net_conv0_fwd'],
      ...['Activation net_conv0_relu_fwd', 'Pooling net_pool0_fwd', 'Dropout net_dropout0_fwd'],
      ...[
        'Flatten net_dense0_reshape',
        'null net_dense0_weight',
        'null net_dense0_bias',
        'FullyConnected net_dense0_fwd',
      ],
    ])
    expect(nodes[3].attrs).toMatchObject({ kernel: '(3, 3)', num_filter: '4', no_bias: 'False', layout: 'NCHW' })
    expect(nodes[1].attrs).toMatchObject({ __shape__: '(4, 1, 3, 3)', __dtype__: '0' })
    expect([arg_nodes, node_row_ptr, heads]).toEqual([
      [0, 1, 2, 8, 9],
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      [[10, 0, 0]],
    ])
    expect(attrs).toEqual({ mxnet_version: ['int', 10901] })
    const loaded = await SymbolBlock.imports(files[0], 'data', files[1])
    expect(await loaded(x).toArray()).toEqual(right)
  })
})

const graph = (nodes: readonly HandWritten[]) => ({ nodes, heads: [[nodes.length - 1, 0, 0]] })

describe('refused in one line', () => {
  test.each<readonly [string, unknown, string]>([
    ['a text', 'hello', '[imports] the file is no JSON or damaged'],
    ['another JSON', '{}', 'the file is no symbol file'],
    [
      'unknown operators, all at once',
      graph([variable('data'), { op: 'Foo', name: 'a', inputs: [[0, 0]] }, { op: 'RNN', name: 'b', inputs: [[1, 0]] }]),
      '[imports] MXNet import does not have Foo, RNN',
    ],
    ['a later node', graph([{ op: 'relu', name: 'a', inputs: [[1, 0, 0]] }]), 'inputs of node 0 read node 1'],
    [
      'no such input',
      graph([variable('x'), { op: 'relu', name: 'a', inputs: [[0, 0]] }]),
      'has no input data: it has x',
    ],
    [
      'a parameter without values',
      graph([
        variable('data'),
        variable('w'),
        {
          op: 'dot',
          name: 'a',
          inputs: [
            [0, 0],
            [1, 0],
          ],
        },
      ]),
      'the .params file lacks w',
    ],
  ])('%s', async (_name, file, message) => {
    await expect(SymbolBlock.imports(bytesOf(file), 'data', params, { ignoreExtra: true })).rejects.toThrow(message)
  })

  test('extra arrays, and what can not be exported', async () => {
    const file = graph([variable('data'), { op: 'relu', name: 'a', inputs: [[0, 0]] }])
    await expect(SymbolBlock.imports(bytesOf(file), 'data', params)).rejects.toThrow('pass { ignoreExtra: true }')
    const sorting = new nn.HybridLambda((x) => nd.sort(x))
    await expect(io.mxnet(sorting, [nd.ones([1, 3])])).rejects.toThrow(/^\[mxnet\] .*can't be exported: MXNet export/)
  })
})

test('a file with a wrong byte is read or refused', async () => {
  const counts = await flippedSymbols(7, 150)
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(10)
})
