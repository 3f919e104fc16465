// Import of ONNX: the bytes of a file as a program that a block runs, checked before memory is taken.
import { isDType } from '../../../core/dtype.ts'
import { type Context, currentContext } from '../../../core/engine.ts'
import { checkOptions, GlueballError, nameOfKind, OpError, type OptionNames, reasonOf } from '../../../core/errors.ts'
import { release } from '../../../core/ownership.ts'
import { type BlockOptions, blockOptions } from '../../block.ts'
import { oneContext } from '../../contexts.ts'
import { Fault } from '../../fault.ts'
import { Parameter } from '../../parameter.ts'
import { checkOrder, Program } from '../../program.ts'
import type { OnnxImportOptions, SymbolProgram } from '../../symbolBlock.ts'
import { decode } from '../protobuf.ts'
import { type Onnx, schema } from '../schema.ts'
import { type Host, hostOf, uploaded } from './host.ts'
import { hostOperands, importers, trainedOperands } from './importers.ts'
import { constantOf } from './shapes.ts'
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
  const program = programOf(graph, opset, ctx === undefined ? currentContext() : oneContext('fromOnnx', ctx))
  return { program, block }
}

/** Runs what reads a part of the file; faults are refused under its name. */
function place<T>(part: string, run: () => T, what = 'is damaged'): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof Fault) throw new OpError('fromOnnx', `${part}: ${error.message}`)
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
function programOf(graph: Onnx<'graph'>, opset: number, context: Context): SymbolProgram {
  const constants = new Map<string, Host>()
  for (const tensor of graph.initializer) {
    const { name = '' } = tensor
    constants.set(
      name,
      place(`initializer ${name}`, () => hostOf(tensor)),
    )
  }
  const inputNames = graph.input.map(({ name = '' }) => name).filter((name) => !constants.has(name))
  const outputNames = graph.output.map(({ name = '' }) => name)
  if (outputNames.length === 0) throw new OpError('fromOnnx', 'the graph has no outputs: the file is damaged')
  const steps = withoutAliases(graph.node.map(stepOf), constants, new Set(outputNames))
  checkOrder('fromOnnx', steps, new Set([...constants.keys(), ...inputNames]), outputNames)
  const roles = rolesOf(steps, inputNames, constants.keys())
  const parameters = new Map<string, (fullName: string) => Parameter>()
  for (const [name, host] of constants) {
    const role = roles.get(name) ?? 'held'
    // a lone number that is added or multiplied is no weight
    const least = role === 'weight' || role === 'state' ? 1 : 2
    const held = role !== 'host' && host.values.length >= least
    if (!host.type.startsWith('float') || !held || host.shape.length === 0) continue
    parameters.set(name, (fullName) => parameterOf(fullName, host, role, context))
    constants.delete(name)
  }
  const computing = steps.filter((step) => {
    if (step.opType !== 'Constant') return true
    constants.set(
      step.outputs[0],
      place(`node ${step.name || step.opType}`, () => constantOf(step.attributes)),
    )
    return false
  })
  return new Program<Host>({
    ...{ inputNames, outputNames, parameters, constants, upload: uploaded },
    steps: computing.map((step) => ({
      ...step,
      compute: (operands, running) => importers[step.opType](new Step(step, operands, opset, running)),
    })),
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
