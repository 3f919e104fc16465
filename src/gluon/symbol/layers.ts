// MXNet's layers: convolutions, products, pools, normalisations, activations, dropout and softmax.
import { checkAxis } from '../../core/shape.ts'
import * as nd from '../../nd/index.ts'
import { dropInTraining } from '../../ops/dropout/inTraining.ts'
import { fill } from '../../ops/fill/fill.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { checkedShape, Fault } from '../fault.ts'
import { normaliseBatch } from '../normaliseBatch.ts'
import type { SymbolOperator, SymbolOperators, SymbolStep } from './step.ts'

function window({ attributes }: SymbolStep) {
  const [kernel, stride, pad] = ['kernel', 'stride', 'pad'].map((name) => attributes.sizes(name))
  return { ...(kernel && { kernel }), ...(stride && { stride }), ...(pad && { pad }) }
}

/** The bias, or null where the file says that there is none. */
const bias = (step: SymbolStep, usual = false) => (step.attributes.flag('no_bias', usual) ? null : step.array(2))

function convolution(step: SymbolStep) {
  const { attributes } = step
  const layout = attributes.text('layout', undefined)
  if (layout !== undefined && layout !== 'NCHW' && layout !== 'NCW') {
    throw new Fault(`layout must be NCHW or NCW, got ${layout}`)
  }
  const dilate = attributes.sizes('dilate')
  const numFilter = attributes.int('num_filter', undefined)
  const options = { ...window(step), ...(dilate && { dilate }), numGroup: attributes.int('num_group', 1) }
  return numFilter === undefined ? options : { ...options, numFilter }
}

const deconvolution: SymbolOperator = (step) => {
  const { pad, ...options } = convolution(step)
  const [adj, targetShape] = [step.attributes.sizes('adj'), step.attributes.sizes('target_shape')]
  const target = targetShape?.some((n) => n > 0) ? targetShape : undefined
  const ends = target ? { targetShape: target } : { ...(pad && { pad }), ...(adj && { adj }) }
  return nd.deconvolution(step.x, step.array(1), bias(step, true), { ...options, ...ends })
}

const fullyConnected: SymbolOperator = (step) => {
  const { attributes } = step
  const numHidden = attributes.int('num_hidden', undefined)
  const options = { flatten: attributes.flag('flatten', true), ...(numHidden !== undefined && { numHidden }) }
  return nd.fullyConnected(step.x, step.array(1), bias(step), options)
}

const pooling: SymbolOperator = (step) => {
  const { attributes } = step
  return nd.pooling(step.x, {
    ...window(step),
    poolType: attributes.oneOf('pool_type', ['max', 'avg', 'sum'], 'max'),
    globalPool: attributes.flag('global_pool'),
    poolingConvention: attributes.oneOf('pooling_convention', ['valid', 'full'], 'valid'),
    countIncludePad: attributes.flag('count_include_pad', true),
  })
}

const batchNorm: SymbolOperator = (step) => {
  const { attributes, x } = step
  const axis = checkAxis('BatchNorm', attributes.int('axis', 1), x.ndim)
  const { context, dtype } = x
  const gamma = attributes.flag('fix_gamma', true) ? fill([x.shape[axis]], 1, { context, dtype }) : step.array(1)
  if (attributes.flag('output_mean_var')) throw new Fault('output_mean_var is not had')
  return normaliseBatch(x, gamma, step.array(2), [step.array(3), step.array(4)], {
    axis,
    eps: attributes.float('eps', 1e-3),
    momentum: attributes.float('momentum', 0.9),
    useGlobalStats: attributes.flag('use_global_stats'),
  })
}

const leakyReLU: SymbolOperator = (step) => {
  const { attributes } = step
  const actType = attributes.oneOf('act_type', ['leaky', 'prelu', 'rrelu', 'elu', 'selu', 'gelu'], 'leaky')
  if (actType === 'prelu') return nd.leakyReLU(step.x, { actType, gamma: step.array(1) })
  const [lowerBound, upperBound] = [attributes.float('lower_bound', 0.125), attributes.float('upper_bound', 0.334)]
  if (actType === 'rrelu') return nd.leakyReLU(step.x, { actType, lowerBound, upperBound })
  return nd.leakyReLU(step.x, { actType, slope: attributes.float('slope', 0.25) })
}

const activation: SymbolOperator = (step) => {
  const kinds = ['relu', 'sigmoid', 'tanh', 'softrelu', 'softsign'] as const
  return nd.activation(step.x, { actType: step.attributes.oneOf('act_type', kinds, 'relu') })
}

const dropout: SymbolOperator = (step) => {
  const { attributes, x } = step
  const p = attributes.float('p', 0.5)
  if (!(p >= 0 && p < 1)) throw new Fault(`p must be from 0 to below 1, got ${p}`)
  const axes = attributes.sizes('axes') ?? []
  if (attributes.oneOf('mode', ['training', 'always'], 'training') === 'always') {
    return nd.dropout(x, { p, mode: 'always', axes })
  }
  return dropInTraining(x, p, { axes })
}

function softmax(compute: typeof nd.softmax): SymbolOperator {
  return (step) => {
    const temperature = step.attributes.float('temperature', 1)
    if (step.attributes.flag('use_length')) throw new Fault('use_length is not had')
    const x = temperature === 1 ? step.x : nd.divide(step.x, temperature)
    return compute(x, { axis: step.attributes.int('axis', -1) })
  }
}

/** Classes lie along axis 1 with multi_output or mode channel, else in all axes but the first. */
function classes(step: SymbolStep, channels: boolean) {
  const { x } = step
  if (channels || x.ndim <= 2) return nd.softmax(x, { axis: x.ndim === 1 ? 0 : 1 })
  return withShape(nd.softmax(nd.flatten(x), { axis: 1 }), x.shape)
}

const upSampling: SymbolOperator = (step) => {
  const scale = step.attributes.int('scale', 1)
  if (step.attributes.text('sample_type', 'nearest') !== 'nearest' || step.arrays.length !== 1) {
    throw new Fault('repeats the elements of one array: sample_type must be nearest')
  }
  checkedShape(step.x.shape.map((n, k) => (k < 2 ? n : n * scale)))
  return nd.repeat(nd.repeat(step.x, scale, { axis: 2 }), scale, { axis: 3 })
}

/** How each operator is computed. */
export const layerOperators: SymbolOperators = {
  Activation: activation,
  BatchNorm: batchNorm,
  Convolution: (step) => nd.convolution(step.x, step.array(1), bias(step), convolution(step)),
  Deconvolution: deconvolution,
  Dropout: dropout,
  Embedding: (step) => nd.embedding(step.x, step.array(1)),
  FullyConnected: fullyConnected,
  GroupNorm: (step) => {
    const options = { numGroups: step.attributes.int('num_groups', 1), eps: step.attributes.float('eps', 1e-5) }
    return nd.groupNorm(step.x, step.array(1), step.array(2), options)
  },
  InstanceNorm: (step) =>
    nd.instanceNorm(step.x, step.array(1), step.array(2), { eps: step.attributes.float('eps', 1e-3) }),
  LayerNorm: (step) => {
    const options = { axis: step.attributes.int('axis', -1), eps: step.attributes.float('eps', 1e-5) }
    return nd.layerNorm(step.x, step.array(1), step.array(2), options)
  },
  LeakyReLU: leakyReLU,
  Pooling: pooling,
  SoftmaxActivation: (step) =>
    classes(step, step.attributes.oneOf('mode', ['instance', 'channel'], 'instance') === 'channel'),
  // the labels serve its gradient alone
  SoftmaxOutput: (step) => classes(step, step.attributes.flag('multi_output')),
  UpSampling: upSampling,
  log_softmax: softmax(nd.logSoftmax),
  softmax: softmax(nd.softmax),
}
