// Modules of kernels: named, assembled when first needed, and kept.
import { assemble, type Func } from './asm.ts'

/** A WebAssembly module of work items; equal keys mean equal bytes. */
export interface KernelModule {
  /** Names the module; engines cache instances by it. */
  readonly key: string
  /** Names of the exported items, in order of export. */
  readonly entries: readonly string[]
  /** The module's bytes, assembled at the first call. */
  bytes(): Uint8Array<ArrayBuffer>
}

/** How many modules are remembered; beyond it the one unused for longest is forgotten and would be built anew. */
const LIMIT = 512

const modules = new Map<string, KernelModule>()

/** The module of a key: `build` gives its exported functions, and runs only if the key is new and the module is used. */
export function defineModule(key: string, build: () => readonly Func[]): KernelModule {
  const found = modules.get(key) ?? lazy(key, build)
  modules.delete(key)
  modules.set(key, found)
  if (modules.size > LIMIT) modules.delete(modules.keys().next().value!)
  return found
}

function lazy(key: string, build: () => readonly Func[]): KernelModule {
  let made: { readonly entries: readonly string[]; readonly bytes: Uint8Array<ArrayBuffer> } | undefined
  const make = () => {
    if (!made) {
      const functions = build()
      made = { entries: functions.map((f) => f.name), bytes: assemble(functions) }
    }
    return made
  }
  return {
    key,
    get entries() {
      return make().entries
    },
    bytes: () => make().bytes,
  }
}
