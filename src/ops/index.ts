// All ops: their meanings by name, and the table of functions that gradients get.
import { formulaOp } from '../kinds/formula/formula.ts'
import { movementOp } from '../kinds/movement/movement.ts'
import { reductionOp } from '../kinds/reduction/reduction.ts'
import {
  activationGradientSum,
  activationGradientSumOp,
  channelSum,
  channelSumOp,
  conv,
  convData,
  convDataOp,
  convOp,
  convWeight,
  convWeightOp,
} from './conv/conv.ts'
import { assign, copyOp } from './copy/copy.ts'
import { dropoutMaskOp } from './dropout/dropout.ts'
import { activationGradient, add, exp, multiply, subtract } from './elementwise/elementwise.ts'
import { fill } from './fill/fill.ts'
import { matmul, matmulOp } from './matmul/matmul.ts'
import {
  averagePool,
  averagePoolGradient,
  averagePoolGradientOp,
  averagePoolOp,
  maxPoolGradient,
  maxPoolGradientOp,
  maxPoolOp,
} from './pool/pool.ts'
import { normalOp, randintOp, seedGeneratorOp, shuffleOp, uniformOp } from './random/random.ts'
import { argmaxOp } from './reduce/argmax.ts'
import { sum } from './reduce/reduce.ts'
import { normalizeOp } from './resize/normalize.ts'
import { resizeOp } from './resize/resize.ts'
import { toTensorOp } from './resize/toTensor.ts'
import {
  softmax,
  softmaxCrossEntropyGradient,
  softmaxCrossEntropyGradientOp,
  softmaxCrossEntropyOp,
  softmaxOp,
} from './softmax/softmax.ts'
import {
  oneHotOp,
  pick,
  pickGradient,
  pickGradientOp,
  pickOp,
  take,
  takeGradient,
  takeGradientOp,
  takeOp,
} from './take/take.ts'
import { broadcastTo } from './view/broadcastTo.ts'
import { reshapeOp, withShape } from './view/reshape.ts'

/** The meaning of every op, by name. */
export const specs = {
  activationGradientSum: activationGradientSumOp,
  argmax: argmaxOp,
  averagePool: averagePoolOp,
  averagePoolGradient: averagePoolGradientOp,
  channelSum: channelSumOp,
  conv: convOp,
  convData: convDataOp,
  convWeight: convWeightOp,
  copy: copyOp,
  dropoutMask: dropoutMaskOp,
  formula: formulaOp,
  matmul: matmulOp,
  maxPool: maxPoolOp,
  maxPoolGradient: maxPoolGradientOp,
  movement: movementOp,
  normal: normalOp,
  normalize: normalizeOp,
  oneHot: oneHotOp,
  pick: pickOp,
  pickGradient: pickGradientOp,
  randint: randintOp,
  reduction: reductionOp,
  reshape: reshapeOp,
  resize: resizeOp,
  seedGenerator: seedGeneratorOp,
  shuffle: shuffleOp,
  softmax: softmaxOp,
  softmaxCrossEntropy: softmaxCrossEntropyOp,
  softmaxCrossEntropyGradient: softmaxCrossEntropyGradientOp,
  take: takeOp,
  takeGradient: takeGradientOp,
  toTensor: toTensorOp,
  uniform: uniformOp,
}

/** Name of an op. */
export type OpName = keyof typeof specs

/** Functions of ops, as gradients call them. */
export const functions = {
  activationGradient,
  activationGradientSum,
  add,
  assign,
  averagePool,
  averagePoolGradient,
  broadcastTo,
  channelSum,
  conv,
  convData,
  convWeight,
  exp,
  fill,
  matmul,
  maxPoolGradient,
  multiply,
  pick,
  pickGradient,
  softmax,
  softmaxCrossEntropyGradient,
  subtract,
  sum,
  take,
  takeGradient,
  withShape,
}

/** The table of op functions. */
export type OpFunctions = typeof functions
