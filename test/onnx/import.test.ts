// Imported networks as blocks: names, saving and loading, what is trained; and files that are refused.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, gluon, memoryInfo, type NDArray, nd } from 'glueball'
import { beforeAll, describe, expect, test } from 'vitest'
import { encode } from '../../src/gluon/onnx/protobuf.ts'
import { type OnnxDraft, schema } from '../../src/gluon/onnx/schema.ts'
import { flipped, readOrRefuse, smallNetwork, image as x } from './damage.ts'
import { fileOf } from './files.ts'

const { SymbolBlock } = gluon
let bytes: Uint8Array

const graphOf = (graph: OnnxDraft<'graph'>, version = 17): Uint8Array =>
  encode(schema, 'model', { opsetImport: [{ domain: '', version }], graph })
const output = [{ name: 'y' }]

beforeAll(async () => {
  bytes = await smallNetwork()
})

describe('a block', () => {
  test('has the parameters of the file, trained as those of layers are', async () => {
    const net = await SymbolBlock.fromOnnx(bytes, { prefix: 'mine_' })
    const kinds = [...net.ownParameters].map(([name, { gradReq, shape }]) => `${name} ${gradReq} ${shape.join('x')}`)
    expect(kinds).toEqual([
      '0.weight write 4x1x3x3',
      '0.bias write 4',
      '1.gamma write 4',
      '1.beta write 4',
      '1.running_mean null 4',
      '1.running_var null 4',
      // a lone slope is a constant of the file
      '4.gamma write 2',
      '4.beta write 2',
      '5.weight write 3x16',
      '5.bias write 3',
    ])
    expect([...net.collectParams().keys()][0]).toBe('mine_0.weight')
    expect([net.inputNames, net.outputNames]).toEqual([['data'], ['output']])
  })

  test('is read from a Buffer of Node, whose slices share its memory', async () => {
    const [net, other] = [await SymbolBlock.fromOnnx(bytes), await SymbolBlock.fromOnnx(Buffer.from(bytes))]
    const given = x()
    expect(await other(given).toArray()).toEqual(await net(given).toArray())
  })

  test('is saved and loaded by structural names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'glueball-onnx-'))
    try {
      const path = join(folder, 'net.params')
      const [net, other] = [await SymbolBlock.fromOnnx(bytes), await SymbolBlock.fromOnnx(bytes)]
      for (const parameter of net.collectParams().values())
        parameter.setData(nd.random.uniform({ shape: parameter.shape }))
      await net.saveParameters(path)
      await other.loadParameters(path)
      const given = x()
      expect(await other(given).toArray()).toEqual(await net(given).toArray())
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('moves its running statistics in training alone', async () => {
    const net = await SymbolBlock.fromOnnx(bytes)
    const mean = net.ownParameters.get('1.running_mean')?.data() as NDArray
    const before = await mean.toArray()
    net(x())
    expect(await mean.toArray()).toEqual(before)
    autograd.record(() => net(x()))
    expect(await mean.toArray()).not.toEqual(before)
  })

  test('holds an array no longer than operators read it', async () => {
    const chain = Array.from({ length: 20 }, (_, i) => {
      return { opType: 'Sigmoid', input: [i === 0 ? 'x' : `${i}`], output: [i === 19 ? 'y' : `${i + 1}`] }
    })
    const net = await SymbolBlock.fromOnnx(graphOf({ input: [{ name: 'x' }], output, node: chain }))
    const given = nd.ones([1 << 18])
    const { storages, liveBytes } = memoryInfo(given.ctx, { resetPeak: true })
    const y = net(given)
    const after = memoryInfo(given.ctx)
    expect(after.storages).toBe(storages + 1)
    expect(after.peakBytes - liveBytes).toBeLessThanOrEqual(2 * (4 << 18))
    await y.toArray()
  })

  test('gives a list for several outputs', async () => {
    const net = await SymbolBlock.fromOnnx<NDArray[]>(fileOf({ op: 'Split', inputs: [[4]], outputs: 2 }))
    expect(net(nd.array([1, 2, 3, 4])).map(({ shape }) => shape)).toEqual([[2], [2]])
  })
})

const tensor = (more: OnnxDraft<'tensor'>): Uint8Array =>
  graphOf({ output, initializer: [{ name: 'w', dims: [2], dataType: 1, ...more }] })

const refusals: readonly (readonly [string, () => unknown, string])[] = [
  ['no bytes', () => 'net.onnx', "[fromOnnx] takes the bytes of an ONNX file, a Uint8Array, got 'net.onnx'"],
  ['an empty file', () => new Uint8Array(0), 'the file has no graph: it is no ONNX file, or damaged'],
  ['a text', () => new TextEncoder().encode('{"format":"gguf"}'), 'the file is no ONNX file or damaged'],
  ['an old version', () => graphOf({ output }, 6), 'the opset must be from 7 to 21, got 6'],
  [
    'unknown operators, all at once',
    () => graphOf({ output, node: ['Relu', 'LSTM', 'Foo', 'LSTM'].map((opType) => ({ opType })) }),
    '[fromOnnx] ONNX import does not have LSTM, Foo',
  ],
  [
    'operators of others',
    () => graphOf({ output, node: [{ opType: 'Gelu', domain: 'com.microsoft' }] }),
    'com.microsoft.Gelu',
  ],
  ['no outputs', () => graphOf({}), 'the graph has no outputs'],
  ['an output of nothing', () => graphOf({ output }), 'nothing computes the output y'],
  [
    'a value of nothing',
    () => graphOf({ output, node: [{ opType: 'Relu', name: 'r', input: ['q'], output: ['y'] }] }),
    'node r reads q, which nothing computes before it',
  ],
  ['data elsewhere', () => tensor({ dataLocation: 1 }), 'initializer w: its data lies in another file'],
  ['bfloat16', () => tensor({ dataType: 16 }), 'got bfloat16'],
  [
    'few bytes',
    () => tensor({ rawData: new Uint8Array(7) }),
    'initializer w: it has 7 bytes, expected 8 for 2 elements',
  ],
  ['few numbers', () => tensor({ floatData: [1] }), 'initializer w: it has 1 elements, expected 2'],
  ['a large shape', () => tensor({ dims: [2 ** 20, 2 ** 20] }), 'has more than 2147483648 elements'],
  ['a negative size', () => tensor({ dims: [-1] }), 'must be of non-negative integers, got (-1,)'],
]

describe('refused in one line', () => {
  test.each(refusals)('%s', async (_name, make, message) => {
    await expect(SymbolBlock.fromOnnx(make() as Uint8Array)).rejects.toThrow(message)
  })

  test.each([
    [
      'large padding',
      { op: 'Pad', inputs: [[2, 3]], operands: [{ ints: [0, 0, 2 ** 30, 2 ** 30] }] },
      'Pad: the shape',
    ],
    [
      'a mode',
      { op: 'Pad', inputs: [[2, 3]], attributes: { mode: 'wrap' } },
      'mode must be constant, reflect or edge, got wrap',
    ],
    ['an axis', { op: 'Flatten', inputs: [[2, 3]], attributes: { axis: 5 } }, 'axis 5 is out of range for 2 axes'],
    ['no operand', { op: 'Gather', inputs: [[2, 3]] }, 'Gather: operand 1 is missing'],
    [
      'linear interpolation',
      { op: 'Resize', inputs: [[2, 3]], operands: [null, { floats: [2, 2] }], attributes: { mode: 'linear' } },
      'mode must be nearest, got linear',
    ],
    [
      'a wrong reshape',
      { op: 'Reshape', inputs: [[2, 3]], operands: [{ ints: [4] }] },
      '(2, 3) has not the elements of (4,)',
    ],
    [
      'a shape from elements',
      { op: 'Reshape', inputs: [[2], [1]] },
      'operand 1 must be constant or follow from shapes',
    ],
    [
      'an op of ours',
      { op: 'Conv', inputs: [[1, 1, 4, 4]], operands: [{ floats: [1, 2], shape: [1, 2, 1, 1] }] },
      'Conv: [convolution]',
    ],
  ] as const)('when it runs: %s', async (_name, given, message) => {
    const net = await SymbolBlock.fromOnnx(fileOf(given))
    expect(() => net(...given.inputs.map((shape) => nd.ones([...shape])))).toThrow(message)
  })

  test('inputs', async () => {
    const net = await SymbolBlock.fromOnnx(bytes)
    expect(() => net()).toThrow('[SymbolBlock] takes 1 arrays (data), got none')
    expect(() => net(x(), x())).toThrow('takes 1 arrays (data), got an NDArray, an NDArray')
  })
})

test('a file cut anywhere is refused', async () => {
  for (let end = 0; end < bytes.length; end += 97) expect(await readOrRefuse(bytes.slice(0, end))).toBe('refused')
})

test('a file with a wrong byte is read or refused', async () => {
  const counts = await flipped(bytes, 7, 300)
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(20)
})
