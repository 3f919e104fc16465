// maxPool of images in plain order: the winners of rows are kept, and meet down each window.
import { type Body, type Expr, f32x4, i32, i32x4, item, type Local, v128 } from '../../kernel/wasm/asm.ts'
import { positive } from '../../kernel/wasm/loops.ts'
import { type PlaneWindow, planes } from './planeLayout.ts'
import { copyRow, type KeptRows, type PlaneArguments, poolPlanes } from './planes.wasm.ts'
import { unpoolPlanes } from './planesGradient.wasm.ts'
import { addressOf, type Block, loadFloats, locals, storeFloats, zeros } from './windowRows.ts'
import { masks, meeting, type Positions, storeWinners, type Winners, watchNaN } from './winner.wasm.ts'

type I32 = Local<'i32'>

/** What the code depends on. */
interface Spec<P extends Positions> {
  readonly positions: P
  readonly window: PlaneWindow
}

function forward(f: Body, input: PlaneArguments, { positions, window }: Spec<Positions>): void {
  const { seen, met } = watchNaN(f)
  const start = (block: Block, first: (vector: number) => ReturnType<typeof loadFloats>): Winners => {
    const held = positions ? locals(f, block, zeros) : []
    for (const [i, place] of held.entries()) place.set(first(i))
    return { values: locals(f, block, f32x4.const(-Infinity)), positions: held }
  }
  poolPlanes(f, input, {
    window,
    padding: f32x4.const(-Infinity),
    careful: met,
    // the first column that is no padding wins where all are -Infinity
    column: (at, left) => f.store(at, positive(i32.sub(0, left))),
    across(block, { columns, kept, table }, s, careful) {
      const winners = start(block, (i) => loadFloats(block, table, i))
      const meet = meeting(f, winners, careful)
      for (const i of winners.values.keys()) {
        const places = columns(i)
        // a sum is NaN where one of its terms is, and seldom where none is
        if (!careful) seen(f.let(places.reduce<Expr<'v128'>>((sum, place) => f32x4.add(sum, place), f32x4.const(0))))
        for (const [j, place] of places.entries()) meet(i, place, i32x4.const(j))
      }
      storeFloats(f, block, kept, winners.values)
      if (positions) storeFloats(f, block, f.let(i32.add(kept, s.span)), winners.positions)
    },
    down({ element, top }, s) {
      const y = f.let(addressOf(input.args.to, element, 4))
      const argmax = f.let(positions ? addressOf(input.args.argmax, element, positions) : i32.const(0))
      // rows of padding lie before the first
      const before = f.let(i32x4.splat(i32.mul(positive(i32.sub(0, top)), s.kernelWidth)))
      const columnsOf = (block: Block, row: I32) => {
        const at = f.let(positions ? i32.add(row, s.span) : row)
        return (i: number) => loadFloats(block, at, i)
      }
      const join = (block: Block, { rows, first }: KeptRows, careful: boolean) => {
        const firstColumns = columnsOf(block, first)
        const winners = start(block, (i) => i32x4.add(before, firstColumns(i)))
        const meet = meeting(f, winners, careful)
        const columns = rows.map((row) => columnsOf(block, row))
        for (const i of winners.values.keys()) {
          for (const [k, row] of rows.entries()) {
            const position = i32x4.add(columns[k](i), i32x4.const(k * window.kernel[1]))
            meet(i, f.let(loadFloats(block, row, i)), position)
          }
        }
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
        copyRow(f, from, f.let(i32.add(to, before * bytes)), i32.mul(s.fromWidth, bytes))
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

/** Winners of windows, with their positions where there are any. */
export const winnersOfPlanes = (spec: Spec<Positions>) => ({
  forward: item(planes, (f, input) => forward(f, input, spec)),
})

/** The gradient by those positions. */
export const gradientOfPlanes = (spec: Spec<1 | 4>) => ({
  backward: item(planes, (f, input) => backward(f, input, spec)),
})
