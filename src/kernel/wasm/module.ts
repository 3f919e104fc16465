// Modules of kernels: made from a spec that is their key too, assembled when first needed, and kept.
import type { Formula } from '../../arith/arith.ts'
import { trace } from '../../arith/tracer.ts'
import { assemble, type Item } from './asm.ts'
import { itemFunction } from './func.ts'
import type { Phase } from './plan.ts'
import { type Given, wordsOf } from './words.ts'

/** A WebAssembly module of work items; equal keys mean equal bytes. */
export interface KernelModule {
  /** Names the module; engines cache instances by it. */
  readonly key: string
  /** Names of the exported items, in order of export. */
  readonly entries: readonly string[]
  /** The module's bytes, assembled at the first call. */
  bytes(): Uint8Array<ArrayBuffer>
}

/** Items by the names of their entries. */
type Items = Readonly<Record<string, Item>>

/** A module whose phases are checked: the entry by its name, and the arguments by what the item declares. */
export interface Kernels<I extends Items> extends KernelModule {
  /** The phase of `items` calls of an entry. */
  phase<Entry extends keyof I & string>(entry: Entry, items: number, args: Given<I[Entry]['form']>): Phase
}

/** What says its key itself: all that it computes. */
interface Keyed {
  toJSON(): string
}

/** What is no plain data is `never`: a key that left it out would find a wrong module. A formula's key is its graph. */
type Plain<S> = S extends string | number | boolean | undefined | Formula | Keyed
  ? S
  : S extends (...args: never) => unknown
    ? never
    : { readonly [Name in keyof S]: Plain<S[Name]> }

/** How many modules are remembered; beyond it the one unused for longest is forgotten and would be built anew. */
const LIMIT = 512

const modules = new Map<string, KernelModule>()

/**
 * The module of a spec: `build` makes its items of the spec alone, so that name and spec are the key. Write `build` as a
 * function of the file, never as one that sees other values which vary.
 */
export function defineModule<S, I extends Items>(name: string, spec: S & Plain<S>, build: (spec: S) => I): Kernels<I> {
  const key = `${name} ${keyOf(spec)}`
  // equal keys are of equal specs, for which one `build` makes the same items
  const found = (modules.get(key) as Kernels<I> | undefined) ?? kernels(key, build(spec))
  modules.delete(key)
  modules.set(key, found)
  if (modules.size > LIMIT) modules.delete(modules.keys().next().value!)
  return found
}

/** The text of a spec; formulas are graphs, and JSON lacks words for some numbers. */
function keyOf(spec: unknown): string {
  return JSON.stringify(spec, (_, value) => {
    if (typeof value === 'function') return trace(value, ['float']).key
    return Object.is(value, -0) ? '-0' : typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value
  })
}

function kernels<I extends Items>(key: string, items: I): Kernels<I> {
  let made: Uint8Array<ArrayBuffer> | undefined
  return {
    key,
    entries: Object.keys(items),
    bytes() {
      made ??= assemble(Object.entries(items).map(([name, item]) => itemFunction(name, item)))
      return made
    },
    phase(entry, count, args) {
      const words = wordsOf(items[entry].form, args, `[${key} ${entry}] args`)
      if (words.length > mostWords) throw new Error(`[${key} ${entry}] has ${words.length} words of ${mostWords}`)
      return { module: this, entry, items: count, args: words }
    },
  }
}

/** Words of a phase's arguments that a command has room for. */
const mostWords = 24
