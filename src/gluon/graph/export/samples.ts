// Sizes of arrays whose first inputs have any number of samples: those of two runs, with two and three samples.
import type { NDArray } from '../../../core/ndarray.ts'
import { within } from '../../../core/ownership.ts'
import { formatShape, type Shape } from '../../../core/shape.ts'
import { zeros } from '../../../nd/creation.ts'
import type { AnyBlock } from '../../block.ts'
import { Fault } from '../../fault.ts'
import type { Graph, GraphNode } from '../graph.ts'
import { trace } from '../trace.ts'

/** The numbers of samples in the two runs that a graph is exported from. */
export const batches = [2, 3] as const

/** The graphs of both runs, from inputs that show shapes and types. */
export function tracedTwice(block: AnyBlock, inputs: readonly NDArray[], name: string): readonly [Graph, Graph] {
  const [one, two] = batches.map((batch) =>
    within('', `${name} has returned`, () => {
      return trace(
        block,
        inputs.map(({ shape, dtype, context }) => zeros([batch, ...shape.slice(1)], { dtype, ctx: context })),
      )
    }),
  )
  return [one, two]
}

/** A node in both runs. */
export interface Both {
  readonly node: GraphNode
  readonly other: GraphNode
}

/** The shape that both runs have. Throws where it depends on the batch. */
export function fixedShape(shape: Shape, other: Shape, what: string): Shape {
  if (shape.length === other.length && shape.every((size, k) => size === other[k])) return shape
  throw new Fault(`${what} depends on the number of samples: ${formatShape(shape)} and ${formatShape(other)}`)
}

/** The sizes for a Reshape node, where −1 is the one that depends on the batch. */
export function reshapeSizes(shape: Shape, other: Shape): number[] {
  const sizes = shape.map((size, k) => (size === other[k] ? size : -1))
  if (sizes.filter((size) => size < 0).length <= 1) return sizes
  throw new Fault(`two sizes of ${formatShape(shape)} depend on the number of samples`)
}
