// Puts functions together into the bytes of a WebAssembly module that imports one shared memory.
import { joinBytes } from '../../core/bytes.ts'
import { sized, text, u32Leb, u32Leb5, vector } from './encode.ts'
import { type Ref, type Type, typeCode } from './expr.ts'
import type { Func } from './func.ts'

/** The module's largest memory in pages of 64 KiB: 4 GiB. */
export const MAX_PAGES = 65536

/**
 * The bytes of a module that exports the given functions under their names, and contains whatever they call.
 * It imports the shared memory `m.m` of 1 to 65536 pages.
 */
export function assemble(exported: readonly Func[]): Uint8Array<ArrayBuffer> {
  const functions = reachable(exported)
  const index = new Map<Ref, number>(functions.map((f, i) => [f, i]))
  const names = new Set(exported.map((f) => f.name))
  if (names.size !== exported.length)
    throw new Error(`[assemble] names of exports must differ: got ${exported.map((f) => f.name).join(', ')}`)
  const sections = [
    sized([1], vector(functions.map(signature))),
    sized([2], vector([[...text('m'), ...text('m'), 0x02, 0x03, ...u32Leb(1), ...u32Leb(MAX_PAGES)]])),
    sized([3], vector(functions.map((_, i) => u32Leb(i)))),
    sized([7], vector(exported.map((f) => [...text(f.name), 0, ...u32Leb(index.get(f)!)]))),
    sized([10], vector(functions.map((f) => sized([], content(f, index))))),
  ]
  return joinBytes([[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], ...sections])
}

/** The functions and all that they call, callers first. */
function reachable(exported: readonly Func[]): Func[] {
  const found = new Set<Func>(exported)
  for (const f of found) for (const { target } of f.body.calls) found.add(target as Func)
  return [...found]
}

const bytes = (types: readonly Type[]) => types.map((type) => [typeCode[type]])

const signature = ({ params, result }: Func) => [
  0x60,
  ...vector(bytes(params)),
  ...vector(bytes(result === 'none' ? [] : [result])),
]

/** Locals in runs of one type, the statements, and the end. */
function content({ params, body }: Func, index: ReadonlyMap<Ref, number>): Uint8Array<ArrayBuffer> {
  const runs: [count: number, type: Type][] = []
  for (const type of body.types.slice(params.length)) {
    const last = runs.at(-1)
    if (last?.[1] === type) last[0]++
    else runs.push([1, type])
  }
  const locals = vector(runs.map(([count, type]) => [...u32Leb(count), typeCode[type]]))
  const code = joinBytes([locals, body.prologue, body.code, [0x0b]])
  const start = locals.length + body.prologue.length
  for (const { at, target } of body.calls) code.set(u32Leb5(index.get(target)!), start + at)
  return code
}
