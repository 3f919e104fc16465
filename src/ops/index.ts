// All ops: their meanings by name, and the table of functions that gradients get.
import { provideFunctions } from '../core/backward.ts'
import { assign, copy, copyOp, relayoutOp } from './copy/copy.ts'
import { fill, fillOp } from './fill/fill.ts'
import { reshape, reshapeOp } from './view/reshape.ts'

/** The meaning of every op, by name. */
export const specs = {
  copy: copyOp,
  fill: fillOp,
  relayout: relayoutOp,
  reshape: reshapeOp,
}

/** Name of an op. */
export type OpName = keyof typeof specs

/** Functions of ops, as gradients call them. */
export const functions = {
  assign,
  copy,
  fill,
  reshape,
}

/** The table of op functions. */
export type OpFunctions = typeof functions

provideFunctions(functions)
