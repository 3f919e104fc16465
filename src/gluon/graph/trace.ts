// trace: the graph of a block, from the records of the calls that one run of it makes.
import { pause } from '../../autograd/autograd.ts'
import { bytesOf } from '../../core/dtype.ts'
import type { Call, Context, Spec, Value } from '../../core/engine.ts'
import { DeferredInitializationError, nameOfKind, OpError } from '../../core/errors.ts'
import { listen, traced } from '../../core/listen.ts'
import { NDArray } from '../../core/ndarray.ts'
import { arraysIn, giveToLibrary, within } from '../../core/ownership.ts'
import { sameShape } from '../../core/shape.ts'
import type { Storage } from '../../core/storage.ts'
import type { AnyBlock } from '../block.ts'
import type { Parameter } from '../parameter.ts'
import { structuralNames } from '../structure.ts'
import type { Graph, GraphNode, GraphValue } from './graph.ts'

/**
 * The graph of what a block computes from some inputs, in prediction. The block is run once; a block whose parameters
 * have no shapes yet is run twice. Throws where a graph can't hold what `forward` does: where it reads values, calls an
 * `autograd.Function`, writes to its inputs or parameters, or has hooks.
 */
export function trace(block: AnyBlock, inputs: readonly unknown[]): Graph {
  if (typeof (block as Partial<AnyBlock> | null)?.walk !== 'function')
    throw new OpError('trace', `takes a block, got ${nameOfKind(block)}`)
  const arrays = Array.isArray(inputs) ? arraysIn(inputs) : []
  if (arrays.length === 0) throw new OpError('trace', `takes a list of inputs, as [x], got ${nameOfKind(inputs)}`)
  for (const [path, found] of block.walk()) {
    if (!found.hooked) continue
    throw new OpError(
      'trace',
      `a graph does not hold the hooks of ${path || block.name} (${found.className}): detach them`,
    )
  }
  const run = () => pause(() => (block as unknown as (...inputs: readonly unknown[]) => unknown)(...inputs))
  return within('', 'trace has returned', () => {
    const parameters = [...structuralNames(block)]
    if (parameters.some(([, parameter]) => !known(parameter))) run()
    const tracer = new Tracer(block, arrays, parameters)
    const end = listen((call) => tracer.see(call))
    try {
      return tracer.graph(arraysIn(traced(run)))
    } finally {
      end()
    }
  })
}

/** Whether a parameter has its values. */
function known(parameter: Parameter): boolean {
  try {
    parameter.data()
    return true
  } catch (error) {
    if (error instanceof DeferredInitializationError) return false
    throw error
  }
}

/** A range of a storage and the value that it holds from some call on. */
interface Definition {
  readonly start: number
  readonly end: number
  readonly value: GraphValue
  /** Whether the range was written, and not only viewed. */
  readonly written: boolean
}

/** A node while the graph is made. */
interface Numbered {
  readonly node: GraphNode
  /** The number of its record. */
  readonly number: number
  /** Why it can't be in a graph, if it can't. */
  readonly fault?: string | undefined
}

/** Where a call happens, and what is named by that. */
type CallPlace = Pick<GraphNode, 'path' | 'block' | 'name'>

/** Turns records into nodes. */
class Tracer {
  readonly #block: AnyBlock
  readonly #blocks = new Map<string, readonly [path: string, block: AnyBlock]>()
  readonly #context: Context
  readonly #definitions = new Map<Storage, Definition[]>()
  /** How often each name of a value was asked for. */
  readonly #names = new Map<string, number>()
  readonly #inputs: readonly GraphValue[]
  /** All parameters in the order of the block, and those that were read. */
  readonly #parameters: GraphValue[] = []
  readonly #used = new Set<GraphValue>()
  readonly #constants: GraphValue[] = []
  #nodes: Numbered[] = []
  #records = 0

  constructor(block: AnyBlock, inputs: readonly NDArray[], parameters: readonly (readonly [string, Parameter])[]) {
    this.#block = block
    this.#context = inputs[0].context
    for (const [path, found] of block.walk()) {
      this.#blocks.set(`${path ? `${block.name}.${path}` : block.name} (${found.className})`, [path, found])
    }
    for (const [name, parameter] of parameters) {
      const { value } = parameter.data()
      if (this.#exact(value)) continue // shared by two blocks
      this.#parameters.push(this.#define(value, { ...this.#named(name, value), parameter }))
    }
    this.#inputs = inputs.map(({ value }, i) => {
      return this.#define(value, this.#named(inputs.length === 1 ? 'data' : `data${i}`, value))
    })
  }

  /** Takes the next record. */
  see(call: Call): void {
    const number = this.#records++
    if (call.parts !== undefined) return this.#compose(call, number, number - call.parts)
    const faults: string[] = []
    const inputs = call.inputs.map((value) => this.#read(value, faults))
    // a view of the whole under its own shape is no new value
    if (call.view && this.#exact(call.outputs[0]) === inputs[0]) return
    const place = this.#placeOf(call)
    const written = [...call.outputs, ...call.mutates.map((i) => call.inputs[i])]
    const outputs = written.map((value) => {
      if (!call.view) faults.push(...this.#faultsOfWrite(call, this.#exact(value)))
      return this.#define(value, this.#named(place.name, value), !call.view)
    })
    this.#nodes.push({ number, fault: faults[0], node: this.#node(call, place, inputs, outputs) })
  }

  /** Puts a composite in the place of its parts. */
  #compose(call: Call, number: number, first: number): void {
    const parts = this.#nodes.filter((part) => part.number >= first)
    this.#nodes = this.#nodes.filter((part) => part.number < first)
    const faults: string[] = []
    const inputs = call.inputs.map((value) => this.#read(value, faults))
    const place = this.#placeOf(call)
    const outputs = call.outputs.map((value) => {
      return this.#exact(value) ?? this.#define(value, this.#named(place.name, value))
    })
    const whole = parts.every(({ fault }) => fault === undefined)
    const node = this.#node(call, place, inputs, outputs)
    const composite = whole ? { ...node, parts: parts.map((part) => part.node) } : node
    this.#nodes.push({ number, fault: faults[0], node: composite })
  }

  #node(call: Call, place: CallPlace, inputs: readonly GraphValue[], outputs: readonly GraphValue[]): GraphNode {
    const { op, name: calledAs, attrs, scalars, mutates, view } = call
    return { ...place, op, calledAs, attrs, scalars, inputs, outputs, mutates, view }
  }

  /** The graph of what was seen. */
  graph(results: readonly NDArray[]): Graph {
    const faults: string[] = []
    const outputs = results.map(({ value }) => this.#read(value, faults))
    const fault = this.#nodes.find((found) => found.fault)?.fault ?? faults[0]
    if (fault) throw new OpError('trace', fault)
    return {
      block: this.#block,
      inputs: this.#inputs,
      parameters: this.#parameters.filter((value) => this.#used.has(value)),
      constants: this.#constants,
      nodes: named(
        this.#nodes.map(({ node }) => node),
        new Map(),
      ),
      outputs,
    }
  }

  /** The value that a call reads: defined before, or a constant. */
  #read(value: Value, faults: string[]): GraphValue {
    const found = this.#exact(value)
    if (found) {
      this.#used.add(found)
      return found
    }
    const { start, end } = rangeOf(value)
    const list = this.#definitions.get(value.storage) ?? []
    if (list.some((other) => other.start < end && start < other.end)) {
      faults.push('a graph does not hold arrays that are written in pieces or in other shapes: use where or concat')
    }
    return this.#constant(value)
  }

  #constant(value: Value): GraphValue {
    value.storage.retain()
    const constant = giveToLibrary(new NDArray({ context: this.#context, value }))
    const made = { ...this.#named('constant', value), constant }
    this.#constants.push(made)
    return this.#define(value, made)
  }

  /** What a range holds now, where it was defined as it is. */
  #exact(value: Value): GraphValue | undefined {
    const { start, end } = rangeOf(value)
    const list = this.#definitions.get(value.storage) ?? []
    for (const made of list.toReversed()) {
      if (made.start === start && made.end === end && sameSpec(made.value, value)) return made.value
      if (made.written && made.start < end && start < made.end) return undefined
    }
    return undefined
  }

  #define(value: Value, made: GraphValue, written = true): GraphValue {
    const list = this.#definitions.get(value.storage) ?? []
    this.#definitions.set(value.storage, list)
    list.push({ ...rangeOf(value), value: made, written })
    return made
  }

  /** What is wrong with a write: it goes to what the block was given. */
  #faultsOfWrite(call: Call, target: GraphValue | undefined): string[] {
    const what = target?.parameter ? 'parameter' : target?.constant ? 'constant' : 'input'
    if (!target || (what === 'input' && !this.#inputs.includes(target))) return []
    const place = call.path && ` in ${call.path}`
    return [`${call.name}${place} writes to the ${what} ${target.name}: a graph changes none`]
  }

  /** A spec under a name of its own. */
  #named(name: string, { shape, dtype }: Spec): GraphValue {
    return { name: unique(name, this.#names), shape, dtype }
  }

  #placeOf(call: Call): CallPlace {
    const [path, block] = this.#blocks.get(call.path) ?? ['', this.#block]
    return { path, block, name: path ? `${path}.${call.name}` : call.name }
  }
}

/** The nodes under names of their own; parts are named behind the composites that they make. */
function named(nodes: readonly GraphNode[], counts: Map<string, number>): GraphNode[] {
  const whole = nodes.map((node) => ({ ...node, name: unique(node.name, counts) }))
  return whole.map((node) => (node.parts ? { ...node, parts: named(node.parts, counts) } : node))
}

/** The name, with a number behind it where it was given before. */
function unique(name: string, counts: Map<string, number>): string {
  const count = counts.get(name) ?? 0
  counts.set(name, count + 1)
  return count === 0 ? name : unique(`${name}.${count}`, counts)
}

function rangeOf(value: Value) {
  return { start: value.offset, end: value.offset + bytesOf(value) }
}

function sameSpec(a: Spec, b: Spec): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape)
}
