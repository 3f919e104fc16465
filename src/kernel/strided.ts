// Data movement by strides: every element of a box of loops copied from one place to another, as phases of plans.
import { type Body, type Expr, type Func, i8x16, i32, item, type Local, select, v128 } from './asm.ts'
import { defineModule } from './module.ts'
import type { Phase, PlanArgument } from './plan.ts'
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
  readonly bytes: 1 | 4
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

/** Most outer loops of one kind of item: three words each, and 24 in all. */
const mostOuter = { copy: 5, run: 5, reversed: 5, spread: 5, each: 5, tiles: 4, crowdedTiles: 4 }
/** From so many bytes on, a copy by the runtime is faster than vectors in a loop. */
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
  const args: PlanArgument[] = [placed(to, bytes), placed(from, bytes), grouped, rows]
  for (const loop of [...inner, ...outer]) args.push(loop.size, loop.from * bytes, loop.to * bytes)
  const module = defineModule(`strided ${kind} ${bytes} ${outer.length}`, () => [itemOf(kind, bytes, outer.length)])
  return [{ module, entry: kind, items: Math.ceil(rows / grouped) * parts, args }]
}

const placed = (place: Place, bytes: number): PlanArgument => {
  const plus = (place.begin ?? 0) * bytes
  return 'input' in place ? { input: place.input, plus } : { output: place.output, plus }
}

const partsOf = (size: number, bytes: number) => [Math.ceil((size * bytes) / chunkBytes)]

/** The same movement in fewer loops: those of one round go, those that continue each other become one. */
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

function itemOf(kind: Kind, bytes: 1 | 4, outer: number): Func {
  if (kind === 'tiles' || kind === 'crowdedTiles') {
    return tileItem(kind, bytes, kind === 'crowdedTiles', (f, arg, row) => offsets(f, arg, row, 10, outer))
  }
  // args: to, from, rows an item, rows, inner loop, outer loops; a loop is size, from, to in bytes
  return item(kind, (f, { index, arg }) => {
    const [to, from, grouped, rows, size] = [0, 1, 2, 3, 4].map((k) => f.let(arg.i32(k)))
    const [fromStep, toStep] = [5, 6].map((k) => f.let(arg.i32(k)))
    const chunk = chunkBytes / bytes
    const parts = f.let(i32.div_u(i32.add(size, chunk - 1), chunk))
    const group = f.let(i32.div_u(index, parts))
    const begin = f.let(i32.mul(i32.sub(index, i32.mul(group, parts)), chunk))
    const count = f.let(least(i32.sub(size, begin), i32.const(chunk)))
    const first = f.let(i32.mul(group, grouped))
    f.range(first, least(i32.add(first, grouped), rows), (row) => {
      const offset = offsets(f, arg.i32, row, 7, outer)
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
  readonly bytes: 1 | 4
}

/** The innermost loop. */
const move: Record<Exclude<Kind, 'tiles' | 'crowdedTiles'>, (f: Body, row: Row) => void> = {
  copy: (f, { target, source, count, bytes }) => f.copy(target, source, i32.mul(count, bytes)),
  run(f, { target, source, count, bytes }) {
    const [y, x] = [target, source].map((pointer) => ({ pointer, bytes }))
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
    const one = () => (bytes === 4 ? f.store(target, i32.load(rest)) : f.store8(target, i32.load8_u(rest)))
    f.times(f.let(i32.rem_u(count, side)), one, [
      [target, bytes],
      [rest, -bytes],
    ])
  },
  spread(f, { target, source, count, bytes }) {
    if (bytes === 1) return f.fill(target, i32.load8_u(source), count)
    const y = { pointer: target, bytes }
    const value = f.let(v128.load32_splat(source))
    sweep(f, count, [y], () => [[y, value]])
  },
  each(f, { target, source, count, fromStep, toStep, bytes }) {
    const one = () => (bytes === 4 ? f.store(target, i32.load(source)) : f.store8(target, i32.load8_u(source)))
    f.times(count, one, [
      [target, toStep],
      [source, fromStep],
    ])
  },
}

/** Bytes from both ends' beginning to a row: the outer loops, whose words start at `word`, taken as one. */
function offsets(
  f: Body,
  arg: (k: number) => Expr<'i32'>,
  row: Local<'i32'>,
  word: number,
  outer: number,
): { readonly from: Expr<'i32'>; readonly to: Expr<'i32'> } {
  let from: Expr<'i32'> = i32.const(0)
  let to: Expr<'i32'> = i32.const(0)
  let rest: Expr<'i32'> = row
  for (let k = outer - 1; k >= 0; k--) {
    const whole: Expr<'i32'> = k > 0 ? f.let(i32.div_u(rest, arg(word + 3 * k))) : i32.const(0)
    const at: Expr<'i32'> = k > 0 ? f.let(i32.sub(rest, i32.mul(whole, arg(word + 3 * k)))) : rest
    from = f.let(i32.add(from, i32.mul(at, arg(word + 3 * k + 1))))
    to = f.let(i32.add(to, i32.mul(at, arg(word + 3 * k + 2))))
    rest = whole
  }
  return { from, to }
}

function least(a: Expr<'i32'>, b: Expr<'i32'>): Expr<'i32'> {
  return select(i32.lt_u(a, b), a, b)
}
