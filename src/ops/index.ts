// All ops: their meanings by name, and the table of functions that gradients get.
import { provideFunctions } from '../core/backward.ts'
import { channelSum, channelSumOp, conv, convData, convDataOp, convOp, convWeight, convWeightOp } from './conv/conv.ts'
import { assign, copy, copyOp, relayoutOp } from './copy/copy.ts'
import { fill, fillOp } from './fill/fill.ts'
import { matmul, matmulOp } from './matmul/matmul.ts'
import { reshape, reshapeOp } from './view/reshape.ts'

/** The meaning of every op, by name. */
export const specs = {
  channelSum: channelSumOp,
  conv: convOp,
  convData: convDataOp,
  convWeight: convWeightOp,
  copy: copyOp,
  fill: fillOp,
  matmul: matmulOp,
  relayout: relayoutOp,
  reshape: reshapeOp,
}

/** Name of an op. */
export type OpName = keyof typeof specs

/** Functions of ops, as gradients call them. */
export const functions = {
  assign,
  channelSum,
  conv,
  convData,
  convWeight,
  copy,
  fill,
  matmul,
  reshape,
}

/** The table of op functions. */
export type OpFunctions = typeof functions

provideFunctions(functions)
