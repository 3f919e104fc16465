// Saving and loading a block's parameters as MXNet's `.params` (MXNet 1.9.1, gluon/block.py and ndarray.cc). Formats are
// imported when they are needed, so that a page that only trains does not load them.
import { checkOptions, GlueballError, type OptionNames } from '../core/errors.ts'
import { release } from '../core/ownership.ts'
import { formatShape } from '../core/shape.ts'
import { readBytes, writeBytes } from '../io/files.ts'
import type { ParamsEntry } from '../io/params.ts'
import { array } from '../nd/creation.ts'
import type { AnyBlock } from './block.ts'
import { type Contexts, oneContext } from './contexts.ts'
import type { Parameter } from './parameter.ts'
import { brief } from './parameterDict.ts'

/** Options of loadParameters. */
export interface LoadOptions {
  /** Where parameters that are not initialised yet will live: a context, or a list of one. */
  readonly ctx?: Contexts
  /** Leaves parameters that the file does not have as they are. */
  readonly allowMissing?: boolean
  /** Passes over what the block does not have. */
  readonly ignoreExtra?: boolean
  /** Converts values of another element type. */
  readonly castDtype?: boolean
}

const loadOptions: OptionNames<LoadOptions> = {
  ctx: true,
  allowMissing: 'boolean',
  ignoreExtra: 'boolean',
  castDtype: 'boolean',
}

/** The parameters of a block by dotted path: `0.weight`, `features.0.bias`. */
export function structuralNames(block: AnyBlock): Map<string, Parameter> {
  const names = new Map<string, Parameter>()
  for (const [path, found] of block.walk()) {
    for (const [key, parameter] of found.ownParameters) names.set(path ? `${path}.${key}` : key, parameter)
  }
  return names
}

/** Writes all parameters under their structural names; one that blocks share, under the name of each. */
export async function saveParameters(block: AnyBlock, path: string): Promise<void> {
  const entries = await Promise.all(
    [...structuralNames(block)].map(async ([name, parameter]): Promise<ParamsEntry> => {
      const data = parameter.data()
      return { name, shape: [...data.shape], dtype: data.dtype, data: await data.toArray() }
    }),
  )
  const { encodeParams } = await import('../io/params.ts')
  await writeBytes('saveParameters', path, encodeParams(entries))
}

/** Reads parameters by structural names, or by full names where no name has a dot and they are not structural ones. */
export async function loadParameters(block: AnyBlock, path: string, options: LoadOptions): Promise<void> {
  checkOptions('loadParameters', options, '{ ctx }', loadOptions)
  const bytes = await readBytes('loadParameters', path, 'a .params file')
  const { decodeParams } = await import('../io/params.ts')
  const entries = decodeParams(bytes, path)
  const places = structuralNames(block)
  // a block without children saves names without dots
  const structural = entries.some(({ name }) => name.includes('.')) || entries.every(({ name }) => places.has(name))
  const targets = structural ? places : fullNames(block)
  const values = new Map(entries.map((entry) => [structural ? entry.name : nameOf(entry, block), entry]))
  refuse(targets, values, path, options)
  const pairs: [Parameter, ParamsEntry][] = []
  for (const [name, parameter] of targets) {
    const entry = values.get(name)
    if (entry) pairs.push([parameter, entry])
  }
  // all before the first is changed
  for (const [parameter, entry] of pairs) check(parameter, entry, path, options)
  for (const [parameter, entry] of pairs) load(parameter, entry, options)
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
  const missing = [...targets.keys()].filter((name) => !values.has(name))
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
