// Import of ONNX: the bytes of a file as a program that a block runs, checked before memory is taken.
import { isDType } from '../../core/dtype.ts'
import { type Context, currentContext } from '../../core/engine.ts'
import { checkOptions, GlueballError, nameOfKind, OpError, type OptionNames, reasonOf } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { release, within } from '../../core/ownership.ts'
import { type BlockOptions, blockOptions } from '../block.ts'
import { oneContext } from '../contexts.ts'
import { Parameter } from '../parameter.ts'
import type { OnnxImportOptions, SymbolProgram } from '../symbolBlock.ts'
import { type Host, hostOf, ImportFault, isHost, uploaded, type Value } from './host.ts'
import { hostOperands, importers, trainedOperands } from './importers.ts'
import { decode } from './protobuf.ts'
import { type Onnx, schema } from './schema.ts'
import { Attributes, type GraphStep, Step } from './step.ts'

const importOptions: OptionNames<OnnxImportOptions> = { ...blockOptions, ctx: true }

/** The versions of ONNX's operators that are had. */
const opsets = { first: 7, last: 21 } as const

/** What a file says, and the options of its block. */
export function importOnnx(
  bytes: Uint8Array,
  options: OnnxImportOptions,
): { readonly program: SymbolProgram; readonly block: BlockOptions } {
  checkOptions('fromOnnx', options, '{ ctx }', importOptions)
  if (!(bytes instanceof Uint8Array)) {
    throw new OpError('fromOnnx', `takes the bytes of an ONNX file, a Uint8Array, got ${nameOfKind(bytes)}`)
  }
  const { ctx, ...block } = options
  const model = place('the file', () => decode(schema, 'model', bytes), 'is no ONNX file or damaged')
  const { graph } = model
  if (!graph) throw new OpError('fromOnnx', 'the file has no graph: it is no ONNX file, or damaged')
  const opset = opsetOf(model)
  refuseUnknown(graph)
  const program = new Program(graph, opset, ctx === undefined ? currentContext() : oneContext('fromOnnx', ctx))
  return { program, block }
}

/** Runs what reads a part of the file; faults are refused under its name. */
function place<T>(part: string, run: () => T, what = 'is damaged'): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof ImportFault) throw new OpError('fromOnnx', `${part}: ${error.message}`)
    if (error instanceof GlueballError) throw error
    throw new OpError('fromOnnx', `${part} ${what}: ${reasonOf(error)}`)
  }
}

/** The version of ONNX's own operators. */
function opsetOf(model: Onnx<'model'>): number {
  const own = model.opsetImport.find(({ domain }) => domain === undefined || domain === '' || domain === 'ai.onnx')
  const version = own?.version
  if (version !== undefined && version >= opsets.first && version <= opsets.last) return version
  const got = version === undefined ? 'none' : version
  throw new OpError('fromOnnx', `the opset must be from ${opsets.first} to ${opsets.last}, got ${got}`)
}

function refuseUnknown({ node }: Onnx<'graph'>): void {
  const missing = new Set<string>()
  for (const { opType = '', domain = '' } of node) {
    const own = domain === '' || domain === 'ai.onnx'
    if (!own) missing.add(`${domain}.${opType}`)
    else if (!Object.hasOwn(importers, opType)) missing.add(opType || 'a node without an operator')
  }
  if (missing.size > 0) throw new OpError('fromOnnx', `ONNX import does not have ${[...missing].join(', ')}`)
}

/** A network of ONNX's operators. */
class Program implements SymbolProgram {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly parameters: ReadonlyMap<string, (fullName: string) => Parameter>
  readonly #opset: number
  readonly #steps: readonly GraphStep[]
  /** Values that are there before the first node. */
  readonly #hosts: ReadonlyMap<string, Host>
  /** For each value the last node that reads it. */
  readonly #last: ReadonlyMap<string, number>

  constructor(graph: Onnx<'graph'>, opset: number, context: Context) {
    this.#opset = opset
    const hosts = new Map<string, Host>()
    for (const tensor of graph.initializer) {
      const name = tensor.name ?? ''
      hosts.set(
        name,
        place(`initializer ${name}`, () => hostOf(tensor)),
      )
    }
    this.inputNames = graph.input.map(({ name = '' }) => name).filter((name) => !hosts.has(name))
    this.outputNames = graph.output.map(({ name = '' }) => name)
    if (this.outputNames.length === 0) throw new OpError('fromOnnx', 'the graph has no outputs: the file is damaged')
    this.#steps = withoutAliases(graph.node.map(stepOf), hosts, new Set(this.outputNames))
    checkOrder(this.#steps, new Set([...hosts.keys(), ...this.inputNames]), this.outputNames)
    const roles = rolesOf(this.#steps, this.inputNames, hosts.keys())
    const parameters = new Map<string, (fullName: string) => Parameter>()
    for (const [name, host] of hosts) {
      const role = roles.get(name) ?? 'held'
      // a lone number that is added or multiplied is no weight
      const least = role === 'weight' || role === 'state' ? 1 : 2
      const held = role !== 'host' && host.values.length >= least
      if (!host.type.startsWith('float') || !held || host.shape.length === 0) continue
      parameters.set(name, (fullName) => parameterOf(fullName, host, role, context))
      hosts.delete(name)
    }
    this.parameters = parameters
    this.#hosts = hosts
    this.#last = new Map(this.#steps.flatMap(({ inputs }, i) => inputs.map((name) => [name, i] as const)))
  }

  run(inputs: readonly NDArray[], parameters: ReadonlyMap<string, Parameter>): NDArray[] {
    const { inputNames } = this
    if (inputs.length !== inputNames.length || !inputs.every((x) => x instanceof NDArray)) {
      const got = inputs.map(nameOfKind).join(', ') || 'none'
      throw new OpError('SymbolBlock', `takes ${inputNames.length} arrays (${inputNames.join(', ')}), got ${got}`)
    }
    const values = new Map<string, Value>(this.#hosts)
    for (const [name, parameter] of parameters) values.set(name, parameter.data())
    inputNames.forEach((name, i) => values.set(name, inputs[i]))
    const context = inputs[0]?.context ?? [...parameters.values()][0]?.context ?? currentContext()
    const kept = new Set<Value>(values.values())
    this.#steps.forEach((step, i) => {
      const operands = step.inputs.map((name) => (name === '' ? undefined : valueOf(name, values)))
      const results = computed(step, () => importers[step.opType](new Step(step, operands, this.#opset, context)))
      step.outputs.forEach((name, k) => {
        if (results[k] !== undefined) values.set(name, results[k])
      })
      for (const name of step.inputs) if (this.#last.get(name) === i) this.#drop(name, values, kept)
    })
    return this.outputNames.map((name) => this.#output(name, values, context, kept))
  }

  /** Releases an array that no node reads from here on. */
  #drop(name: string, values: Map<string, Value>, kept: ReadonlySet<Value>): void {
    const value = values.get(name)
    if (value === undefined || this.outputNames.includes(name)) return
    values.delete(name)
    if (isHost(value) || kept.has(value)) return
    for (const other of values.values()) if (other === value) return
    release(value, 'no operator reads it any more')
  }

  #output(
    name: string,
    values: ReadonlyMap<string, Value>,
    context: NDArray['context'],
    kept: ReadonlySet<Value>,
  ): NDArray {
    const value = valueOf(name, values)
    if (isHost(value)) return uploaded(value, context)
    return kept.has(value) ? value.copy() : value
  }
}

/** A value that was computed: further outputs of some operators are not. */
function valueOf(name: string, values: ReadonlyMap<string, Value>): Value {
  const value = values.get(name)
  if (value) return value
  throw new OpError('SymbolBlock', `import does not compute ${name}, a further output of its operator`)
}

/** The results of a node; what it makes besides is released at once. */
function computed(step: GraphStep, run: () => Value | readonly Value[]): readonly Value[] {
  return within('', 'its node was computed', () => {
    try {
      return [run()].flat()
    } catch (error) {
      if (error instanceof GlueballError && !(error instanceof OpError)) throw error
      const place = `${step.opType}${step.name ? ` ${step.name}` : ''}`
      // the op's own place is this block's, which is named once
      throw new OpError('SymbolBlock', `${place}: ${reasonOf(error).replace(/^in [^[]*: (?=\[)/, '')}`)
    }
  })
}

function stepOf(node: Onnx<'node'>): GraphStep {
  const { name = '', opType = '', input: inputs, output: outputs } = node
  const attributes = place(`node ${name || opType}`, () => new Attributes(node.attribute))
  return { name, opType, inputs, outputs, attributes }
}

/** PyTorch shares equal initializers by Identity: their names become one. */
function withoutAliases(
  steps: readonly GraphStep[],
  hosts: ReadonlyMap<string, Host>,
  outputs: ReadonlySet<string>,
): GraphStep[] {
  const aliases = new Map<string, string>()
  return steps.flatMap((step) => {
    const inputs = step.inputs.map((name) => aliases.get(name) ?? name)
    const [first] = inputs
    if (step.opType !== 'Identity' || !hosts.has(first) || outputs.has(step.outputs[0])) return [{ ...step, inputs }]
    aliases.set(step.outputs[0], first)
    return []
  })
}

/** Checks that each value is there before it is read. */
function checkOrder(steps: readonly GraphStep[], known: Set<string>, outputs: readonly string[]): void {
  for (const { name, opType, inputs, outputs: made } of steps) {
    const missing = inputs.find((input) => input !== '' && !known.has(input))
    if (missing !== undefined) {
      throw new OpError('fromOnnx', `node ${name || opType} reads ${missing}, which nothing computes before it`)
    }
    for (const output of made) known.add(output)
  }
  const missing = outputs.find((name) => !known.has(name))
  if (missing !== undefined) throw new OpError('fromOnnx', `nothing computes the output ${missing}`)
}

/** What an initializer is for: a weight, a factor or shift, a running statistic, none, or a number that the host reads. */
type Role = 'weight' | 'factor' | 'state' | 'held' | 'host'

/** Operators that change a weight's shape or order alone. */
const reshaping = new Set(['Cast', 'Expand', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze'])

/** Operators that prepare an image. */
const preparing = new Set([...reshaping, 'Add', 'Div', 'Mul', 'Sub', 'Slice', 'Gather', 'Concat'])

/**
 * What initializers are for. Factors and shifts of Mul and Add are trained like other weights, as normalisations are
 * written by them, unless they prepare the graph's input.
 */
function rolesOf(steps: readonly GraphStep[], graphInputs: readonly string[], weights: Iterable<string>) {
  const roles = new Map<string, Role>()
  const roots = new Map(Array.from(weights, (name) => [name, name]))
  const images = new Set(graphInputs)
  const give = (name: string | undefined, role: Role) => {
    const root = name === undefined ? undefined : roots.get(name)
    if (root !== undefined) roles.set(root, roles.get(root) ?? role)
  }
  for (const { opType, inputs, outputs } of steps) {
    for (const i of hostOperands[opType] ?? []) give(inputs[i], 'host')
    for (const i of trainedOperands[opType] ?? []) give(inputs[i], 'weight')
    if (opType === 'BatchNormalization') for (const name of inputs.slice(3, 5)) give(name, 'state')
    const prepares = preparing.has(opType) && inputs.some((name) => images.has(name))
    if (prepares) images.add(outputs[0])
    else if (opType === 'Mul' || opType === 'Add') for (const name of inputs) give(name, 'factor')
    const root = reshaping.has(opType) ? roots.get(inputs[0]) : undefined
    if (root !== undefined) roots.set(outputs[0], root)
  }
  return roles
}

function parameterOf(name: string, host: Host, role: Role, context: Context): Parameter {
  const dtype = isDType(host.type) ? host.type : 'float32'
  const made = {
    weight: {},
    factor: {},
    state: { differentiable: false },
    held: { gradReq: 'null' },
    host: {},
  } as const
  const parameter = new Parameter(name, { shape: host.shape, dtype, ...made[role] })
  const values = uploaded(host, context)
  parameter.setData(values)
  release(values, 'it was read')
  return parameter
}
