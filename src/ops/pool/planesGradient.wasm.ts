// How the gradients of pooling run on images in plain order: the windows of a phase of the stride stand side by side.
import { type Body, type Expr, f32x4, i32, type Local } from '../../kernel/wasm/asm.ts'
import { leastSigned as least } from '../../kernel/wasm/loops.ts'
import type { PlaneWindow } from './planeLayout.ts'
import { fillVectors, keptRows, type PlaneArguments, type PlaneSizes, phasesJoined, tabulate } from './planes.wasm.ts'
import { type Block, eachBlock } from './windowRows.ts'

type I32 = Local<'i32'>

/** A row of the results' gradient that is to be kept: the row of windows, its first element, and where it goes. */
export interface KeptRow {
  readonly y: I32
  readonly element: I32
  /** The start of what is kept, and the number of zeros that stand before the first window. */
  readonly kept: I32
  readonly before: number
  readonly table: I32
}

/** Windows that hold the places of a phase: the kept row, the first of them in it, and the position in that window. */
export interface HoldingWindows {
  readonly kept: I32
  readonly first: I32
  readonly position: Expr<'i32'>
}

/** What the gradient does to rows. */
export interface RowGradient {
  readonly window: PlaneWindow
  /** Writes what the table holds for the windows of a column, whose first place is `left`. */
  column?(at: I32, left: I32, sizes: PlaneSizes): void
  keep(row: KeptRow, sizes: PlaneSizes): void
  /** The sums of a block over the windows that hold it, which come in row-major order. */
  sum(block: Block, windows: readonly HoldingWindows[], sizes: PlaneSizes): readonly Expr<'v128'>[]
}

/** Gradients of rows of planes: the places of each phase meet windows side by side; then all phases become one row. */
export function unpoolPlanes(f: Body, { index, args, scratch }: PlaneArguments, gradient: RowGradient): void {
  const sizes = f.lets(args.sizes)
  const { rowsPerItem, rows, toHeight, toWidth, fromHeight, fromWidth, pitch, slot } = sizes
  const { kernel, strides } = gradient.window
  const slots = Math.ceil(kernel[0] / strides[0])
  const before = Math.floor((kernel[1] - 1) / strides[1])
  const to = f.let(args.to)
  const ring = f.let(i32.add(scratch, i32.mul(pitch, strides[1])))
  const blank = f.let(i32.add(ring, i32.mul(slot, slots)))
  const table = f.let(i32.add(blank, slot))
  fillVectors(f, ring, i32.mul(slot, slots + 1), f32x4.const(0))
  const join = phasesJoined(f, strides[1], scratch, sizes)
  const { column } = gradient
  if (column) tabulate(f, table, fromWidth, sizes, (at, left) => column(at, left, sizes))
  const [plane, done] = [f.let(i32.const(-1)), f.let(i32.const(0))]
  const first = f.let(i32.mul(index, rowsPerItem))
  f.range(first, least(rows, i32.add(first, rowsPerItem)), (row) => {
    const now = f.let(i32.div_u(row, toHeight))
    const padded = f.let(i32.add(i32.sub(row, i32.mul(now, toHeight)), sizes.paddingY))
    const last = f.let(i32.div_u(padded, i32.const(strides[0])))
    const highest = f.let(i32.sub(last, slots - 1))
    f.if(i32.ne(now, plane), () => done.set(0))
    plane.set(now)
    f.if(i32.lt_s(done, highest), () => done.set(highest))
    f.range(done, least(i32.add(last, 1), fromHeight), (y) => {
      const element = f.let(i32.mul(i32.add(i32.mul(now, fromHeight), y), fromWidth))
      const kept = f.let(i32.add(ring, i32.mul(i32.rem_u(y, slots), slot)))
      gradient.keep({ y, element, kept, before, table }, sizes)
      done.set(i32.add(y, 1))
    })
    const kept = keptRows(f, highest, fromHeight, slots, { ring, blank, slot })
    // the place of the row in the windows of the last kept row
    const inLast = f.let(i32.sub(padded, i32.mul(last, strides[0])))
    // a window that holds no such row
    if (slots * strides[0] > kernel[0]) {
      const outside = i32.ge_s(i32.add(inLast, (slots - 1) * strides[0]), kernel[0])
      f.if(outside, () => kept[0].set(blank))
    }
    const phases = f.let(scratch)
    for (let phase = 0; phase < strides[1]; phase++) {
      const [at, place] = [f.let(phases), f.let(i32.const(0))]
      const moving = [
        [at, 4],
        [place, 1],
      ] as const
      const across = Math.max(0, Math.ceil((kernel[1] - phase) / strides[1]))
      eachBlock(f, f.let(i32.shr_u(pitch, 2)), moving, (block) => {
        const windows = kept.flatMap((row, k) =>
          Array.from({ length: across }, (_, t): HoldingWindows => {
            // the window furthest to the left holds the place at the largest position
            const column = phase + (across - 1 - t) * strides[1]
            const down = (slots - 1 - k) * strides[0]
            const position = i32.add(i32.mul(inLast, kernel[1]), down * kernel[1] + column)
            return { kept: row, first: f.let(i32.add(place, before + 1 - across + t)), position }
          }),
        )
        gradient.sum(block, windows, sizes).forEach((sum, i) => f.store(at, sum, i * 16))
      })
      phases.bump(pitch)
    }
    join(f.let(i32.add(to, i32.shl(i32.mul(row, toWidth), 2))), toWidth)
  })
}
