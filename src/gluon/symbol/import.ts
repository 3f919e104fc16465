// Import of MXNet: a symbol file and its .params file as a program that a block runs.
import { type DType, dtypes, isDType } from '../../core/dtype.ts'
import { type Context, currentContext } from '../../core/engine.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { release } from '../../core/ownership.ts'
import { formatShape } from '../../core/shape.ts'
import { decodeArrays } from '../../io/arrayFiles.ts'
import { readBytes } from '../../io/files.ts'
import type { ParamsEntry } from '../../io/params.ts'
import { array, zeros } from '../../nd/creation.ts'
import { type BlockOptions, blockOptions } from '../block.ts'
import { oneContext } from '../contexts.ts'
import { Parameter } from '../parameter.ts'
import { checkOrder, Program, type ProgramStep } from '../program.ts'
import type { SymbolImportOptions, SymbolProgram } from '../symbolBlock.ts'
import { SymbolAttributes } from './attributes.ts'
import { elementOperators } from './elements.ts'
import { type FileNode, type Place, readSymbol, type SymbolContent } from './file.ts'
import { layerOperators } from './layers.ts'
import { movementOperators } from './movements.ts'
import { type SymbolOperators, SymbolStep } from './step.ts'

const importOptions: OptionNames<SymbolImportOptions> = {
  ...blockOptions,
  ctx: true,
  allowMissing: 'boolean',
  ignoreExtra: 'boolean',
}

const operators: SymbolOperators = { ...layerOperators, ...elementOperators, ...movementOperators }

/** A path, or the bytes of a file. */
export type FileOrBytes = string | Uint8Array

/** What the files say, and the options of the block. */
export async function importSymbol(
  symbolFile: FileOrBytes,
  inputNames: string | readonly string[],
  paramFile: FileOrBytes | null,
  options: SymbolImportOptions,
): Promise<{ readonly program: SymbolProgram; readonly block: BlockOptions }> {
  checkOptions('imports', options, '{ ctx }', importOptions)
  const names: readonly unknown[] = typeof inputNames === 'string' ? [inputNames] : inputNames
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw new OpError(
      'imports',
      `inputNames must be a name or a list of names, as 'data', got ${nameOfKind(inputNames)}`,
    )
  }
  const { ctx, allowMissing = false, ignoreExtra = false, ...block } = options
  const [bytes, file] = await contentOf(symbolFile, 'a -symbol.json file')
  const content = readSymbol('imports', bytes, file)
  refuseUnknown(content)
  const weights = paramFile === null ? null : await weightsOf(paramFile)
  const context = ctx === undefined ? currentContext() : oneContext('imports', ctx)
  const program = programOf(content, { names: names as string[], file, weights, context, allowMissing, ignoreExtra })
  // the names of the file are full ones
  return { program, block: { prefix: '', ...block } }
}

async function contentOf(from: FileOrBytes, expected: string): Promise<[bytes: Uint8Array, file: string]> {
  if (from instanceof Uint8Array) return [from, 'the file']
  if (typeof from === 'string') return [await readBytes('imports', from, expected), from]
  throw new OpError('imports', `takes the path or the bytes of ${expected}, got ${nameOfKind(from)}`)
}

/** The arrays of a .params file without `arg:` and `aux:`. */
async function weightsOf(from: FileOrBytes): Promise<ReadonlyMap<string, ParamsEntry>> {
  const [bytes, file] = await contentOf(from, 'a .params file')
  const entries = await decodeArrays('imports', bytes, file)
  return new Map(entries.map((entry) => [entry.name.replace(/^(arg|aux):/, ''), entry]))
}

function refuseUnknown({ nodes }: SymbolContent): void {
  const missing = new Set<string>()
  for (const { op } of nodes) if (op !== 'null' && !Object.hasOwn(operators, op)) missing.add(op || 'a node without op')
  if (missing.size > 0) throw new OpError('imports', `MXNet import does not have ${[...missing].join(', ')}`)
}

/** What a program is made with besides the graph. */
interface Given {
  readonly names: readonly string[]
  readonly file: string
  readonly weights: ReadonlyMap<string, ParamsEntry> | null
  readonly context: Context
  readonly allowMissing: boolean
  readonly ignoreExtra: boolean
}

function programOf({ nodes, heads }: SymbolContent, given: Given): SymbolProgram {
  const needed = neededBy(nodes, heads)
  const keys = keysOf(nodes)
  const keyOf = ([node, output]: Place) => (nodes[node].op === 'null' ? keys[node] : `${keys[node]}${output || ''}`)
  const variables = nodes.filter(({ op }, i) => op === 'null' && needed.has(i))
  const unknown = given.names.filter((name) => !nodes.some((node) => node.op === 'null' && node.name === name))
  if (unknown.length > 0) {
    const held = variables.map(({ name }) => name).join(', ')
    throw new OpError('imports', `${given.file} has no input ${unknown.join(', ')}: it has ${held}`)
  }
  const outputNames = heads.map(keyOf)
  const steps = nodes.flatMap((node, i): ProgramStep<never>[] => {
    if (node.op === 'null' || !needed.has(i)) return []
    const outputs = outputsOf(i, nodes, heads).map((output) => keyOf([i, output]))
    const attributes = new SymbolAttributes(node.texts)
    const inputs = operandsOf(node).map(keyOf)
    const compute: ProgramStep<never>['compute'] = (operands, { context }) =>
      operators[node.op](new SymbolStep(attributes, operands as readonly NDArray[], context))
    return [{ name: node.name, opType: node.op, inputs, outputs, compute }]
  })
  checkOrder('imports', steps, new Set(variables.map(({ name }) => name)), outputNames)
  return new Program<never>({
    ...{ inputNames: given.names, outputNames, steps, constants: new Map<string, never>() },
    parameters: parametersOf(nodes, variables, given),
    upload: (host) => host,
  })
}

/** The operands that are computed with: labels are not. */
const operandsOf = ({ op, inputs }: FileNode) => (op === 'SoftmaxOutput' ? inputs.slice(0, 1) : inputs)

/** The nodes that the heads need. */
function neededBy(nodes: readonly FileNode[], heads: readonly Place[]): ReadonlySet<number> {
  const needed = new Set<number>()
  const waiting = heads.map(([node]) => node)
  for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
    if (needed.has(i)) continue
    needed.add(i)
    waiting.push(...operandsOf(nodes[i]).map(([node]) => node))
  }
  return needed
}

/** Variables have their names, results of operators `name_output`; a name that comes twice gets a number behind it. */
function keysOf(nodes: readonly FileNode[]): readonly string[] {
  const taken = new Set(nodes.flatMap(({ op, name }) => (op === 'null' ? [name] : [])))
  return nodes.map(({ op, name }, i) => {
    if (op === 'null') return name
    const key = `${name}_output`
    const unique = taken.has(key) ? `${key}.${i}.` : key
    taken.add(unique)
    return unique
  })
}

/** The outputs of a node in order, as far as they are read. */
function outputsOf(node: number, nodes: readonly FileNode[], heads: readonly Place[]): readonly number[] {
  const places = [...nodes.flatMap(operandsOf), ...heads]
  const last = places.reduce((most, [of, output]) => (of === node ? Math.max(most, output) : most), 0)
  if (last < 4096) return Array.from({ length: last + 1 }, (_, i) => i)
  throw new OpError('imports', `output ${last} of ${nodes[node].name} is read: the file is damaged`)
}

/** The variables that are no inputs. */
function parametersOf(nodes: readonly FileNode[], variables: readonly FileNode[], given: Given) {
  const { names, weights, allowMissing, ignoreExtra, context, file } = given
  const own = variables.filter(({ name }) => !names.includes(name))
  const missing = own.filter(({ name }) => weights && !weights.has(name)).map(({ name }) => name)
  if (missing.length > 0 && !allowMissing) {
    const right = 'name it in inputNames, or pass { allowMissing: true }'
    throw new OpError('imports', `the .params file lacks ${missing.join(', ')} of ${file}: ${right}`)
  }
  const held = new Set(nodes.flatMap(({ op, name }) => (op === 'null' ? [name] : [])))
  const extra = [...(weights?.keys() ?? [])].filter((name) => !held.has(name))
  if (extra.length > 0 && !ignoreExtra) {
    throw new OpError('imports', `the .params file has ${extra.join(', ')}, ${file} not: pass { ignoreExtra: true }`)
  }
  const roles = rolesOf(nodes)
  return new Map(
    own.map((node) => {
      const entry = weights?.get(node.name) ?? null
      const shape = entry?.shape ?? shapeOf(node)
      const dtype = entry?.dtype ?? dtypeOf(node)
      return [
        node.name,
        (fullName: string) => parameterOf(fullName, { shape, dtype, entry, role: roles.get(node.name), context }),
      ] as const
    }),
  )
}

/** Numbers of the types that arrays have, as `__dtype__` has them. */
const typeFlags: readonly DType[] = ['float32', 'float64', 'float16', 'uint8', 'int32', 'int8']

function dtypeOf({ texts }: FileNode): DType {
  const flag = texts.get('__dtype__') ?? '0'
  const dtype = typeFlags[Number(flag)]
  if (dtype && isDType(dtype)) return dtype
  throw new OpError('imports', `__dtype__ ${flag} is none of ${dtypes.join(', ')}`)
}

/** The shape that a variable says. Without it there must be a .params file. */
function shapeOf({ name, texts }: FileNode): readonly number[] {
  const text = texts.get('__shape__')
  const shape = text === undefined ? undefined : new SymbolAttributes(texts).sizes('__shape__')
  if (shape?.every((n) => n > 0)) return shape
  throw new OpError(
    'imports',
    `${name} has no shape in the symbol file: give the .params file, or name it in inputNames`,
  )
}

/** What a parameter is for; weights are trained. */
type Role = 'fixed' | 'state'

/** Running statistics, and the gamma of a BatchNorm that does not scale. */
function rolesOf(nodes: readonly FileNode[]): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>()
  for (const { op, inputs, texts } of nodes) {
    if (op !== 'BatchNorm') continue
    const [, gamma, , ...state] = inputs.map(([node]) => nodes[node].name)
    for (const name of state) roles.set(name, 'state')
    if (gamma !== undefined && fixesGamma(texts)) roles.set(gamma, 'fixed')
  }
  return roles
}

const fixesGamma = (texts: ReadonlyMap<string, string>) => !/^(False|false|0)$/.test(texts.get('fix_gamma') ?? 'True')

interface ParameterParts {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly entry: ParamsEntry | null
  readonly role: Role | undefined
  readonly context: Context
}

function parameterOf(name: string, { shape, dtype, entry, role, context }: ParameterParts): Parameter {
  const frozen = role === 'state' || role === 'fixed'
  const integers = !dtype.startsWith('float') && ({ gradReq: 'null' } as const)
  const parameter = new Parameter(name, { shape, dtype, ...(frozen ? { differentiable: false } : integers) })
  if (!entry) return parameter
  if (shape.some((n) => n === 0)) throw new OpError('imports', `${name} is empty: got ${formatShape(shape)}`)
  const values =
    shape.length === 0 ? zeros([1], { dtype, ctx: context }) : array(entry.data, { dtype, shape, ctx: context })
  parameter.setData(values)
  release(values, 'it was read')
  return parameter
}
