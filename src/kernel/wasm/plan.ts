// What a kernel on the command stream is: a pure plan of phases, made from descriptors and printed by --explain.
import type { DType } from '../../core/dtype.ts'
import type { Attributes } from '../../core/engine.ts'
import type { Op } from '../../core/op.ts'
import type { KernelModule } from './module.ts'
import type { Rung } from './rung.ts'

/** Raised whenever a plan's bits change; a run that was begun under another number can't be continued bit by bit. */
export const planVersion = 11

/** How the elements of a 4-D array lie in memory: as the shape says, or channels last (NHWC for a shape NCHW). */
export type Order = 'plain' | 'channelsLast'

/** What a plan may know of an array; the engine's descriptors have this form. */
export interface PlannedArray {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly order: Order
}

/** Whether both orders mean the same bytes: one channel, one pixel, or not 4-D. */
export function orderless(shape: readonly number[]): boolean {
  return shape.length !== 4 || shape[1] === 1 || shape[2] * shape[3] === 1
}

/**
 * Where an array lies: an input, an output or a derived buffer (`plus` bytes on), a byte of the workspace, or an address
 * that is settled already.
 */
export type Address =
  | { readonly input: number; readonly plus?: number }
  | { readonly output: number; readonly plus?: number }
  | { readonly derived: number; readonly plus?: number }
  | { readonly workspace: number }
  | { readonly at: number }

/** Stands for an array that this call has none of. */
export const nowhere: Address = { at: 0 }

/** A number of the call that changes from call to call without a new plan. */
export interface Scalar {
  readonly scalar: number
}

/** A number of the call with its type: truncated to an i32 where `integer` is set, else an f32. */
export interface TypedScalar extends Scalar {
  readonly integer: boolean
}

/** One argument word of a phase: a number (a size, or f32 bits), an address, or a scalar (f32 bits, or truncated). */
export type PlanArgument =
  | number
  | Exclude<Address, { readonly at: number }>
  | { readonly scalar: number; readonly integer?: boolean }

/** `items` independent calls of `entry(index, args, scratch)`; the next phase starts when all are done. */
export interface Phase {
  readonly module: KernelModule
  readonly entry: string
  readonly items: number
  /** At most 24 words. */
  readonly args: readonly PlanArgument[]
}

/** A buffer computed from an input alone (packed weights), kept until that input is written to. */
export interface DerivedBuffer {
  readonly input: number
  /** Names the transform with all its sizes: see `derive`. */
  readonly key: string
  readonly bytes: number
  /** Its phases see the buffer as `{ derived: <its own index> }`. */
  readonly phases: readonly Phase[]
}

/** A buffer made of an input by phases, whose modules and arguments are its name. */
export function derive(input: number, bytes: number, phases: readonly Phase[]): DerivedBuffer {
  const steps = phases.map(
    ({ module, entry, items, args }) => `${module.key} ${entry} ${items} ${JSON.stringify(args)}`,
  )
  return { input, key: steps.join(), bytes, phases }
}

/** Everything one op call does: it follows from descriptors, attributes, rung and strictness, not from the threads. */
export interface Plan {
  /** Bytes that live for this call. */
  readonly workspace?: number
  /** Bytes that each thread has for itself; what is in them does not survive an item. */
  readonly scratch?: number
  readonly derived?: readonly DerivedBuffer[]
  readonly phases: readonly Phase[]
  /** One line for --explain: the algorithm and its tiles. */
  readonly note?: string
}

/** A kernel of the wasm engine. */
export interface WasmKernel<A> {
  /** The orders it takes and leaves, `any` where all elements of an output are equal. Default plain. */
  orders?(
    inputs: readonly PlannedArray[],
    attrs: A,
    outputs: readonly Pick<PlannedArray, 'shape' | 'dtype'>[],
  ): { readonly inputs: readonly Order[]; readonly outputs: readonly (Order | 'any')[] }
  /** With `strict`, sums are taken as they are defined, by no algorithm that trades digits for speed. */
  plan(inputs: readonly PlannedArray[], attrs: A, outputs: readonly PlannedArray[], rung: Rung, strict: boolean): Plan
}

/** An op with its kernel. */
export interface RunnableOp<A extends Attributes, Functions = unknown> extends Op<A, Functions> {
  /** How the CPU engine runs it. */
  readonly kernel: WasmKernel<A>
}

const floats = new Float32Array(1)
const words = new Int32Array(floats.buffer)

/** The bits of a float32, as an argument word. */
export function floatBits(value: number): number {
  floats[0] = value
  return words[0]
}
