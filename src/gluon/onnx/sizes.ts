// Sizes of arrays whose first inputs have any number of samples: those of two runs, with two and three samples.
import { formatShape, type Shape } from '../../core/shape.ts'
import type { GraphNode, GraphValue } from '../graph/graph.ts'
import type { OnnxDraft } from './schema.ts'

/** The numbers of samples in the two runs that a graph is exported from. */
export const batches = [2, 3] as const

/** A node in both runs. */
export interface Both {
  readonly node: GraphNode
  readonly other: GraphNode
}

/** Raised for what can't be exported; the message names the node. */
export class ExportFault extends Error {}

/** The shape that both runs have. Throws where it depends on the batch. */
export function fixedShape(shape: Shape, other: Shape, what: string): Shape {
  if (shape.length === other.length && shape.every((size, k) => size === other[k])) return shape
  throw new ExportFault(`${what} depends on the number of samples: ${formatShape(shape)} and ${formatShape(other)}`)
}

/** The sizes for a Reshape node, where −1 is the one that depends on the batch. */
export function reshapeSizes(shape: Shape, other: Shape): number[] {
  const sizes = shape.map((size, k) => (size === other[k] ? size : -1))
  if (sizes.filter((size) => size < 0).length <= 1) return sizes
  throw new ExportFault(`two sizes of ${formatShape(shape)} depend on the number of samples`)
}

/** The dimensions of an input or output of the file: the number of samples is `batch`. */
export function dimensions(value: GraphValue, other: GraphValue): OnnxDraft<'dimension'>[] {
  return value.shape.map((size, k) => {
    if (size === other.shape[k]) return { dimValue: size }
    const times = size / batches[0]
    const whole = Number.isInteger(times) && other.shape[k] === times * batches[1]
    return { dimParam: !whole ? `${value.name}_${k}` : times === 1 ? 'batch' : `${times}*batch` }
  })
}
