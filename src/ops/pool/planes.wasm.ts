// How pooling kernels run on images in plain order: row by row of a plane, four neighbours a vector, by way of scratch.
import { type Body, type Expr, type Input, i8x16, i32, type Local, select, v128 } from '../../kernel/wasm/asm.ts'
import { leastSigned as least } from '../../kernel/wasm/loops.ts'
import type { PlaneWindow, planeSizes, planes } from './planeLayout.ts'
import { type Block, eachBlock, overlap } from './windowRows.ts'

type I32 = Local<'i32'>

/** What an item receives. */
export type PlaneArguments = Input<typeof planes>
/** The sizes as locals of the kernel. */
export type PlaneSizes = Readonly<Record<keyof typeof planeSizes, I32>>

/** A row of windows: where the results go, and its first row of the plane, which may be padding. */
export interface WindowRow {
  /** Index of the row's first result. */
  readonly element: I32
  readonly top: I32
}

/** Columns of windows, where what they are joined to is kept, and their entries of the table. */
export interface KeptColumns {
  /** Loads all columns of a vector of windows. */
  columns(vector: number): readonly Local<'v128'>[]
  readonly kept: I32
  readonly table: I32
}

/** The rows that windows hold, the first of them that is no padding, and the table. */
export interface KeptRows {
  readonly rows: readonly I32[]
  readonly first: I32
  readonly table: I32
}

/** What pooling does to rows. */
export interface RowPooling {
  readonly window: PlaneWindow
  /** What padding holds. */
  readonly padding: Expr<'v128'>
  /** Not 0 once elements were seen that need careful code; a row in which they appear is joined once more. */
  readonly careful?: Expr<'i32'>
  /** Writes what the table holds for the windows of a column, whose first place is `left`. */
  column(at: I32, left: I32, sizes: PlaneSizes): void
  /** Joins the columns of windows in one row and keeps the results. */
  across(block: Block, row: KeptColumns, sizes: PlaneSizes, careful: boolean): void
  /** Prepares a row of results: more pointers, and what joins the kept rows and stores results. */
  down(
    row: WindowRow,
    sizes: PlaneSizes,
  ): {
    readonly pointers: readonly (readonly [I32, number])[]
    join(block: Block, kept: KeptRows, careful: boolean): void
  }
}

/** Pools rows of planes: each row is read once, joined along itself, and kept as long as windows hold it. */
export function poolPlanes(f: Body, { index, args, scratch }: PlaneArguments, pooling: RowPooling): void {
  const sizes = f.lets(args.sizes)
  const { rowsPerItem, rows, toHeight, toWidth, fromHeight, fromWidth, kernelHeight, pitch, slot } = sizes
  const { kernel, strides, padded } = pooling.window
  const from = f.let(args.from)
  const ring = f.let(i32.add(scratch, i32.shl(pitch, 1)))
  const blank = f.let(i32.add(ring, i32.mul(slot, kernel[0])))
  const table = f.let(i32.add(blank, slot))
  fillVectors(f, scratch, i32.shl(pitch, 1), pooling.padding)
  fillVectors(f, blank, slot, pooling.padding)
  tabulate(f, table, toWidth, sizes, (at, left) => pooling.column(at, left, sizes))
  const padding = padded ? paddedRows(f, scratch, sizes) : undefined
  const [plane, done] = [f.let(i32.const(-1)), f.let(i32.const(0))]
  const first = f.let(i32.mul(index, rowsPerItem))
  f.range(first, least(rows, i32.add(first, rowsPerItem)), (row) => {
    const now = f.let(i32.div_u(row, toHeight))
    const top = f.let(i32.sub(i32.mul(i32.sub(row, i32.mul(now, toHeight)), strides[0]), sizes.paddingY))
    const held = overlap(f, top, kernelHeight, fromHeight)
    const below = f.let(i32.add(held.first, held.count))
    f.if(i32.ne(now, plane), () => {
      done.set(0)
      padding?.start()
    })
    plane.set(now)
    f.if(i32.lt_u(done, held.first), () => done.set(held.first))
    f.range(done, below, (y) => {
      const x = f.let(i32.add(from, i32.shl(i32.mul(i32.add(i32.mul(now, fromHeight), y), fromWidth), 2)))
      if (padding) x.set(padding.of(x, y))
      const kept = f.let(i32.add(ring, i32.mul(i32.rem_u(y, kernel[0]), slot)))
      const across = (careful: boolean) => {
        const [at, columns, windows] = [f.let(kept), f.let(table), f.let(x)]
        const moving = [
          [at, 4],
          [columns, 4],
          [windows, 4 * strides[1]],
        ] as const
        eachBlock(f, toWidth, moving, (block) => {
          const load = (vector: number) => columnsOf(f, block, windows, vector, kernel[1], strides[1])
          pooling.across(block, { columns: load, kept: at, table: columns }, sizes, careful)
        })
      }
      across(false)
      if (pooling.careful) f.if(pooling.careful, () => across(true))
    })
    done.set(below)
    const { pointers, join } = pooling.down({ element: f.let(i32.mul(row, toWidth)), top }, sizes)
    const kept = keptRows(f, top, fromHeight, kernel[0], { ring, blank, slot })
    const [columns, start] = [f.let(table), f.let(i32.add(ring, i32.mul(i32.rem_u(held.first, kernel[0]), slot)))]
    const moving = [...pointers, ...[columns, start, ...kept].map((pointer) => [pointer, 4] as const)]
    const down = (careful: boolean) =>
      eachBlock(f, toWidth, moving, (block) => join(block, { rows: kept, first: start, table: columns }, careful))
    if (!pooling.careful) down(false)
    else
      f.if(
        pooling.careful,
        () => down(true),
        () => down(false),
      )
  })
}

/**
 * Copies rows between padding. Two are kept, and each is copied while the one before is pooled: loads that don't start
 * where a store did would wait for it.
 */
function paddedRows(f: Body, scratch: I32, { fromHeight, fromWidth, paddingX, pitch }: PlaneSizes) {
  const inside = f.let(i32.add(scratch, i32.shl(paddingX, 2)))
  const next = f.let(i32.const(0))
  const rowOf = (first: I32, y: Expr<'i32'>) => f.let(i32.add(first, i32.mul(i32.and(y, 1), pitch)))
  const copy = (x: I32) => {
    copyRow(f, x, rowOf(inside, next), i32.shl(fromWidth, 2))
    next.bump(1)
  }
  return {
    start: () => next.set(0),
    of(x: I32, y: I32): I32 {
      f.if(i32.le_u(next, y), () => {
        next.set(y)
        copy(x)
      })
      f.if(i32.lt_u(next, fromHeight), () => copy(f.let(i32.add(x, i32.shl(fromWidth, 2)))))
      return rowOf(scratch, y)
    },
  }
}

/** Loads the columns of a vector of windows that stand side by side, those of the block from `x` on. */
export function columnsOf(
  f: Body,
  block: Block,
  x: I32,
  vector: number,
  count: number,
  stride: number,
): Local<'v128'>[] {
  const first = vector * 16 * stride
  if (block === 1) return Array.from({ length: count }, (_, j) => f.let(v128.load32_zero(x, 4 * j)))
  if (stride !== 2) return Array.from({ length: count }, (_, j) => loadApart(f, x, first + 4 * j, 4 * stride))
  const pairs = Array.from({ length: Math.ceil(count / 2) }, (_, k) => {
    const both = [0, 16].map((plus) => f.let(v128.load(x, first + 8 * k + plus)))
    const [even, odd] = [0, 1].map((j) => [0, 2, 4, 6].map((word) => word + j))
    return 2 * k + 1 < count ? [f.let(words(both, even)), f.let(words(both, odd))] : [f.let(words(both, even))]
  })
  return pairs.flat()
}

/** Four floats `step` bytes apart. */
function loadApart(f: Body, x: I32, plus: number, step: number): Local<'v128'> {
  if (step === 4) return f.let(v128.load(x, plus))
  const value = f.let(v128.load32_zero(x, plus))
  for (let lane = 1; lane < 4; lane++) value.set(v128.load32_lane(x, value, lane, plus + lane * step))
  return value
}

/** Four words of two vectors. */
const words = ([a, b]: readonly Local<'v128'>[], order: readonly number[]) =>
  i8x16.shuffle(a, b, ...order.flatMap((word) => [0, 1, 2, 3].map((byte) => word * 4 + byte)))

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

/** Copies a short row by vectors. */
export function copyRow(f: Body, first: I32, to: I32, length: Expr<'i32'>): void {
  const [from, at, bytes] = [f.let(first), f.let(to), f.let(length)]
  const bumps = (by: number) => [from, at].map((pointer) => [pointer, by] as const)
  const four = () => {
    const values = [0, 16, 32, 48].map((plus) => f.let(v128.load(from, plus)))
    values.forEach((value, i) => f.store(at, value, 16 * i))
  }
  f.times(i32.shr_u(bytes, 6), four, bumps(64))
  f.times(i32.and(i32.shr_u(bytes, 4), 3), () => f.store(at, v128.load(from)), bumps(16))
  f.times(i32.and(i32.shr_u(bytes, 2), 3), () => f.store(at, i32.load(from)), bumps(4))
  f.times(i32.and(bytes, 3), () => f.store8(at, i32.load8_u(from)), bumps(1))
}

/** Makes the code that joins the phases in scratch: x[w] is place (w + padding) ÷ stride of phase (w + padding) mod stride. */
export function phasesJoined(
  f: Body,
  stride: number,
  phases: I32,
  { paddingX, pitch }: PlaneSizes,
): (row: I32, width: I32) => void {
  const inPhases = (w: Expr<'i32'>) => {
    const padded = f.let(i32.add(w, paddingX))
    const place = f.let(i32.div_u(padded, i32.const(stride)))
    const phase = i32.sub(padded, i32.mul(place, stride))
    return f.let(i32.add(phases, i32.add(i32.mul(phase, pitch), i32.shl(place, 2))))
  }
  const first = inPhases(i32.const(0))
  if (stride === 1) return (row, width) => copyRow(f, first, row, i32.shl(width, 2))
  const second = inPhases(i32.const(1))
  if (stride === 2) return (row, width) => joinPairs(f, row, width, [first, second])
  return (row, width) =>
    f.range(0, least(i32.const(stride), width), (w) => {
      const [x, phase] = [f.let(i32.add(row, i32.shl(w, 2))), inPhases(w)]
      const count = i32.div_u(i32.sub(i32.add(width, stride - 1), w), i32.const(stride))
      f.times(count, () => f.store(x, i32.load(phase)), [
        [x, 4 * stride],
        [phase, 4],
      ])
    })
}

/** Elements of two phases by turns. */
function joinPairs(f: Body, row: I32, width: I32, phases: readonly [I32, I32]): void {
  const [x, even, odd] = [row, ...phases].map((pointer) => f.let(pointer))
  const bumps = (pairs: number) => [[x, 8 * pairs] as const, [even, 4 * pairs] as const, [odd, 4 * pairs] as const]
  const eight = () => {
    const both = [even, odd].map((phase) => f.let(v128.load(phase)))
    const halves = [
      [0, 4, 1, 5],
      [2, 6, 3, 7],
    ].map((order) => f.let(words(both, order)))
    halves.forEach((half, i) => f.store(x, half, 16 * i))
  }
  f.times(i32.shr_u(width, 3), eight, bumps(4))
  const pair = () => [even, odd].forEach((phase, i) => f.store(x, i32.load(phase), 4 * i))
  f.times(i32.and(i32.shr_u(width, 1), 3), pair, bumps(1))
  f.times(i32.and(width, 1), () => f.store(x, i32.load(even)))
}
