// relayout on the command stream: the same elements in the other order of memory.
import { type Body, type Expr, i8x16, i32, item, type Local, v128 } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { Phase, PlanArgument, PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import { bytesOf, chunksOf } from '../../kernel/ranges.ts'
import { copyModule } from '../../ops/copy/copy.wasm.ts'

/** Transposes blocks of 4 × 4 floats, then the edges one by one: y[c][r] = x[r][c] for each of `items` matrices. */
const transposeModule = defineModule('transpose', () => [
  // args: y, x, rows, columns
  item('words', (f, { index, arg }) => {
    const rows = f.let(arg.i32(2))
    const columns = f.let(arg.i32(3))
    const xRow = f.let(i32.shl(columns, 2))
    const yRow = f.let(i32.shl(rows, 2))
    const matrix = f.let(i32.mul(index, i32.mul(rows, xRow)))
    const x = f.let(i32.add(arg.i32(1), matrix))
    const y = f.let(i32.add(arg.i32(0), matrix))
    const rows4 = f.let(i32.and(rows, ~3))
    const columns4 = f.let(i32.and(columns, ~3))
    const at = (base: Local<'i32'>, row: Local<'i32'>, rowBytes: Local<'i32'>, column: Local<'i32'>) =>
      f.let(i32.add(i32.add(base, i32.mul(row, rowBytes)), i32.shl(column, 2)))
    const one = (r: Local<'i32'>, c: Local<'i32'>) => f.store(at(y, c, yRow, r), i32.load(at(x, r, xRow, c)))
    f.range(
      0,
      columns4,
      (c) => f.range(0, rows4, (r) => transposeBlock(f, at(x, r, xRow, c), xRow, at(y, c, yRow, r), yRow), 4),
      4,
    )
    f.range(rows4, rows, (r) => f.range(0, columns, (c) => one(r, c)))
    f.range(0, rows4, (r) => f.range(columns4, columns, (c) => one(r, c)))
  }),
  item('bytes', (f, { index, arg }) => {
    const rows = f.let(arg.i32(2))
    const columns = f.let(arg.i32(3))
    const matrix = f.let(i32.mul(index, i32.mul(rows, columns)))
    const x = f.let(i32.add(arg.i32(1), matrix))
    const y = f.let(i32.add(arg.i32(0), matrix))
    f.range(0, rows, (r) =>
      f.range(0, columns, (c) => {
        f.store8(i32.add(i32.add(y, i32.mul(c, rows)), r), i32.load8_u(x))
        x.bump(1)
      }),
    )
  }),
])

function transposeBlock(f: Body, x: Local<'i32'>, xRow: Local<'i32'>, y: Local<'i32'>, yRow: Local<'i32'>): void {
  const row = [0, 1, 2, 3].map(() => {
    const value = f.let(v128.load(x))
    x.bump(xRow)
    return value
  })
  const pair = (a: Local<'v128'>, b: Local<'v128'>, high: boolean) => f.let(interleave(a, b, high))
  const low02 = pair(row[0], row[2], false)
  const low13 = pair(row[1], row[3], false)
  const high02 = pair(row[0], row[2], true)
  const high13 = pair(row[1], row[3], true)
  const columns = [
    interleave(low02, low13, false),
    interleave(low02, low13, true),
    interleave(high02, high13, false),
    interleave(high02, high13, true),
  ]
  for (const column of columns) {
    f.store(y, column)
    y.bump(yRow)
  }
}

function interleave(a: Local<'v128'>, b: Local<'v128'>, high: boolean): Expr<'v128'> {
  const word = (lane: number) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)
  const lanes = high ? [2, 6, 3, 7] : [0, 4, 1, 5]
  return i8x16.shuffle(a, b, ...lanes.flatMap(word))
}

/** Words of a transposition: each image is a matrix channels × pixels. */
function relayoutPhase<T>(x: PlannedArray, to: T, from: T) {
  const [images, channels, height, width] = x.shape
  const pixels = height * width
  const sizes = x.order === 'plain' ? [channels, pixels] : [pixels, channels]
  const entry = x.dtype === 'uint8' ? 'bytes' : 'words'
  return { module: transposeModule, entry, items: images, args: [to, from, ...sizes] }
}

/** y = x in the other order. */
export const relayoutWasm: WasmKernel<object> = {
  plan: ([x]) => ({ phases: [relayoutPhase<PlanArgument>(x, { output: 0 }, { input: 0 })] }),
}

/** What copies the elements of an array in row-major order, from an address to another. */
export function readingPhase(x: PlannedArray, to: number, from: number): Phase & { readonly args: readonly number[] } {
  if (x.order !== 'plain') return relayoutPhase(x, to, from)
  return { module: copyModule, entry: 'copy', items: chunksOf(bytesOf(x)), args: [to, from, bytesOf(x)] }
}
