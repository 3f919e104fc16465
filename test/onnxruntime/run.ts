// ONNX Runtime for tests: runs the bytes of a file on arrays, and gives its outputs by name.
import { createRequire } from 'node:module'

/** An array as ONNX Runtime takes and gives it. */
export interface Tensor {
  readonly type: string
  readonly data: ArrayLike<number> | BigInt64Array
  readonly dims: readonly number[]
}

interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>
  release(): Promise<void>
}

interface Runtime {
  readonly InferenceSession: { create(bytes: Uint8Array, options?: object): Promise<Session> }
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => Tensor
}

const { InferenceSession, Tensor } = createRequire(import.meta.url)('onnxruntime-node') as Runtime

/** A tensor. */
export function tensorOf(type: string, data: unknown, dims: readonly number[]): Tensor {
  return new Tensor(type, data, dims)
}

/** A network that ONNX Runtime has read, without its optimisations, so that it computes what the file says. */
export async function sessionOf(bytes: Uint8Array): Promise<Session> {
  const options = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 3 }
  return InferenceSession.create(bytes, options)
}
