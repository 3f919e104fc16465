// What an op means: its shape rule, what its gradient needs, its gradient.
import type { Attributes, Spec } from './engine.ts'
import type { NDArray } from './ndarray.ts'

/** What a gradient may look at: only what the op said it saves, and the specs of everything. */
export interface GradientContext<A extends Attributes> {
  readonly attrs: A
  readonly scalars: readonly number[]
  /** Shapes and dtypes of the inputs. */
  readonly inputs: readonly Spec[]
  /** Shapes and dtypes of the outputs, hidden ones last. */
  readonly outputs: readonly Spec[]
  /** The saved input; throws when the op does not save it. */
  x(index: number): NDArray
  /** The saved output (hidden ones after the visible); throws when the op does not save it. */
  y(index: number): NDArray
  /** Which inputs want a gradient. */
  readonly needs: readonly boolean[]
  /** Where the gradient of an input may be written at once (a parameter's slot), if there is such a place. */
  into(index: number): NDArray | undefined
  /** Whether this gradient of an output has no other reader, so that it may be overwritten. */
  spare(index: number): boolean
}

/** Indices of the inputs and outputs that a gradient reads. */
export interface Saves {
  readonly inputs?: readonly number[]
  readonly outputs?: readonly number[]
}

/**
 * An op: a name with its meaning. `Functions` is the table of all public op functions, which a gradient gets as an
 * argument so that op folders never import each other.
 */
export interface Op<A extends Attributes, Functions = unknown> {
  readonly name: string
  /** How the CPU engine runs it, which alone looks at it. Here, so that a bundle holds the kernels of its ops alone. */
  readonly kernel?: unknown
  /** What users call it, where one op has several names. Default its name. */
  calledAs?(attrs: A): string
  /** Shapes and dtypes of the outputs; throws `OpError` for inputs that don't fit. */
  infer(inputs: readonly Spec[], attrs: A): readonly Spec[]
  /** Outputs made only while recording, for the gradient alone (an argmax, a mask). */
  hidden?(inputs: readonly Spec[], attrs: A): readonly Spec[]
  /** Inputs that are written in place, for all calls or by the attributes. */
  readonly mutates?: readonly number[] | ((attrs: A) => readonly number[])
  /** Where the output begins in input 0's storage, in elements, when it is a range of it: then no kernel runs. */
  view?(inputs: readonly Spec[], attrs: A): number | undefined
  /** What the gradient reads, for all calls or by the attributes, which inputs want a gradient, and all shapes. */
  readonly saves?:
    | Saves
    | ((attrs: A, needs: readonly boolean[], inputs: readonly Spec[], outputs: readonly Spec[]) => Saves)
  /** Gradients of the inputs from those of the visible outputs; null where there is none. */
  gradient?(context: GradientContext<A>, dy: readonly NDArray[], functions: Functions): readonly (NDArray | null)[]
}
