// Data movement by strides: every element of a box of loops copied from one place to another, as phases of plans.
import { type Body, i8x16, i32, item, type Local, v128 } from './asm.ts'
import { boxWords, rowOffsets } from './box.ts'
import { type ElementBytes, loadElement, loadSplat, movedAs, storeElement } from './elements.ts'
import { least } from './loops.ts'
import { defineModule } from './module.ts'
import type { Address, Phase } from './plan.ts'
import { chunkBytes } from './ranges.ts'
import { sweep } from './sweep.ts'
import { crowds, tileItem, tileSide } from './transpose.ts'

/** One loop: its length, and the elements from one round to the next where values come from and where they go. */
export interface StridedLoop {
  readonly size: number
  readonly from: number
  readonly to: number
}

/** What is moved: bytes an element, and where both ends begin. */
export interface Movement {
  readonly bytes: ElementBytes
  readonly from: Place
  readonly to: Place
}

/** An array of the call and the element to begin at. */
export type Place = ({ readonly input: number } | { readonly output: number }) & { readonly begin?: number }

/**
 * How the innermost loop is run: as one copy, as vectors, as vectors turned round, as one value, element by element, or
 * with another as tiles that are transposed, by way of scratch (`crowdedTiles`) or not.
 */
type Kind = 'copy' | 'run' | 'reversed' | 'spread' | 'each' | 'tiles' | 'crowdedTiles'

/** Everything that the code of an item depends on. */
interface Spec {
  readonly kind: Kind
  readonly bytes: ElementBytes
  /** Number of outer loops. */
  readonly outer: number
}

/** Most outer loops of one kind of item: three words each, and 24 in all. */
const mostOuter = { copy: 5, run: 5, reversed: 5, spread: 5, each: 5, tiles: 4, crowdedTiles: 4 }
/** Bytes above which the runtime's copy is faster than a loop over vectors. */
const longRun = 1024

/** Copies to[Σ iₖ · toₖ] = from[Σ iₖ · fromₖ] over all loops, which are given outermost first. */
export function stridedPhases(loops: readonly StridedLoop[], { bytes, from, to }: Movement): Phase[] {
  if (loops.some(({ size }) => size === 0)) return []
  const merged = mergeLoops(loops)
  const { kind, outer, inner } = arrange(merged, bytes)
  if (outer.length > mostOuter[kind]) {
    const [first] = merged
    return Array.from({ length: first.size }, (_, i) =>
      stridedPhases(merged.slice(1), {
        bytes,
        from: { ...from, begin: (from.begin ?? 0) + i * first.from },
        to: { ...to, begin: (to.begin ?? 0) + i * first.to },
      }),
    ).flat()
  }
  const rows = outer.reduce((product, { size }) => product * size, 1)
  const tiled = inner.length === 2
  const lengths = tiled ? inner.map(({ size }) => Math.ceil(size / tileSide)) : partsOf(inner[0].size, bytes)
  const parts = lengths.reduce((product, n) => product * n, 1)
  const each = inner.reduce((product, { size }) => product * Math.min(size, tiled ? tileSide : size), 1)
  const grouped = Math.max(1, Math.floor(chunkBytes / bytes / each))
  const inBytes = (loop: StridedLoop) => ({ size: loop.size, from: loop.from * bytes, to: loop.to * bytes })
  const args = {
    ...{ to: placed(to, bytes), from: placed(from, bytes), grouped, rows },
    ...{ inner: inner.map(inBytes), outer: outer.map(inBytes) },
  }
  const module = defineModule('strided', { kind, bytes, outer: outer.length }, moving)
  return [module.phase(kind, Math.ceil(rows / grouped) * parts, args)]
}

const placed = (place: Place, bytes: number): Address => {
  const plus = (place.begin ?? 0) * bytes
  return 'input' in place ? { input: place.input, plus } : { output: place.output, plus }
}

const partsOf = (size: number, bytes: number) => [Math.ceil((size * bytes) / chunkBytes)]

/** A movement in as few loops as possible: drops loops of one round and joins loops that continue each other. */
function mergeLoops(loops: readonly StridedLoop[]): StridedLoop[] {
  const merged: StridedLoop[] = []
  for (const loop of loops) {
    if (loop.size === 1) continue
    const last = merged.at(-1)
    if (last && last.from === loop.from * loop.size && last.to === loop.to * loop.size) {
      merged[merged.length - 1] = { ...loop, size: last.size * loop.size }
    } else merged.push(loop)
  }
  return merged.length > 0 ? merged : [{ size: 1, from: 1, to: 1 }]
}

/** Chooses the kind of item: tiles where reading and writing run along different loops. */
function arrange(loops: readonly StridedLoop[], bytes: number) {
  const last = loops[loops.length - 1]
  const outer = loops.slice(0, -1)
  if (last.to === 1 && last.from === 1) {
    return { kind: last.size * bytes < longRun ? 'run' : 'copy', outer, inner: [last] } as const
  }
  if (last.to === 1 && last.from === -1) return { kind: 'reversed', outer, inner: [last] } as const
  if (last.to === 1 && last.from === 0) return { kind: 'spread', outer, inner: [last] } as const
  const reading = outer.findIndex(({ from }) => from === 1)
  if (last.to !== 1 || reading < 0) return { kind: 'each', outer, inner: [last] } as const
  const kind = crowds(last.size, last.from * bytes) ? 'crowdedTiles' : 'tiles'
  return { kind, outer: outer.filter((_, k) => k !== reading), inner: [outer[reading], last] } as const
}

const moving = (spec: Spec) => ({ [spec.kind]: itemOf(spec) })

function itemOf({ kind, bytes, outer }: Spec) {
  if (kind === 'tiles' || kind === 'crowdedTiles') return tileItem(bytes, kind === 'crowdedTiles', outer)
  return item(boxWords(1, outer), (f, { index, args }) => {
    const { to, from, grouped, rows } = f.lets({ to: args.to, from: args.from, grouped: args.grouped, rows: args.rows })
    const { size, from: fromStep, to: toStep } = f.lets(args.inner[0])
    const chunk = chunkBytes / bytes
    const parts = f.let(i32.div_u(i32.add(size, chunk - 1), chunk))
    const group = f.let(i32.div_u(index, parts))
    const begin = f.let(i32.mul(i32.sub(index, i32.mul(group, parts)), chunk))
    const count = f.let(least(i32.sub(size, begin), chunk))
    const first = f.let(i32.mul(group, grouped))
    f.range(first, least(i32.add(first, grouped), rows), (row) => {
      const offset = rowOffsets(f, args.outer, row)
      const target = f.let(i32.add(i32.add(to, offset.to), i32.mul(begin, toStep)))
      const source = f.let(i32.add(i32.add(from, offset.from), i32.mul(begin, fromStep)))
      move[kind](f, { target, source, count, fromStep, toStep, bytes })
    })
  })
}

interface Row {
  readonly target: Local<'i32'>
  readonly source: Local<'i32'>
  readonly count: Local<'i32'>
  readonly fromStep: Local<'i32'>
  readonly toStep: Local<'i32'>
  readonly bytes: ElementBytes
}

/** The innermost loop. */
const move: Record<Exclude<Kind, 'tiles' | 'crowdedTiles'>, (f: Body, row: Row) => void> = {
  copy: (f, { target, source, count, bytes }) => f.copy(target, source, i32.mul(count, bytes)),
  run(f, { target, source, count, bytes }) {
    const [y, x] = [target, source].map((pointer) => ({ pointer, element: movedAs(bytes) }))
    sweep(f, count, [y, x], (load) => [[y, load(x)]])
  },
  reversed(f, { target, source, count, bytes }) {
    const side = 16 / bytes
    const order = Array.from({ length: 16 }, (_, k) => 16 - bytes - (k - (k % bytes)) + (k % bytes))
    const last = f.let(i32.sub(source, 16 - bytes))
    const vector = () => {
      const x = f.let(v128.load(last))
      f.store(target, i8x16.shuffle(x, x, ...order))
    }
    f.times(f.let(i32.div_u(count, side)), vector, [
      [target, 16],
      [last, -16],
    ])
    const rest = f.let(i32.add(last, 16 - bytes))
    const one = () => storeElement(f, bytes, target, loadElement(bytes, rest))
    f.times(f.let(i32.rem_u(count, side)), one, [
      [target, bytes],
      [rest, -bytes],
    ])
  },
  spread(f, { target, source, count, bytes }) {
    if (bytes === 1) return f.fill(target, i32.load8_u(source), count)
    const y = { pointer: target, element: movedAs(bytes) }
    const value = f.let(loadSplat(f, y.element, source))
    sweep(f, count, [y], () => [[y, value]])
  },
  each(f, { target, source, count, fromStep, toStep, bytes }) {
    const one = () => storeElement(f, bytes, target, loadElement(bytes, source))
    f.times(count, one, [
      [target, toStep],
      [source, fromStep],
    ])
  },
}
