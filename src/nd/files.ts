// save and load: arrays in MXNet's files, a list of them or by name; NumPy's .npz and .npy, and safetensors.
import type { Context } from '../core/engine.ts'
import { checkOptions, nameOfKind, OpError } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { shapeOf } from '../core/shape.ts'
import { decodeArrays } from '../io/arrayFiles.ts'
import { readBytes, writeBytes } from '../io/files.ts'
import { decodeParams, encodeParams, type ParamsEntry } from '../io/params.ts'
import { upload } from './creation.ts'

/** Arrays by name. */
export type NamedArrays = Readonly<Record<string, NDArray>>

/** Arrays with their names, which are empty in a list. */
function entriesOf(data: readonly NDArray[] | NamedArrays): (readonly [string, NDArray])[] {
  const plain = nameOfKind(data) === 'an object'
  if (!Array.isArray(data) && !plain) {
    throw new OpError('save', `takes an array, a list of arrays or an object of arrays, got ${nameOfKind(data)}`)
  }
  const entries = plain ? Object.entries(data) : (data as readonly NDArray[]).map((array) => ['', array] as const)
  for (const [name, array] of entries) {
    if (!(array instanceof NDArray)) throw new OpError('save', `takes arrays, got ${nameOfKind(array)}`)
    if (plain && name === '') throw new OpError('save', 'every array needs a name, got an empty one')
    if (array.ndim === 0) {
      throw new OpError('save', `the file format has no arrays of shape (), got one: use reshape([1])`)
    }
  }
  return entries
}

/**
 * Writes an array, a list of arrays, or arrays by name as MXNet's `nd.save` does; arrays by name to a path that ends in
 * .npz as NumPy does. Replaces the file at once.
 */
export async function save(path: string, data: NDArray | readonly NDArray[] | NamedArrays): Promise<void> {
  if (typeof path !== 'string') throw new OpError('save', `takes a path, then arrays, got ${nameOfKind(path)}`)
  const entries = await Promise.all(
    entriesOf(data instanceof NDArray ? [data] : data).map(async ([name, array]): Promise<ParamsEntry> => {
      const { shape, dtype } = array
      return { name, shape: [...shape], dtype, data: await array.toArray() }
    }),
  )
  await writeBytes('save', path, await encoded(path, entries))
}

async function encoded(path: string, entries: readonly ParamsEntry[]): Promise<Uint8Array> {
  if (!path.endsWith('.npz')) return encodeParams(entries)
  return (await import('../io/npz.ts')).encodeNpz(entries)
}

/** Options of load. */
export interface LoadOptions {
  /** Where the arrays will live. Default the current context. */
  readonly ctx?: Context
}

function arraysOf(entries: readonly ParamsEntry[], ctx: Context | undefined): NDArray[] | NamedArrays {
  const arrays = entries.map(({ data, shape, dtype }) => upload(data, shapeOf(shape), dtype, ctx))
  if (entries.every(({ name }) => name === '')) return arrays
  return Object.fromEntries(entries.map(({ name }, i) => [name, arrays[i]]))
}

/**
 * Reads a file of `save`, of MXNet's too, of NumPy (.npz, .npy) or safetensors: a list of arrays, or an object of arrays by
 * name where they have names.
 */
export async function load(path: string, options: LoadOptions = {}): Promise<NDArray[] | NamedArrays> {
  checkOptions('load', options, '{ ctx }', { ctx: true })
  if (typeof path !== 'string') {
    throw new OpError('load', `takes a path, got ${nameOfKind(path)}: loadFrombuffer takes bytes`)
  }
  const bytes = await readBytes('load', path, 'a file of nd.save')
  return arraysOf(await decodeArrays('load', bytes, path), options.ctx)
}

/** Arrays from the bytes of a file of `save` or of MXNet. */
export function loadFrombuffer(bytes: Uint8Array | ArrayBuffer, options: LoadOptions = {}): NDArray[] | NamedArrays {
  checkOptions('loadFrombuffer', options, '{ ctx }', { ctx: true })
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer)) {
    throw new OpError('loadFrombuffer', `takes a Uint8Array or an ArrayBuffer, got ${nameOfKind(bytes)}`)
  }
  return arraysOf(decodeParams(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes), options.ctx)
}
