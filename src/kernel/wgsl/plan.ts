// What a WGSL kernel says of one call: its dispatches, by descriptors and attributes alone.
import type { Attributes, Descriptor } from '../../core/engine.ts'
import type { Cost } from './cost.ts'

/** What `planVersion` is for the CPU's plans: raised whenever a plan's bits change. */
export const gpuPlanVersion = 9

/**
 * A whole buffer, of multiples of 16 bytes, that a dispatch uses: of an operand, or of the workspace or the constants
 * with that index.
 */
export type Binding =
  | { readonly input: number }
  | { readonly output: number }
  | { readonly workspace: number }
  | { readonly constant: number }

/**
 * One 32-bit field of the uniform struct, in order: a u32; a float; the place of an operand in its buffer, in elements
 * (arrays are ranges of buffers); a number that changes from call to call, as a
 * float or cut to a whole one.
 */
export type Param =
  | number
  | { readonly float: number }
  | { readonly offset: Binding }
  | { readonly scalar: number; readonly integer?: boolean }

/** One dispatch. Group 0 has the bindings in this order, then the uniform struct, whose first fields are `commonFields`. */
export interface Dispatch {
  /** Text of a compute shader with the entry `main`; equal texts are one pipeline. */
  readonly shader: string
  readonly bindings: readonly Binding[]
  readonly params: readonly Param[]
  /** Each at most 65,535; numbered by `workgroupIndex`, so that a long dispatch may be sent in parts. */
  readonly workgroups: readonly [x: number, y: number, z: number]
  readonly cost: Cost
  /** Where it is known, for `--explain`. */
  readonly work?: GpuWork
}

/** What a dispatch asks of a device, by sizes alone. */
export interface GpuWork {
  readonly invocations: number
  /** Bytes of workgroup memory that each workgroup has. */
  readonly workgroupMemory: number
  /** Multiplications and additions. */
  readonly operations: number
  /** Bytes that its invocations read from buffers and write to them, by way of whatever caches there are. */
  readonly bytes: number
}

/** All dispatches of a call, run in order, each seeing what those before it wrote. */
export interface GpuPlan {
  /** Bytes of each temporary buffer. */
  readonly workspace: readonly number[]
  /** Tables that are made once and only read. */
  readonly constants?: readonly Uint32Array<ArrayBuffer>[]
  readonly dispatches: readonly Dispatch[]
  /** By which algorithm, for `--explain`. */
  readonly note?: string
}

/** What a plan may know of the device: nothing that a clock measured. */
export interface GpuTarget {
  /** Which tiles matrix products use: those meant for real GPUs, or small ones for software adapters. */
  readonly tiles: 'large' | 'small'
}

/** A kernel: a pure function of what is known before any value. */
export interface WgslKernel<A extends Attributes> {
  plan(inputs: readonly Descriptor[], attrs: A, outputs: readonly Descriptor[], target: GpuTarget): GpuPlan
}
