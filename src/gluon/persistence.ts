// Saving a block's parameters as MXNet's `.params`, and loading them from that, safetensors and .npz (MXNet 1.9.1,
// gluon/block.py). Blocks import it when it is asked for, so that a page that only trains does not load it.
import { checkOptions, GlueballError, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import { release } from '../core/ownership.ts'
import { formatShape } from '../core/shape.ts'
import { decodeArrays } from '../io/arrayFiles.ts'
import { readBytes, writeBytes } from '../io/files.ts'
import type { ParamsEntry } from '../io/params.ts'
import { array } from '../nd/creation.ts'
import type { AnyBlock } from './block.ts'
import { type Contexts, oneContext } from './contexts.ts'
import type { Parameter } from './parameter.ts'
import { brief } from './parameterDict.ts'
import { structuralNames } from './structure.ts'
import type { ParameterNames } from './torchNames.ts'

/** Options of loadParameters. */
export interface LoadOptions {
  /** Where parameters that are not initialised yet will live: a context, or a list of one. */
  readonly ctx?: Contexts
  /** Leaves parameters that the file does not have as they are. */
  readonly allowMissing?: boolean
  /** Passes over what the block does not have. */
  readonly ignoreExtra?: boolean
  /** Converts values of another element type that Glueball has; bfloat16 and others that it lacks are read without it. */
  readonly castDtype?: boolean
  /** The block's name for each name of the file, null to pass over it; names that are not listed stay. */
  readonly names?: ParameterNames
}

const loadOptions: OptionNames<LoadOptions> = {
  ctx: true,
  allowMissing: 'boolean',
  ignoreExtra: 'boolean',
  castDtype: 'boolean',
  names: true,
}

/** Writes parameters, named by their structure; one that blocks share, under the name of each. */
export async function saveParameters(path: string, entries: readonly ParamsEntry[]): Promise<void> {
  const { encodeParams } = await import('../io/params.ts')
  await writeBytes('saveParameters', path, encodeParams(entries))
}

/** Reads parameters by structural names, or by full names where no name has a dot and they are not structural ones. */
export async function loadParameters(
  block: AnyBlock,
  from: string | Uint8Array | ArrayBuffer,
  options: LoadOptions,
): Promise<void> {
  checkOptions('loadParameters', options, '{ ctx }', loadOptions)
  const [bytes, file] = await contentOf(from)
  const entries = renamed(await decodeArrays('loadParameters', bytes, file), file, options.names)
  if (entries.some(({ name }) => name === ''))
    throw new OpError('loadParameters', `${file} holds arrays without names, expected those of parameters`)
  const places = structuralNames(block)
  // a block without children saves names without dots
  const structural = entries.some(({ name }) => name.includes('.')) || entries.every(({ name }) => places.has(name))
  const targets = structural ? places : fullNames(block)
  const values = new Map(entries.map((entry) => [structural ? entry.name : nameOf(entry, block), entry]))
  refuse(targets, values, file, options)
  const pairs: [Parameter, ParamsEntry][] = []
  for (const [name, parameter] of targets) {
    const entry = values.get(name)
    if (entry) pairs.push([parameter, entry])
  }
  // all before the first is changed
  for (const [parameter, entry] of pairs) check(parameter, entry, file, options)
  for (const [parameter, entry] of pairs) load(parameter, entry, options)
}

/** The bytes of a file, and what errors call it. */
async function contentOf(from: string | Uint8Array | ArrayBuffer): Promise<[bytes: Uint8Array, file: string]> {
  if (from instanceof Uint8Array) return [from, 'the file']
  if (from instanceof ArrayBuffer) return [new Uint8Array(from), 'the file']
  if (typeof from !== 'string')
    throw new OpError('loadParameters', `takes a path or the bytes of a file, got ${nameOfKind(from)}`)
  return [await readBytes('loadParameters', from, 'a .params, safetensors or .npz file'), from]
}

/** The arrays of a file by the block's names. */
function renamed(entries: readonly ParamsEntry[], file: string, names?: ParameterNames): readonly ParamsEntry[] {
  if (names === undefined) return entries
  const isNames = nameOfKind(names) === 'an object'
  const wrong = isNames && Object.values(names).find((name) => name !== null && typeof name !== 'string')
  if (!isNames || wrong) {
    const got = nameOfKind(isNames ? wrong : names)
    throw new OpError(
      'loadParameters',
      `names must be an object of names or null, as of io.torchNames(net), got ${got}`,
    )
  }
  const kept: ParamsEntry[] = []
  for (const entry of entries) {
    const name = Object.hasOwn(names, entry.name) ? names[entry.name] : entry.name
    if (name !== null) kept.push({ ...entry, name })
  }
  const taken = new Set<string>()
  const twice = kept.find(({ name }) => taken.size === taken.add(name).size)
  if (twice) throw new OpError('loadParameters', `names give two arrays of ${file} the name ${twice.name}`)
  return kept
}

function fullNames(block: AnyBlock): Map<string, Parameter> {
  return new Map(block.collectParams())
}

function nameOf({ name }: ParamsEntry, block: AnyBlock): string {
  const bare = name.replace(/^(arg|aux):/, '')
  return bare.startsWith(block.prefix) ? bare : block.prefix + bare
}

function refuse(
  targets: ReadonlyMap<string, Parameter>,
  values: ReadonlyMap<string, ParamsEntry>,
  path: string,
  options: LoadOptions,
): void {
  // a parameter that blocks share may be in the file under one of its names
  const given = new Set([...targets].filter(([name]) => values.has(name)).map(([, parameter]) => parameter))
  const missing = [...targets].filter(([, parameter]) => !given.has(parameter)).map(([name]) => name)
  if (missing.length > 0 && !options.allowMissing) {
    const held = brief([...values.keys()])
    throw new GlueballError(
      `${path} lacks ${brief(missing)}; it has ${held}. Pass { allowMissing: true } to leave them as they are`,
    )
  }
  const extra = [...values.keys()].filter((name) => !targets.has(name))
  if (extra.length > 0 && !options.ignoreExtra) {
    const held = brief([...targets.keys()])
    throw new GlueballError(
      `${path} has ${brief(extra)}, the network ${held}. Pass { ignoreExtra: true } to pass over them`,
    )
  }
}

function check(parameter: Parameter, entry: ParamsEntry, path: string, options: LoadOptions): void {
  const { shape } = parameter
  const fits = shape.length === entry.shape.length && shape.every((size, i) => size === 0 || size === entry.shape[i])
  if (!fits) {
    const got = `${formatShape(entry.shape)}, expected ${formatShape(shape)}`
    throw new GlueballError(`${parameter.name} in ${path} has another shape: got ${got}`)
  }
  if (entry.dtype !== parameter.dtype && !options.castDtype) {
    const got = `got ${entry.dtype}, expected ${parameter.dtype}. Pass { castDtype: true } to convert`
    throw new GlueballError(`${parameter.name} in ${path} has another element type: ${got}`)
  }
  const ctx = options.ctx && oneContext('loadParameters', options.ctx)
  const context = parameter.context ?? ctx
  if (ctx && context !== ctx) {
    throw new GlueballError(
      `${parameter.name} lives on ${context}: cannot load it to ${ctx}. Leave ctx out to load it there`,
    )
  }
}

function load(parameter: Parameter, entry: ParamsEntry, { ctx }: LoadOptions): void {
  const context = parameter.context ?? (ctx && oneContext('loadParameters', ctx))
  const values = array(entry.data, { dtype: parameter.dtype, shape: entry.shape, ctx: context })
  parameter.setData(values)
  release(values, 'it was loaded')
}
