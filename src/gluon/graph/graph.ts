// Graphs: what a block computes, as the calls of one run with named values. Explaining and exporting read them.
import type { DType } from '../../core/dtype.ts'
import type { Attributes } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { Shape } from '../../core/shape.ts'
import type { AnyBlock } from '../block.ts'
import type { Parameter } from '../parameter.ts'

/** An array of a graph: an input, a parameter, a constant or an output of a node. */
export interface GraphValue {
  /** Unique in the graph: `data`, `features.0.weight`, `features.0.conv`. */
  readonly name: string
  readonly shape: Shape
  readonly dtype: DType
  /** Set where the value is a parameter. */
  readonly parameter?: Parameter
  /** Set where the value is an array that the block did not get and did not compute; it lives as long as the graph. */
  readonly constant?: NDArray
}

/** One call of an op or of a composite. */
export interface GraphNode {
  /** Unique in the graph: the block's path and the op's name, `features.0.conv`. */
  readonly name: string
  /** Name of the op: a kind, as `formula`, a routine, as `conv`, or a composite. */
  readonly op: string
  /** What users call it: the name of the formula, reduction or movement, or that of the op. */
  readonly calledAs: string
  readonly attrs: Attributes
  /** Numbers among the operands. */
  readonly scalars: readonly number[]
  readonly inputs: readonly GraphValue[]
  /** New values, then the inputs that are written in place, as they are after the call. */
  readonly outputs: readonly GraphValue[]
  /** Indices of the inputs that are written in place. */
  readonly mutates: readonly number[]
  /** Whether the output shares the memory of input 0. */
  readonly view: boolean
  /** The innermost block that was being called. */
  readonly block: AnyBlock
  /** That block's path from the traced one, as `features.0`; empty for the traced block itself. */
  readonly path: string
  /** Of a composite: the calls that it is made of. Absent where they read an array that was written in pieces. */
  readonly parts?: readonly GraphNode[]
}

/** What a block computes from inputs of certain shapes, in prediction. */
export interface Graph {
  readonly block: AnyBlock
  readonly inputs: readonly GraphValue[]
  /** The parameters that are read, in the block's order. */
  readonly parameters: readonly GraphValue[]
  readonly constants: readonly GraphValue[]
  /** In the order of their calls; each reads earlier ones. */
  readonly nodes: readonly GraphNode[]
  readonly outputs: readonly GraphValue[]
}
