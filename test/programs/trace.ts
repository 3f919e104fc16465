// What a program is given and notes while it runs, so that its twin in PyTorch starts from the same numbers.
import { type NDArray, nd } from 'glueball'
import { randomNumbers } from '../random.ts'

/** An array as the twin gets it: its shape, its first word among all values, and whether they are int32, else float32. */
export interface Plain {
  readonly shape: readonly number[]
  readonly at: number
  readonly integer: boolean
}

/** A program of a chapter: a few steps, whose numbers are compared with those of `NAME.py`. */
export interface Program {
  /** The chapter's title. */
  readonly title: string
  run(trace: Trace): Promise<void>
}

/** Anything that holds weights by name, such as `net.collectParams()`. */
interface Weights {
  values(): Iterable<{ data(): NDArray }>
}

type Values = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>

/** The inputs, initial weights and results of one run. */
export class Trace {
  readonly inputs: Record<string, Plain> = {}
  readonly weights: Plain[] = []
  /** Results in the order in which they were noted. */
  readonly notes: { readonly name: string; readonly values: readonly number[] }[] = []
  /** The values of inputs and weights, one after the other. */
  readonly values: Values[] = []
  #words = 0
  readonly #random = randomNumbers(1)

  /** A float32 array of uniform numbers from `low` to `high`. */
  uniform(name: string, shape: readonly number[], low = 0, high = 1): NDArray {
    const values = Float32Array.from({ length: sizeOf(shape) }, () => low + this.#random() * (high - low))
    return this.#input(name, shape, values)
  }

  /** An int32 array of numbers from 0 to below `end`, such as class numbers. */
  integers(name: string, shape: readonly number[], end: number): NDArray {
    return this.#input(
      name,
      shape,
      Int32Array.from({ length: sizeOf(shape) }, () => this.#random() * end),
    )
  }

  #input(name: string, shape: readonly number[], values: Values): NDArray {
    this.inputs[name] = this.#plain(shape, values)
    return nd.array(values, { shape })
  }

  #plain(shape: readonly number[], values: Values): Plain {
    const at = this.#words
    this.values.push(values)
    this.#words += values.length
    return { shape: [...shape], at, integer: values instanceof Int32Array }
  }

  /** Notes initial weights, which the twin gets in this order. */
  async start(weights: Weights | readonly NDArray[]): Promise<void> {
    const arrays = isList(weights) ? weights : Array.from(weights.values(), (one) => one.data())
    for (const array of arrays) this.weights.push(this.#plain(array.shape, Float32Array.from(await array.toArray())))
  }

  /** Notes a result, to be compared with the twin's note of the same place. */
  async note(name: string, array: NDArray): Promise<void> {
    this.notes.push({ name, values: [...(await array.toArray())] })
  }
}

const isList = (weights: Weights | readonly NDArray[]): weights is readonly NDArray[] => Array.isArray(weights)

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)
