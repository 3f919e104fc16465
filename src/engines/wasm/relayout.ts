// relayout on the command stream: the same elements in the other order of memory.
import { bytesOf } from '../../core/dtype.ts'
import { type Body, type Expr, i8x16, i32, item, type Local, v128 } from '../../kernel/wasm/asm.ts'
import { copyBytes } from '../../kernel/wasm/copyBytes.ts'
import { type ElementBytes, elementBytes, loadElement, storeElement } from '../../kernel/wasm/elements.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { Address, Phase, PlannedArray, WasmKernel } from '../../kernel/wasm/plan.ts'

const matrices = { y: 'address', x: 'address', sizes: { rows: 'i32', columns: 'i32' } } as const

/** Transposes blocks of 4 × 4 words, then the edges one by one: y[c][r] = x[r][c] for each of `items` matrices. */
const transposition = ({ bytes }: { readonly bytes: ElementBytes }) => ({
  words: item(matrices, (f, { index, args }) => {
    const { rows, columns } = f.lets(args.sizes)
    const xRow = f.let(i32.shl(columns, 2))
    const yRow = f.let(i32.shl(rows, 2))
    const matrix = f.let(i32.mul(index, i32.mul(rows, xRow)))
    const x = f.let(i32.add(args.x, matrix))
    const y = f.let(i32.add(args.y, matrix))
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
  others: item(matrices, (f, { index, args }) => {
    const { rows, columns } = f.lets(args.sizes)
    const matrix = f.let(i32.mul(i32.mul(index, i32.mul(rows, columns)), bytes))
    const x = f.let(i32.add(args.x, matrix))
    const y = f.let(i32.add(args.y, matrix))
    f.range(0, rows, (r) =>
      f.range(0, columns, (c) => {
        const place = i32.add(i32.mul(c, rows), r)
        storeElement(f, bytes, i32.add(y, i32.mul(place, bytes)), loadElement(bytes, x))
        x.bump(bytes)
      }),
    )
  }),
})

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

/** The phase that writes an array in the other order: each image is a matrix channels × pixels. */
function relayoutPhase(array: PlannedArray, y: Address, x: Address): Phase {
  const [images, channels, height, width] = array.shape
  const pixels = height * width
  const [rows, columns] = array.order === 'plain' ? [channels, pixels] : [pixels, channels]
  const bytes = elementBytes(array.dtype)
  const entry = bytes === 4 ? 'words' : 'others'
  return defineModule('relayout', { bytes }, transposition).phase(entry, images, { y, x, sizes: { rows, columns } })
}

/** y = x in the other order. */
export const relayoutWasm: WasmKernel<object> = {
  plan: ([x]) => ({ phases: [relayoutPhase(x, { output: 0 }, { input: 0 })] }),
}

/** What copies the elements of an array in row-major order, from an address to another. */
export function readingPhase(x: PlannedArray, to: number, from: number): Phase & { readonly args: readonly number[] } {
  const [target, source] = [{ at: to }, { at: from }]
  const phase = x.order === 'plain' ? copyBytes(target, source, bytesOf(x)) : relayoutPhase(x, target, source)
  // addresses that are settled are numbers
  return phase as Phase & { readonly args: readonly number[] }
}
