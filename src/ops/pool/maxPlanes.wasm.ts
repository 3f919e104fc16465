// maxPool of images in plain order: the winners of rows are kept, and meet down each window.
import { type Body, f32x4, i32, i32x4, item, type Local, v128 } from '../../kernel/wasm/asm.ts'
import { positive } from '../../kernel/wasm/loops.ts'
import { type Place, type PlaneArguments, type PlaneWindow, planes, poolPlanes } from './planes.wasm.ts'
import { unpoolPlanes } from './planesGradient.wasm.ts'
import { addressOf, type Block, loadFloats, locals, storeFloats, zeros } from './windowRows.ts'
import { masks, meeting, numbersSeen, type Positions, storeWinners, type Winners } from './winner.wasm.ts'

type I32 = Local<'i32'>

/** What the code depends on. */
interface Spec<P extends Positions> {
  readonly positions: P
  readonly window: PlaneWindow
}

function forward(f: Body, input: PlaneArguments, { positions, window }: Spec<Positions>): void {
  const { seen, all } = numbersSeen(f)
  /** Joins by `search`: with NaN above all numbers once one was seen in a plane of the item. */
  const search = (winners: Winners, join: (meet: ReturnType<typeof meeting>) => void) =>
    f.if(
      all,
      () => join(meeting(f, winners, false)),
      () => join(meeting(f, winners, true)),
    )
  const start = (block: Block, first: (vector: number) => ReturnType<typeof loadFloats>): Winners => {
    const held = positions ? locals(f, block, zeros) : []
    for (const [i, place] of held.entries()) place.set(first(i))
    return { values: locals(f, block, f32x4.const(-Infinity)), positions: held }
  }
  poolPlanes(f, input, {
    window,
    padding: f32x4.const(-Infinity),
    seen,
    // the first column that is no padding wins where all are -Infinity
    column: (at, left) => f.store(at, positive(i32.sub(0, left))),
    across(block, kept, firstColumns, columns, s) {
      const winners = start(block, (i) => loadFloats(block, firstColumns, i))
      search(winners, (meet) => columns.forEach((column, j) => meet(column, () => i32x4.const(j))))
      storeFloats(f, block, kept, winners.values)
      if (positions) storeFloats(f, block, f.let(i32.add(kept, s.span)), winners.positions)
    },
    down({ element, top }, s) {
      const y = f.let(addressOf(input.args.to, element, 4))
      const argmax = f.let(positions ? addressOf(input.args.argmax, element, positions) : i32.const(0))
      // rows of padding lie before the first
      const before = f.let(i32x4.splat(i32.mul(positive(i32.sub(0, top)), s.kernelWidth)))
      const columnsOf = (block: Block, row: I32): Place => {
        const at = f.let(positions ? i32.add(row, s.span) : row)
        return (i) => loadFloats(block, at, i)
      }
      const join = (block: Block, rows: readonly I32[], first: I32) => {
        const firstColumns = columnsOf(block, first)
        const winners = start(block, (i) => i32x4.add(before, firstColumns(i)))
        const columns = rows.map((row) => columnsOf(block, row))
        search(winners, (meet) =>
          rows.forEach((row, k) =>
            meet(
              (i) => loadFloats(block, row, i),
              (i) => i32x4.add(columns[k](i), i32x4.const(k * window.kernel[1])),
            ),
          ),
        )
        storeWinners(f, block, { y, argmax, positions }, winners)
      }
      return { pointers: [[y, 4], ...(positions ? [[argmax, positions] as const] : [])], join }
    },
  })
}

function backward(f: Body, input: PlaneArguments, { positions, window }: Spec<1 | 4>): void {
  unpoolPlanes(f, input, {
    window,
    keep({ element, kept, before }, s) {
      const copy = (array: 'from' | 'argmax', to: I32, bytes: 1 | 4) => {
        const from = f.let(addressOf(input.args[array], element, bytes))
        copyRow(f, f.let(i32.add(to, before * bytes)), from, addressOf(i32.const(0), s.fromWidth, bytes))
      }
      copy('from', kept, 4)
      copy('argmax', f.let(i32.add(kept, s.span)), positions)
    },
    sum(block, windows, s) {
      const sums = locals(f, block, zeros)
      for (const { kept, first, position } of windows) {
        const dy = f.let(addressOf(kept, first, 4))
        const held = f.let(addressOf(i32.add(kept, s.span), first, positions))
        masks(f, block, held, f.let(position), positions).forEach((mask, i) =>
          sums[i].set(f32x4.add(sums[i], v128.and(loadFloats(block, dy, i), mask))),
        )
      }
      return sums
    },
  })
}

/** Copies a short row by vectors. */
function copyRow(f: Body, to: I32, from: I32, length: ReturnType<typeof addressOf>): void {
  const bytes = f.let(length)
  const bumps = (by: number) => [to, from].map((pointer) => [pointer, by] as const)
  f.times(i32.shr_u(bytes, 4), () => f.store(to, v128.load(from)), bumps(16))
  f.times(i32.and(i32.shr_u(bytes, 2), 3), () => f.store(to, i32.load(from)), bumps(4))
  f.times(i32.and(bytes, 3), () => f.store8(to, i32.load8_u(from)), bumps(1))
}

/** Winners of windows, with their positions where there are any. */
export const winnersOfPlanes = (spec: Spec<Positions>) => ({
  forward: item(planes, (f, input) => forward(f, input, spec)),
})

/** The gradient by those positions. */
export const gradientOfPlanes = (spec: Spec<1 | 4>) => ({
  backward: item(planes, (f, input) => backward(f, input, spec)),
})
