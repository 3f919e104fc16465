// All ops: their meanings by name, and the table of functions that gradients get.
import { provideFunctions } from '../core/backward.ts'
import { channelSum, channelSumOp, conv, convData, convDataOp, convOp, convWeight, convWeightOp } from './conv/conv.ts'
import { assign, copy, copyOp, relayoutOp } from './copy/copy.ts'
import { fill, fillOp } from './fill/fill.ts'
import { matmul, matmulOp } from './matmul/matmul.ts'
import { cast, castOp } from './pointwise/cast.ts'
import {
  abs,
  activationGradient,
  add,
  divide,
  exp,
  floor,
  greater,
  greaterEqual,
  lesser,
  lesserEqual,
  log,
  multiply,
  negative,
  pointwiseOp,
  power,
  sign,
  subtract,
} from './pointwise/pointwise.ts'
import { normalOp, randintOp, seedGeneratorOp, shuffleOp, uniformOp } from './random/random.ts'
import { sgdMomentumUpdateOp, sgdUpdateOp } from './update/update.ts'
import { reshape, reshapeOp } from './view/reshape.ts'

/** The meaning of every op, by name. */
export const specs = {
  cast: castOp,
  channelSum: channelSumOp,
  conv: convOp,
  convData: convDataOp,
  convWeight: convWeightOp,
  copy: copyOp,
  fill: fillOp,
  matmul: matmulOp,
  normal: normalOp,
  pointwise: pointwiseOp,
  randint: randintOp,
  relayout: relayoutOp,
  reshape: reshapeOp,
  seedGenerator: seedGeneratorOp,
  sgdMomentumUpdate: sgdMomentumUpdateOp,
  sgdUpdate: sgdUpdateOp,
  shuffle: shuffleOp,
  uniform: uniformOp,
}

/** Name of an op. */
export type OpName = keyof typeof specs

/** Functions of ops, as gradients call them. */
export const functions = {
  abs,
  activationGradient,
  add,
  assign,
  cast,
  channelSum,
  conv,
  convData,
  convWeight,
  copy,
  divide,
  exp,
  fill,
  floor,
  greater,
  greaterEqual,
  lesser,
  lesserEqual,
  log,
  matmul,
  multiply,
  negative,
  power,
  reshape,
  sign,
  subtract,
}

/** The table of op functions. */
export type OpFunctions = typeof functions

provideFunctions(functions)
