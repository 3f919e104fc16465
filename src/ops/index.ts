// All ops: their meanings by name, and the table of functions that gradients get.
import * as calls from './functions.ts'
import type * as specs from './specs.ts'

/** Name of an op. */
export type OpName = keyof typeof specs

/** Functions of ops, as gradients call them. */
export const functions = { ...calls }

/** The table of op functions. */
export type OpFunctions = typeof functions
