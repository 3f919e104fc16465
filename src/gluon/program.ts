// Program: the steps of a network that was read from a file, run one by one; what no later step reads is released.
import { type Context, currentContext } from '../core/engine.ts'
import { GlueballError, nameOfKind, OpError, reasonOf } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { giveToLibrary, release, within } from '../core/ownership.ts'
import type { Parameter } from './parameter.ts'
import type { SymbolProgram } from './symbolBlock.ts'

/** A value while a program runs: an array, or what the host holds. */
export type ProgramValue<Host> = NDArray | Host

/** What a step computes with. */
export interface Running<Host> {
  /** Where arrays are made. */
  readonly context: Context
  /** A value of the host as an array; that of a constant is made once. */
  place(host: Host): NDArray
}

/** A node of the file. */
export interface ProgramStep<Host> {
  readonly name: string
  readonly opType: string
  /** Names of what is read; '' for an operand that lacks. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  compute(
    operands: readonly (ProgramValue<Host> | undefined)[],
    running: Running<Host>,
  ): ProgramValue<Host> | readonly ProgramValue<Host>[]
}

/** What a file says. */
export interface ProgramParts<Host> {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly steps: readonly ProgramStep<Host>[]
  readonly parameters: ReadonlyMap<string, (fullName: string) => Parameter>
  /** Values of the host that are there before the first step. */
  readonly constants: ReadonlyMap<string, Host>
  /** Makes an array of a value of the host. */
  upload(host: Host, context: Context): NDArray
}

/** A network of a file's operators. */
export class Program<Host extends object> implements SymbolProgram {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly parameters: ReadonlyMap<string, (fullName: string) => Parameter>
  readonly #parts: ProgramParts<Host>
  readonly #outputs: ReadonlySet<string>
  /** For each step the values that no later one reads. */
  readonly #ends: readonly (readonly string[])[]
  /** Constants on the contexts where they were needed. */
  readonly #placed: ReadonlyMap<Host, Map<Context, NDArray>>

  constructor(parts: ProgramParts<Host>) {
    this.#parts = parts
    this.inputNames = parts.inputNames
    this.outputNames = parts.outputNames
    this.parameters = parts.parameters
    this.#outputs = new Set(parts.outputNames)
    const last = new Map(parts.steps.flatMap(({ inputs }, i) => inputs.map((name) => [name, i] as const)))
    const ends = parts.steps.map((): string[] => [])
    for (const [name, i] of last) if (!this.#outputs.has(name)) ends[i].push(name)
    this.#ends = ends
    this.#placed = new Map(Array.from(parts.constants.values(), (host) => [host, new Map<Context, NDArray>()]))
  }

  run(inputs: readonly NDArray[], parameters: ReadonlyMap<string, Parameter>): NDArray[] {
    const { inputNames } = this
    if (inputs.length !== inputNames.length || !inputs.every((x) => x instanceof NDArray)) {
      const got = inputs.map(nameOfKind).join(', ') || 'none'
      throw new OpError('SymbolBlock', `takes ${inputNames.length} arrays (${inputNames.join(', ')}), got ${got}`)
    }
    const { steps, constants } = this.#parts
    const context = inputs[0]?.context ?? [...parameters.values()][0]?.context ?? currentContext()
    const running: Running<Host> = { context, place: (host) => this.#place(host, context) }
    const values = new Values<Host>(constants)
    for (const [name, parameter] of parameters) values.give(name, parameter.data())
    inputNames.forEach((name, i) => values.give(name, inputs[i]))
    steps.forEach((step, i) => {
      const operands = step.inputs.map((name) => (name === '' ? undefined : values.of(name)))
      const results = computed(step, () => step.compute(operands, running))
      step.outputs.forEach((name, k) => values.set(name, results[k]))
      for (const name of this.#ends[i]) values.drop(name)
    })
    return this.outputNames.map((name) => {
      const value = values.of(name)
      if (!(value instanceof NDArray)) return this.#parts.upload(value, context)
      return values.isGiven(value) ? value.copy() : value
    })
  }

  #place(host: Host, context: Context): NDArray {
    const places = this.#placed.get(host)
    if (!places) return this.#parts.upload(host, context)
    const known = places.get(context)
    if (known && known.released === undefined) return known
    const array = giveToLibrary(this.#parts.upload(host, context))
    places.set(context, array)
    return array
  }
}

/** Values by their names; one that was computed is released with its last name. */
class Values<Host> {
  readonly #values: Map<string, ProgramValue<Host>>
  /** Arrays that are not the program's: inputs, parameters and constants. */
  readonly #given = new Set<unknown>()
  /** How many names each computed array has. */
  readonly #names = new Map<ProgramValue<Host>, number>()

  constructor(constants: ReadonlyMap<string, Host>) {
    this.#values = new Map<string, ProgramValue<Host>>(constants)
  }

  give(name: string, array: NDArray): void {
    this.#values.set(name, array)
    this.#given.add(array)
  }

  isGiven(value: unknown): boolean {
    return this.#given.has(value)
  }

  set(name: string, value: ProgramValue<Host> | undefined): void {
    if (value === undefined) return
    this.#values.set(name, value)
    if (value instanceof NDArray && value.owner === 'library') this.#given.add(value)
    if (value instanceof NDArray) this.#names.set(value, (this.#names.get(value) ?? 0) + 1)
  }

  /** A value that was computed: further outputs of some operators are not. */
  of(name: string): ProgramValue<Host> {
    const value = this.#values.get(name)
    if (value !== undefined) return value
    throw new OpError('SymbolBlock', `import does not compute ${name}, a further output of its operator`)
  }

  drop(name: string): void {
    const value = this.#values.get(name)
    this.#values.delete(name)
    if (!(value instanceof NDArray) || this.#given.has(value)) return
    const left = (this.#names.get(value) ?? 1) - 1
    this.#names.set(value, left)
    if (left === 0) release(value, 'no operator reads it any more')
  }
}

/** The results of a step; what it makes besides is released at once. */
function computed<Host>(
  step: ProgramStep<Host>,
  run: () => ProgramValue<Host> | readonly ProgramValue<Host>[],
): readonly ProgramValue<Host>[] {
  return within('', 'its node was computed', () => {
    try {
      return [run()].flat() as readonly ProgramValue<Host>[]
    } catch (error) {
      if (error instanceof GlueballError && !(error instanceof OpError)) throw error
      const place = `${step.opType}${step.name ? ` ${step.name}` : ''}`
      // the op's own place is this block's, which is named once
      throw new OpError('SymbolBlock', `${place}: ${reasonOf(error).replace(/^in [^[]*: (?=\[)/, '')}`)
    }
  })
}

/** Checks that each value is there before it is read. `importer` is what the user called. */
export function checkOrder(
  importer: string,
  steps: readonly Pick<ProgramStep<never>, 'name' | 'opType' | 'inputs' | 'outputs'>[],
  known: Set<string>,
  outputs: readonly string[],
): void {
  for (const { name, opType, inputs, outputs: made } of steps) {
    const missing = inputs.find((input) => input !== '' && !known.has(input))
    if (missing !== undefined) {
      throw new OpError(importer, `node ${name || opType} reads ${missing}, which nothing computes before it`)
    }
    for (const output of made) known.add(output)
  }
  const missing = outputs.find((name) => !known.has(name))
  if (missing !== undefined) throw new OpError(importer, `nothing computes the output ${missing}`)
}
