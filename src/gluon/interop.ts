// io: networks for other tools, and networks of other tools. Formats are imported when they are needed.
import type { NDArray } from '../core/ndarray.ts'
import type { AnyBlock } from './block.ts'
import type { Graph } from './graph/graph.ts'
import type { OnnxOptions } from './onnx/export/export.ts'
import type { SymbolFiles, SymbolOptions } from './symbol/export.ts'

export type { Graph, GraphNode, GraphValue } from './graph/graph.ts'
export type { OnnxOptions } from './onnx/export/export.ts'
export type { Preprocessing } from './onnx/export/preprocess.ts'
export type { SymbolFiles, SymbolOptions } from './symbol/export.ts'
export { type ParameterNames, torchNames } from './torchNames.ts'

/**
 * The graph of what a block computes from some inputs, in prediction: `await io.trace(net, [x])`. Throws where a graph
 * can't hold what `forward` does: where it reads values, calls an `autograd.Function` or has hooks.
 */
export async function trace(block: AnyBlock, inputs: readonly NDArray[]): Promise<Graph> {
  const { trace } = await import('./graph/trace.ts')
  return trace(block, inputs)
}

/**
 * The bytes of an ONNX file (opset 17) that computes what a block does in prediction: `await io.onnx(net, [x])`. `inputs`
 * show shapes and types; the first size of each is the number of samples, which stays free.
 */
export async function onnx(
  block: AnyBlock,
  inputs: readonly NDArray[],
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  const { exportOnnx } = await import('./onnx/export/export.ts')
  return exportOnnx(block, inputs, options)
}

/**
 * MXNet's symbol and parameters of what a block does in prediction: `await io.mxnet(net, [x])`. `inputs` show shapes and
 * types; the first size of each is the number of samples, which stays free. `net.export(path)` writes both files.
 */
export async function mxnet(
  block: AnyBlock,
  inputs: readonly NDArray[],
  options: SymbolOptions = {},
): Promise<SymbolFiles> {
  const { exportSymbol } = await import('./symbol/export.ts')
  return exportSymbol(block, inputs, options)
}

/**
 * The bytes of a safetensors file with all parameters of a block by structural names (`0.weight`). `metadata` is kept in
 * the file's header.
 */
export async function safetensors(
  block: AnyBlock,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { safetensorsOf } = await import('./weights.ts')
  return safetensorsOf(block, metadata)
}

/** The bytes of NumPy's .npz file with all parameters of a block by structural names, uncompressed. */
export async function npz(block: AnyBlock): Promise<Uint8Array<ArrayBuffer>> {
  const { npzOf } = await import('./weights.ts')
  return npzOf(block)
}
