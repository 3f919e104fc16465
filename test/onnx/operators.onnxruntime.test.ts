// Each operator that ONNX import has, in a file of one node, beside ONNX Runtime.
import { gluon, type NDArray, nd } from 'glueball'
import { expect, test } from 'vitest'
import { elementTypes } from '../../src/gluon/onnx/schema.ts'
import { sessionOf, tensorOf } from '../onnxruntime/run.ts'
import { randomNumbers } from '../random.ts'
import { type Case, fileOf } from './files.ts'
import { distance } from './import.ts'

const numbers = (count: number, seed: number, [low, high] = [-2, 2] as readonly number[]) => {
  const random = randomNumbers(seed)
  return Float32Array.from({ length: count }, () => low + (high - low) * random())
}
const weights = (shape: readonly number[], seed = 9) => {
  return {
    shape,
    floats: [
      ...numbers(
        shape.reduce((a, b) => a * b, 1),
        seed,
      ),
    ],
  }
}
const one = (op: string, shape: readonly number[], more: Partial<Case> = {}): Case => ({ op, inputs: [shape], ...more })
const image = [2, 4, 7, 6]
const elements = [3, 4]

const cases: readonly Case[] = [
  ...[
    'Relu',
    'Sigmoid',
    'Tanh',
    'Softplus',
    'Softsign',
    'Erf',
    'Abs',
    'Neg',
    'Exp',
    'Floor',
    'Ceil',
    'Round',
    'Sign',
  ].map((op) => one(op, elements)),
  ...[
    'Sin',
    'Cos',
    'Tan',
    'Sinh',
    'Cosh',
    'Asinh',
    'Atan',
    'Selu',
    'HardSwish',
    'LeakyRelu',
    'Elu',
    'HardSigmoid',
    'Reciprocal',
  ].map((op) => one(op, elements)),
  ...['Sqrt', 'Log', 'Acosh'].map((op) => one(op, elements, { range: [1.1, 3] })),
  ...['Asin', 'Acos', 'Atanh'].map((op) => one(op, elements, { range: [-0.9, 0.9] })),
  one('Mish', elements, { opset: 18 }),
  one('Gelu', elements, { opset: 20 }),
  one('Gelu', elements, { opset: 20, attributes: { approximate: 'tanh' } }),
  one('LeakyRelu', elements, { attributes: { alpha: { float: 0.3 } } }),
  one('Elu', elements, { attributes: { alpha: { float: 0.7 } } }),
  one('Selu', elements, { attributes: { alpha: { float: 0.7 }, gamma: { float: 2 } } }),
  one('HardSigmoid', elements, { attributes: { alpha: { float: 0.3 }, beta: { float: 0.4 } } }),
  one('PRelu', image, { operands: [weights([4, 1, 1])] }),
  one('PRelu', image, { operands: [weights([1])] }),
  one('PRelu', image, { operands: [weights([7, 6])] }),
  one('Clip', elements, { opset: 10, attributes: { min: { float: -0.5 }, max: { float: 0.7 } } }),
  one('Clip', elements, { opset: 10, attributes: { max: { float: 0.7 } } }),
  one('Clip', elements, {
    operands: [
      { floats: [-0.5], shape: [] },
      { floats: [0.7], shape: [] },
    ],
  }),
  one('Clip', elements, { operands: [null, { floats: [0.7], shape: [] }] }),
  one('Clip', elements, { operands: [{ floats: [-0.3], shape: [] }] }),
  one('Dropout', elements),
  one('Identity', elements),
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sum', 'Mean'].map((op) => ({
    op,
    inputs: [
      [3, 1, 2],
      [3, 4, 2],
    ],
  })),
  ...['Max', 'Min', 'Sum', 'Mean'].map((op) => ({ op, inputs: [elements, elements, elements] })),
  { op: 'Pow', inputs: [elements, elements], range: [0.5, 2] },
  one('Pow', elements, { operands: [{ floats: [2], shape: [] }] }),
  { op: 'Mod', inputs: [elements, elements], attributes: { fmod: 1 } },
  one('Div', elements, { operands: [weights([4])] }),
  one('Sub', elements, { operands: [weights([1, 1, 1])] }),
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((op) => ({
    op,
    inputs: [elements, [1, 4]],
    cast: true,
  })),
  ...['And', 'Or', 'Xor'].map((op) => ({
    op,
    inputs: [elements, [1, 4]],
    range: [0, 1.9] as const,
    as: 'bool' as const,
    cast: true,
  })),
  one('Not', elements, { as: 'bool', cast: true }),
  one('Cast', elements, { attributes: { to: elementTypes.int32 }, cast: true }),
  one('Cast', elements, { attributes: { to: elementTypes.bool }, cast: true }),
  one('Softmax', [2, 3, 4]),
  one('Softmax', [2, 3, 4], { attributes: { axis: 1 } }),
  one('Softmax', [2, 3, 4], { opset: 11, attributes: { axis: 1 } }),
  one('Softmax', [2, 3, 4], { opset: 11 }),
  one('LogSoftmax', [2, 3, 4], { opset: 11, attributes: { axis: 2 } }),
  one('LogSoftmax', [2, 3, 4], { attributes: { axis: 0 } }),
  ...[
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSumExp',
  ].flatMap((op) => [
    one(op, [2, 3, 4], { opset: 11, attributes: { axes: [1, -1], keepdims: 0 } }),
    one(op, [2, 3, 4], { opset: 11 }),
    one(op, [2, 3, 4], { opset: 18, operands: [{ ints: [-2] }] }),
    one(op, [2, 3, 4], { opset: 18, attributes: { noop_with_empty_axes: op === 'ReduceSum' ? 1 : 0 } }),
  ]),
  one('ArgMax', [2, 3, 4], { attributes: { axis: 1 }, cast: true }),
  one('ArgMin', [2, 3, 4], { attributes: { axis: -1, keepdims: 0 }, cast: true }),
  one('CumSum', [2, 3, 4], { operands: [{ ints: [1] }], attributes: { reverse: 1, exclusive: 1 } }),
  one('Conv', image, { operands: [weights([6, 4, 3, 3]), weights([6])], attributes: { pads: [1, 1, 1, 1] } }),
  one('Conv', image, {
    operands: [weights([6, 2, 3, 2])],
    attributes: { group: 2, strides: [2, 1], dilations: [1, 2], pads: [0, 1, 2, 0] },
  }),
  one('Conv', image, { operands: [weights([6, 4, 3, 3])], attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] } }),
  one('Conv', image, { operands: [weights([6, 4, 2, 4])], attributes: { auto_pad: 'SAME_LOWER' } }),
  one('Conv', image, { operands: [weights([6, 4, 2, 4])], attributes: { auto_pad: 'VALID' } }),
  one('Conv', [2, 4, 9], { operands: [weights([6, 4, 3]), weights([6])], attributes: { pads: [2, 1], strides: [2] } }),
  one('ConvTranspose', image, {
    operands: [weights([4, 3, 3, 3]), weights([3])],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] },
  }),
  one('ConvTranspose', image, {
    operands: [weights([4, 3, 3, 3])],
    attributes: { strides: [2, 2], pads: [0, 1, 1, 0], group: 2 },
  }),
  one('ConvTranspose', image, {
    operands: [weights([4, 3, 3, 3])],
    attributes: { strides: [2, 2], output_shape: [14, 12] },
  }),
  one('ConvTranspose', image, {
    operands: [weights([4, 3, 3, 3])],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  }),
  one('ConvTranspose', [2, 4, 5], { operands: [weights([4, 3, 3])], attributes: { strides: [2] } }),
  one('Gemm', elements, { operands: [weights([4, 5]), weights([5])] }),
  one('Gemm', elements, {
    operands: [weights([5, 4]), weights([3, 1])],
    attributes: { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
  }),
  one('Gemm', elements, { operands: [weights([3, 5])], attributes: { transA: 1 } }),
  {
    op: 'MatMul',
    inputs: [
      [2, 3, 4],
      [4, 5],
    ],
  },
  {
    op: 'MatMul',
    inputs: [
      [2, 1, 3, 4],
      [3, 4, 5],
    ],
  },
  {
    op: 'MatMul',
    inputs: [
      [3, 4],
      [2, 4, 5],
    ],
  },
  { op: 'MatMul', inputs: [[4], [2, 4, 5]] },
  { op: 'MatMul', inputs: [[2, 3, 4], [4]] },
  one('MaxPool', image, { attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 0] } }),
  one('MaxPool', image, { attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] } }),
  one('MaxPool', image, { attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } }),
  one('MaxPool', image, { attributes: { kernel_shape: [2, 3], auto_pad: 'SAME_UPPER' } }),
  one('MaxPool', [2, 4, 9], { attributes: { kernel_shape: [3], strides: [2] } }),
  one('AveragePool', image, { attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } }),
  one('AveragePool', image, { attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 } }),
  one('AveragePool', image, { attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] } }),
  one('AveragePool', image, {
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 0, 1], count_include_pad: 1 },
  }),
  one('AveragePool', image, { attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } }),
  one('AveragePool', image, { attributes: { kernel_shape: [2, 2], auto_pad: 'SAME_LOWER' } }),
  ...['GlobalAveragePool', 'GlobalMaxPool'].flatMap((op) => [one(op, image), one(op, [2, 3, 5])]),
  one('BatchNormalization', image, {
    operands: [weights([4]), weights([4], 2), weights([4], 3), { floats: [0.5, 1, 2, 3] }],
    attributes: { epsilon: { float: 0.01 } },
  }),
  one('InstanceNormalization', image, { operands: [weights([4]), weights([4], 2)] }),
  one('LayerNormalization', [2, 3, 4], { operands: [weights([4]), weights([4], 2)] }),
  one('LayerNormalization', [2, 3, 4], { operands: [weights([3, 4])], attributes: { axis: 1 } }),
  one('GroupNormalization', image, {
    opset: 21,
    operands: [weights([4]), weights([4], 2)],
    attributes: { num_groups: 2 },
  }),
  {
    op: 'Concat',
    inputs: [
      [2, 3],
      [2, 1],
    ],
    attributes: { axis: -1 },
  },
  one('Split', [5, 6], { outputs: 2, attributes: { axis: 1 } }),
  one('Split', [5, 6], { outputs: 2, operands: [{ ints: [2, 3] }] }),
  one('Split', [5, 6], { outputs: 2, opset: 11, attributes: { axis: 1, split: [1, 5] } }),
  one('Split', [5, 6], { outputs: 2, opset: 18, attributes: { num_outputs: 2 } }),
  one('Slice', [5, 6], { opset: 9, attributes: { starts: [1, -3], ends: [9, -1] } }),
  one('Slice', [5, 6], { operands: [{ ints: [-1] }, { ints: [-99] }, { ints: [1] }, { ints: [-2] }] }),
  one('Slice', [5, 6], { operands: [{ ints: [1] }, { ints: [2 ** 53] }, { ints: [-2] }] }),
  one('Squeeze', [1, 3, 1, 2]),
  one('Squeeze', [1, 3, 1, 2], { operands: [{ ints: [-2] }] }),
  one('Squeeze', [1, 3, 1, 2], { opset: 11, attributes: { axes: [0] } }),
  one('Unsqueeze', [3, 2], { operands: [{ ints: [0, -1] }] }),
  one('Unsqueeze', [3, 2], { opset: 11, attributes: { axes: [1] } }),
  one('Reshape', [2, 3, 4], { operands: [{ ints: [0, -1] }] }),
  one('Flatten', [2, 3, 4]),
  one('Flatten', [2, 3, 4], { attributes: { axis: -1 } }),
  one('Transpose', [2, 3, 4]),
  one('Transpose', [2, 3, 4], { attributes: { perm: [0, 2, 1] } }),
  one('Expand', [3, 1], { operands: [{ ints: [2, 1, 4] }] }),
  one('Tile', [2, 3], { operands: [{ ints: [2, 1] }] }),
  one('Pad', [2, 3], { operands: [{ ints: [1, 0, 0, 2] }, { floats: [0.5], shape: [] }] }),
  one('Pad', [2, 3], { opset: 10, attributes: { pads: [1, 0, 0, 2], mode: 'edge' } }),
  one('Pad', [3, 4], { operands: [{ ints: [1, 2, 0, 3] }], attributes: { mode: 'reflect' } }),
  one('Pad', [3, 4], { operands: [{ ints: [-1, 2, 0, -1] }] }),
  one('Pad', [3, 4], { opset: 18, operands: [{ ints: [1, 2] }, null, { ints: [-1] }] }),
  one('Gather', [3, 4], { operands: [{ ints: [2, -1, 0] }], attributes: { axis: 1 } }),
  one('Gather', [3, 4], { operands: [{ ints: [-1] }] }),
  one('GatherElements', [3, 4], { operands: [{ ints: [2, -1, 0], shape: [3, 1] }], attributes: { axis: 1 } }),
  one('Gather', [3, 4], { operands: [{ ints: [1], shape: [] }], attributes: { axis: 1 } }),
  { op: 'Where', inputs: [elements], operands: [weights([4]), weights([3, 1])], as: 'bool' },
  one('Shape', [3, 4], { cast: true }),
  one('Shape', [3, 4, 5], { cast: true, attributes: { start: 1, end: -1 } }),
  one('Size', [3, 4], { cast: true }),
  one('Resize', image, { operands: [null, { floats: [1, 1, 2, 3] }] }),
  one('Resize', image, {
    operands: [null, { floats: [1, 1, 2, 2] }],
    attributes: { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  }),
  one('Resize', image, { operands: [null, null, { ints: [2, 4, 14, 24] }] }),
  one('Upsample', image, { opset: 9, operands: [{ floats: [1, 1, 2, 3] }] }),
  one('DepthToSpace', [2, 8, 3, 2], { attributes: { blocksize: 2 } }),
  one('DepthToSpace', [2, 8, 3, 2], { attributes: { blocksize: 2, mode: 'CRD' } }),
  one('SpaceToDepth', [2, 2, 4, 6], { attributes: { blocksize: 2 } }),
]

const nameOf = ({ op, inputs, attributes = {}, operands = [], opset = 17 }: Case) =>
  `${op} of version ${opset} on ${JSON.stringify(inputs)} ${JSON.stringify(attributes)} with ${operands.length} operands`

test.each(cases.map((given) => [nameOf(given), given] as const))('%s', async (_name, given) => {
  const bytes = fileOf(given)
  const net = await gluon.SymbolBlock.fromOnnx<NDArray | NDArray[]>(bytes)
  const values = given.inputs.map((shape, i) =>
    numbers(
      shape.reduce((a, b) => a * b, 1),
      20 + i,
      given.range,
    ),
  )
  const session = await sessionOf(bytes)
  const feeds = Object.fromEntries(given.inputs.map((shape, i) => [`x${i}`, tensorOf('float32', values[i], shape)]))
  const right = await session.run(feeds)
  const outputs = [net(...given.inputs.map((shape, i) => nd.array(values[i], { shape: [...shape] })))].flat()
  for (const [i, name] of session.outputNames.entries()) {
    expect([...outputs[i].shape]).toEqual([...right[name].dims])
    expect(await distance(outputs[i], right[name].data as Float32Array)).toBeLessThanOrEqual(2e-6)
  }
  await session.release()
})
