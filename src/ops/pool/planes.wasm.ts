// How pooling kernels run on images in plain order: row by row of a plane, four neighbours a vector, by way of scratch.

import type { Pair } from '../../core/shape.ts'
import { type Body, type Expr, type Input, i8x16, i32, integers, type Local, select, v128 } from '../../kernel/wasm/asm.ts'
import { leastSigned as least } from '../../kernel/wasm/loops.ts'
import type { Order } from '../../kernel/wasm/plan.ts'
import type { PoolWindow } from './window.ts'
import { type Block, eachBlock, loadFloats, overlap, type Rows, windowSizes, windowSizesOf } from './windowRows.ts'

type I32 = Local<'i32'>

/** All of a window that the code for planes depends on. */
export interface PlaneWindow {
  readonly kernel: Pair
  readonly strides: Pair
}

/** The window that the code is written for. */
export const planeWindowOf = ({ kernel, strides }: PoolWindow): PlaneWindow => ({ kernel, strides })

/** Most places of a window along an axis: the code has a load for each. */
const mostPlaces = 8

/** Sizes of the windows; bytes of a phase of a row, of a kept row, and of all that is kept of one. */
export const planeSizes = { ...windowSizes, ...integers('pitch', 'span', 'slot') }

/** The arrays whose rows the items own and read, y and x or dx and dy; positions in the windows, if there are any. */
export const planes = { to: 'address', from: 'address', argmax: 'address', sizes: planeSizes } as const

/** What an item receives. */
export type PlaneArguments = Input<typeof planes>
/** The sizes as locals of the kernel. */
export type PlaneSizes = Readonly<Record<keyof typeof planeSizes, I32>>

/** Bytes of images that an item reads or writes, about. */
const itemBytes = 131072
/** Most bytes of scratch: half of a second-level cache of 512 KiB. */
const mostScratch = 262144

const inFours = (n: number) => Math.ceil(n / 4) * 4

interface Layout {
  readonly pitch: number
  readonly span: number
  readonly slot: number
  readonly scratch: number
}

/**
 * How scratch is laid out to pool `image`: phases of a row, a kept row for each row of the window, one of padding, and a
 * table of columns.
 */
export function pooledLayout(
  image: readonly number[],
  pooled: readonly number[],
  window: PoolWindow,
  kept = 1,
): Layout {
  const [kernel, stride] = [window.kernel[1], window.strides[1]]
  const span = inFours(pooled[3]) * 4
  // the last window may reach beyond the padding
  const phase = Math.max(inFours(pooled[3]) + Math.ceil(kernel / stride), placesOf(image, window))
  const pitch = inFours(phase) * 4
  const slot = kept * span
  return { pitch, span, slot, scratch: stride * pitch + (window.kernel[0] + 1) * slot + span }
}

/** How scratch is laid out for the gradient of `image`, whose positions take `bytes` each. */
export function gradientLayout(
  image: readonly number[],
  pooled: readonly number[],
  window: PoolWindow,
  bytes = 0,
): Layout {
  const [kernel, strides] = [window.kernel, window.strides]
  const places = inFours(placesOf(image, window))
  const pitch = places * 4
  // zeros before the first window for those that hold the first places
  const span = inFours(places + Math.floor((kernel[1] - 1) / strides[1])) * 4
  const slot = span + Math.ceil(((span / 4) * bytes) / 16) * 16
  const table = inFours(pooled[3]) * 4
  return { pitch, span, slot, scratch: strides[1] * pitch + (Math.ceil(kernel[0] / strides[0]) + 1) * slot + table }
}

/** Places of each phase of a padded row. */
const placesOf = ([, , , width]: readonly number[], { strides, padding }: PoolWindow) =>
  Math.floor((width - 1 + padding[1]) / strides[1]) + 1

/** The order in which images are pooled that lie in an order: plain where a vector of windows stands side by side. */
export function poolOrder(
  order: Order,
  image: readonly number[],
  pooled: readonly number[],
  window: PoolWindow,
): Order {
  if (order !== 'plain' || pooled[3] < 4 || window.kernel.some((n) => n > mostPlaces)) return 'channelsLast'
  const bytes = [pooledLayout(image, pooled, window, 2), gradientLayout(image, pooled, window, 4)]
  return bytes.every(({ scratch }) => scratch <= mostScratch) ? 'plain' : 'channelsLast'
}

/** Items and sizes: rows of some whole planes, or of a part of a large one. */
export function planeRowsOf(rows: Omit<Rows, 'places'>, { pitch, span, slot }: Layout) {
  const [images, channels, height, width] = rows.to
  const large = Math.max(height * width, rows.from[2] * rows.from[3])
  const inItem = Math.max(1, Math.floor((itemBytes / 4 / large) * height))
  const rowsPerItem = inItem > height ? inItem - (inItem % height) : inItem
  const all = images * channels * height
  const sizes = { ...windowSizesOf(rows, all, rowsPerItem), pitch, span, slot }
  return { items: Math.ceil(all / rowsPerItem), sizes }
}

/** Loads a vector of a place of windows: a column of phases, or a kept row. */
export type Place = (vector: number) => Expr<'v128'>

/** A row of windows: where the results go, and its first row of the plane, which may be padding. */
export interface WindowRow {
  /** Index of the row's first result. */
  readonly element: I32
  readonly top: I32
}

/** What pooling does to rows. */
export interface RowPooling {
  readonly window: PlaneWindow
  /** What padding holds. */
  readonly padding: Expr<'v128'>
  /** Called for each vector of a plane that is read. */
  seen?(value: Local<'v128'>): void
  /** Writes what the table holds for the windows of a column, whose first place is `left`. */
  column(at: I32, left: I32, sizes: PlaneSizes): void
  /** Joins the columns of windows in one row and keeps the results. */
  across(block: Block, kept: I32, table: I32, columns: readonly Place[], sizes: PlaneSizes): void
  /** Prepares a row of results: more pointers, and what joins the kept rows and stores results. */
  down(
    row: WindowRow,
    sizes: PlaneSizes,
  ): {
    readonly pointers: readonly (readonly [I32, number])[]
    /** `first` is the first kept row that is no padding. */
    join(block: Block, rows: readonly I32[], first: I32, table: I32): void
  }
}

/** Pools rows of planes: each row is read once, joined along itself, and kept as long as windows hold it. */
export function poolPlanes(f: Body, { index, args, scratch }: PlaneArguments, pooling: RowPooling): void {
  const sizes = f.lets(args.sizes)
  const { rowsPerItem, rows, toHeight, toWidth, fromHeight, fromWidth, kernelHeight, pitch, slot } = sizes
  const { kernel, strides } = pooling.window
  const from = f.let(args.from)
  const ring = f.let(i32.add(scratch, i32.mul(pitch, strides[1])))
  const blank = f.let(i32.add(ring, i32.mul(slot, kernel[0])))
  const table = f.let(i32.add(blank, slot))
  fillVectors(f, scratch, i32.mul(pitch, strides[1]), pooling.padding)
  fillVectors(f, blank, slot, pooling.padding)
  tabulate(f, table, toWidth, sizes, (at, left) => pooling.column(at, left, sizes))
  const inFours = f.let(i32.and(i32.add(toWidth, 3), -4))
  const [plane, done] = [f.let(i32.const(-1)), f.let(i32.const(0))]
  const first = f.let(i32.mul(index, rowsPerItem))
  f.range(first, least(rows, i32.add(first, rowsPerItem)), (row) => {
    const now = f.let(i32.div_u(row, toHeight))
    const top = f.let(i32.sub(i32.mul(i32.sub(row, i32.mul(now, toHeight)), strides[0]), sizes.paddingY))
    const held = overlap(f, top, kernelHeight, fromHeight)
    const below = f.let(i32.add(held.first, held.count))
    f.if(i32.ne(now, plane), () => done.set(0))
    plane.set(now)
    f.if(i32.lt_u(done, held.first), () => done.set(held.first))
    f.range(done, below, (y) => {
      const x = f.let(i32.add(from, i32.shl(i32.mul(i32.add(i32.mul(now, fromHeight), y), fromWidth), 2)))
      spreadRow(f, strides[1], x, scratch, sizes, pooling.seen)
      const kept = f.let(i32.add(ring, i32.mul(i32.rem_u(y, kernel[0]), slot)))
      const [columns, phases] = [f.let(table), phasesFrom(f, scratch, Math.min(strides[1], kernel[1]), pitch)]
      const moving = [kept, columns, ...phases].map((pointer) => [pointer, 4] as const)
      eachBlock(f, inFours, moving, (block) => {
        const places = Array.from({ length: kernel[1] }, (_, j): Place => {
          return (i) => loadFloats(block, phases[j % strides[1]], i, Math.floor(j / strides[1]) * 4)
        })
        pooling.across(block, kept, columns, places, sizes)
      })
    })
    done.set(below)
    const { pointers, join } = pooling.down({ element: f.let(i32.mul(row, toWidth)), top }, sizes)
    const kept = keptRows(f, top, fromHeight, kernel[0], { ring, blank, slot })
    const [columns, start] = [f.let(table), f.let(i32.add(ring, i32.mul(i32.rem_u(held.first, kernel[0]), slot)))]
    const moving = [...pointers, ...[columns, start, ...kept].map((pointer) => [pointer, 4] as const)]
    eachBlock(f, toWidth, moving, (block) => join(block, kept, start, columns))
  })
}

/** Where phases start. */
function phasesFrom(f: Body, first: I32, count: number, pitch: I32): I32[] {
  const phases = [f.let(first)]
  while (phases.length < count) phases.push(f.let(i32.add(phases[phases.length - 1], pitch)))
  return phases
}

/** Where `count` rows are kept, from one on that may lie `count` before the first: outside of the plane there is the blank. */
export function keptRows(
  f: Body,
  first: I32,
  height: I32,
  count: number,
  { ring, blank, slot }: { readonly ring: I32; readonly blank: I32; readonly slot: I32 },
): I32[] {
  const at = f.let(i32.add(ring, i32.mul(i32.rem_u(i32.add(first, count), count), slot)))
  return Array.from({ length: count }, (_, i) => {
    if (i > 0) {
      at.bump(slot)
      f.if(i32.eq(at, blank), () => at.set(ring))
    }
    return f.let(select(i32.lt_u(i32.add(first, i), height), at, blank))
  })
}

/** Writes a vector over some bytes, a multiple of 16. */
export function fillVectors(f: Body, first: Expr<'i32'>, bytes: Expr<'i32'>, value: Expr<'v128'>): void {
  const at = f.let(first)
  f.times(i32.shr_u(bytes, 4), () => f.store(at, value), [[at, 16]])
}

/** Writes an entry of the table for each column of windows. */
export function tabulate(
  f: Body,
  table: I32,
  columns: I32,
  { strideX, paddingX }: PlaneSizes,
  write: (at: I32, left: I32) => void,
): void {
  const at = f.let(table)
  const left = f.let(i32.sub(0, paddingX))
  f.times(columns, () => write(at, left), [
    [at, 4],
    [left, strideX],
  ])
}

/** A row of elements, its phases in scratch, and which way elements go; `seen` is called for each vector. */
interface Move {
  readonly row: I32
  readonly phases: I32
  readonly width: I32
  readonly toPhases: boolean
  seen?: RowPooling['seen']
}

/** Lays a row out by phases: x[w] becomes place (w + padding) ÷ stride of phase (w + padding) mod stride. */
function spreadRow(f: Body, stride: number, row: I32, phases: I32, sizes: PlaneSizes, seen: RowPooling['seen']): void {
  moveRow(f, stride, { row, phases, width: sizes.fromWidth, toPhases: true, seen }, sizes)
}

/** The row whose phases lie in scratch. */
export function joinRow(f: Body, stride: number, phases: I32, row: I32, sizes: PlaneSizes): void {
  moveRow(f, stride, { row, phases, width: sizes.toWidth, toPhases: false }, sizes)
}

function moveRow(f: Body, stride: number, move: Move, sizes: PlaneSizes): void {
  const { row, phases, width } = move
  const { strideX, paddingX, pitch } = sizes
  const inPhases = (w: Expr<'i32'>) => {
    const padded = f.let(i32.add(w, paddingX))
    const place = f.let(i32.div_u(padded, strideX))
    const phase = i32.sub(padded, i32.mul(place, strideX))
    return f.let(i32.add(phases, i32.add(i32.mul(phase, pitch), i32.shl(place, 2))))
  }
  if (stride === 2) return movePairs(f, move, [inPhases(i32.const(0)), inPhases(i32.const(1))])
  f.range(0, least(strideX, width), (w) => {
    const count = f.let(i32.div_u(i32.sub(i32.add(width, i32.sub(strideX, 1)), w), strideX))
    const inRow = f.let(i32.add(row, i32.shl(w, 2)))
    moveEach(f, move, inRow, stride === 1 ? 1 : f.let(i32.shl(strideX, 2)), inPhases(w), count)
  })
}

/** Elements in turns from two phases, or to them. */
function movePairs(f: Body, { row, width, toPhases, seen }: Move, [even, odd]: readonly [I32, I32]): void {
  const x = f.let(row)
  const chosen = (a: Local<'v128'>, b: Local<'v128'>, words: readonly number[]) =>
    i8x16.shuffle(a, b, ...words.flatMap((word) => [0, 1, 2, 3].map((byte) => word * 4 + byte)))
  const eight = () => {
    const [a, b] = (toPhases ? [v128.load(x), v128.load(x, 16)] : [v128.load(even), v128.load(odd)]).map((v) =>
      f.let(v),
    )
    seen?.(a)
    seen?.(b)
    const [first, second] = toPhases
      ? [
          [0, 2, 4, 6],
          [1, 3, 5, 7],
        ]
      : [
          [0, 4, 1, 5],
          [2, 6, 3, 7],
        ]
    f.store(toPhases ? even : x, chosen(a, b, first))
    if (toPhases) f.store(odd, chosen(a, b, second))
    else f.store(x, chosen(a, b, second), 16)
  }
  f.times(i32.shr_u(width, 3), eight, [
    [x, 32],
    [even, 16],
    [odd, 16],
  ])
  const one = (phase: I32) => {
    moveOne(f, toPhases ? x : phase, toPhases ? phase : x, seen)
    x.bump(4)
    phase.bump(4)
  }
  f.times(i32.and(i32.shr_u(width, 1), 3), () => [even, odd].forEach(one))
  f.times(i32.and(width, 1), () => one(even))
}

/** Elements `step` bytes apart, or side by side, to neighbours in a phase, or from there. */
function moveEach(f: Body, { toPhases, seen }: Move, x: I32, step: I32 | 1, phase: I32, count: I32): void {
  const beside = step === 1
  const four = () => {
    const value = f.let(beside || !toPhases ? v128.load(toPhases ? x : phase) : v128.load32_zero(x))
    if (beside) f.store(toPhases ? phase : x, value)
    else {
      for (let lane = 0; lane < 4; lane++) {
        if (toPhases && lane > 0) value.set(v128.load32_lane(x, value, lane))
        if (!toPhases) f.storeLane(32, x, value, lane)
        x.bump(step)
      }
      if (toPhases) f.store(phase, value)
    }
    seen?.(value)
  }
  f.times(i32.shr_u(count, 2), four, [[phase, 16], ...(beside ? [[x, 16] as const] : [])])
  f.times(i32.and(count, 3), () => moveOne(f, toPhases ? x : phase, toPhases ? phase : x, seen), [
    [phase, 4],
    [x, beside ? 4 : step],
  ])
}

function moveOne(f: Body, from: I32, to: I32, seen: RowPooling['seen']): void {
  const value = f.let(v128.load32_zero(from))
  seen?.(value)
  f.storeLane(32, to, value, 0)
}
