// Step: one node of an ONNX graph with its operands, as the functions that compute it read them.
import type { Context } from '../../../core/engine.ts'
import { NDArray } from '../../../core/ndarray.ts'
import { formatShape } from '../../../core/shape.ts'
import { Fault } from '../../fault.ts'
import type { Running } from '../../program.ts'
import type { Onnx } from '../schema.ts'
import { type Host, hostOf, isHost, type Value } from './host.ts'

const utf8 = new TextDecoder()

/** The attributes of a node by name. */
export class Attributes {
  readonly #held = new Map<string, Onnx<'attribute'>>()
  readonly #tensors = new Map<string, Host>()

  constructor(list: readonly Onnx<'attribute'>[]) {
    for (const attribute of list) {
      const name = attribute.name ?? ''
      this.#held.set(name, attribute)
      if (attribute.t) this.#tensors.set(name, hostOf(attribute.t))
    }
  }

  /** An integer. */
  int<T extends number | undefined>(name: string, usual: T): number | T {
    const found = this.#held.get(name)
    return found ? (found.i ?? 0) : usual
  }

  /** A number. */
  float<T extends number | undefined>(name: string, usual: T): number | T {
    const found = this.#held.get(name)
    return found ? (found.f ?? 0) : usual
  }

  /** A list of integers. */
  ints(name: string): readonly number[] | undefined {
    return this.#held.get(name)?.ints
  }

  /** A list of numbers. */
  floats(name: string): readonly number[] | undefined {
    return this.#held.get(name)?.floats
  }

  /** A text. */
  text<T extends string>(name: string, usual: T): string {
    const found = this.#held.get(name)?.s
    return found ? utf8.decode(found) : usual
  }

  /** A tensor. */
  tensor(name: string): Host | undefined {
    return this.#tensors.get(name)
  }

  /** Whether an attribute is there. */
  has(name: string): boolean {
    return this.#held.has(name)
  }
}

/** A node of the graph. */
export interface GraphStep {
  readonly name: string
  readonly opType: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

/** A node with its operands. */
export class Step {
  readonly node: GraphStep
  readonly attributes: Attributes
  /** The version of ONNX's operators that the file is written in. */
  readonly opset: number
  /** Where arrays are made. */
  readonly context: Context
  readonly #place: Running<Host>['place']
  readonly #values: readonly (Value | undefined)[]

  constructor(
    node: GraphStep,
    values: readonly (Value | undefined)[],
    opset: number,
    { context, place }: Running<Host>,
  ) {
    this.node = node
    this.attributes = node.attributes
    this.opset = opset
    this.context = context
    this.#place = place
    this.#values = values
  }

  /** How many operands there are. */
  get count(): number {
    return this.#values.length
  }

  /** Whether all operands are on the host. */
  get onHost(): boolean {
    return this.#values.every((value) => value === undefined || isHost(value))
  }

  /** The operands, which are all on the host. */
  get hosts(): readonly Host[] {
    return this.#values.filter((value) => isHost(value))
  }

  /** An operand that may lack. */
  maybe(i: number): Value | undefined {
    return this.#values[i]
  }

  /** An operand. */
  value(i: number): Value {
    const value = this.#values[i]
    if (value === undefined) throw new Fault(`operand ${i} is missing`)
    return value
  }

  /** An operand as an array. */
  array(i: number): NDArray {
    return this.asArray(this.value(i))
  }

  /** An operand as an array, or null where it lacks. */
  arrayOrNull(i: number): NDArray | null {
    return this.#values[i] === undefined ? null : this.array(i)
  }

  /** All operands as arrays. */
  arrays(): NDArray[] {
    return this.#values.map((_, i) => this.array(i))
  }

  /** A value as an array. */
  asArray(value: Value): NDArray {
    return value instanceof NDArray ? value : this.#place(value)
  }

  /** An operand on the host that may lack. Throws for one that is computed from the inputs' elements. */
  host(i: number): Host | undefined {
    const value = this.#values[i]
    if (value === undefined || isHost(value)) return value
    throw new Fault(`operand ${i} must be constant or follow from shapes: it is computed from the input`)
  }

  /** A list of integers on the host that may lack. */
  integers(i: number): readonly number[] | undefined {
    const host = this.host(i)
    return host && Array.from(host.values)
  }

  /** Integers that newer versions have as an operand, and older ones as an attribute. */
  integersOr(i: number, name: string): readonly number[] | undefined {
    return this.integers(i) ?? this.attributes.ints(name)
  }

  /** A number on the host that may lack. */
  number(i: number): number | undefined {
    const host = this.host(i)
    if (!host) return undefined
    if (host.values.length === 1) return host.values[0]
    throw new Fault(`operand ${i} must be one number, got ${formatShape(host.shape)}`)
  }
}

/** Computes a node. */
export type Importer = (step: Step) => Value | readonly Value[]

/** Importers by the names of operators. */
export type Importers = Readonly<Record<string, Importer>>

/** An axis counted from 0. */
export function axisOf(axis: number, axes: number): number {
  const at = axis < 0 ? axis + axes : axis
  if (Number.isInteger(at) && at >= 0 && at < axes) return at
  throw new Fault(`axis ${axis} is out of range for ${axes} axes`)
}
