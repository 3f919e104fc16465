// What a cross-correlation is to the kernels: its sizes, the padded image it reads, and its sums cut into blocks.
import type { Pair } from '../../../core/shape.ts'
import type { Body, Local } from '../../../kernel/wasm/asm.ts'
import type { Run } from '../../../kernel/wasm/gemm.ts'
import { kept } from '../../../kernel/wasm/loops.ts'
import { panelWidth } from '../../../kernel/wasm/panels.ts'
import { kBlocks, type RowProduct } from '../../../kernel/wasm/rowProduct.ts'
import type { Rung } from '../../../kernel/wasm/rung.ts'
import type { Sizes } from '../geometry.ts'
import type { Padding } from './pad.ts'

/** What follows the sums. */
export interface Epilogue {
  readonly bias: boolean
  readonly activation: RowProduct['activation']
}

/** A cross-correlation: the forward pass, or the gradient of the input, where dy is the image. */
export interface Correlation extends Sizes, Epilogue {
  readonly rung: Rung
  readonly groups: number
  readonly kernel: Pair
  readonly strides: Pair
  readonly dilation: Pair
  readonly before: Pair
  readonly spread: Pair
}

/** Longest sum before the results are put down: 512 rows of a panel of 16 fill L1. */
export const kLimit = 512
/** Rows and columns that a filter spans. */
export const spans = (s: Correlation) => s.kernel.map((k, i) => s.dilation[i] * (k - 1) + 1)

/** Whether the filters reach beyond the image, or its pixels are set apart, so that a copy is needed. */
export function isPadded(s: Correlation): boolean {
  const [rows, columns] = extent(s)
  return s.before.some((n) => n !== 0) || s.spread.some((n) => n > 1) || rows > s.H || columns > s.W
}

/** Rows and columns that the filters reach. */
export function extent(s: Correlation): readonly [number, number] {
  const [rows, columns] = spans(s)
  return [(s.OH - 1) * s.strides[0] + rows, (s.OW - 1) * s.strides[1] + columns]
}

/** Width of the image that the filters read: the copy's, or its own. */
export const widthOf = (s: Correlation) => (isPadded(s) ? extent(s)[1] : s.W)

/** How an image lies in its padded copy. */
export const paddingOf = (s: Correlation): Padding => ({
  ...{ H: s.H, W: s.W, pixel: s.C * 4, before: s.before, spread: s.spread },
  columns: widthOf(s),
})

/** Steps of several locals, for a loop. */
export const bumpsOf = (...bumps: readonly [Local<'i32'>, number][]) => bumps

/** Takes the runs over k of one block. */
type Visit = (k: readonly Run[]) => void

/** Calls `visit` for each block of k, with A and B at its start; both end where they started. */
export function eachBlock(f: Body, s: Correlation, a: Local<'i32'>, b: Local<'i32'>, visit: Visit): void {
  const kh = s.kernel[0]
  const { step, runs, length } = filterRow(s)
  if (kh * length <= kLimit) return visit([{ count: kh, a: step }, ...runs])
  kept(f, [a, b], () => {
    if (length > kLimit) return cutRows(f, s, a, b, visit)
    const blocks = Math.ceil(kh / Math.floor(kLimit / length))
    const rows = Math.ceil(kh / blocks)
    const count = Math.ceil(kh / rows)
    const steps = bumpsOf([a, rows * step], [b, rows * length * panelWidth(s.rung) * 4])
    f.times(count - 1, () => visit([{ count: rows, a: step }, ...runs]), steps)
    visit([{ count: kh - rows * (count - 1), a: step }, ...runs])
  })
}

/** The runs over k of a filter row, its length, and the bytes to the next row's pixels. */
function filterRow(s: Correlation): { readonly step: number; readonly runs: readonly Run[]; readonly length: number } {
  const kw = s.kernel[1]
  const perGroup = s.C / s.groups
  const taps = { count: kw, a: s.dilation[1] * s.C * 4 }
  const runs = contiguous(s) ? [{ count: kw * s.C, a: 4 }] : [taps, { count: perGroup, a: 4 }]
  return { step: s.dilation[0] * widthOf(s) * s.C * 4, runs, length: kw * perGroup }
}

/** Whether a filter row's taps are side by side in memory. */
const contiguous = (s: Correlation) => s.groups === 1 && s.dilation[1] === 1

/** Filter rows that are longer than a block: pieces of each row, or of each tap. */
function cutRows(f: Body, s: Correlation, a: Local<'i32'>, b: Local<'i32'>, visit: Visit): void {
  const bStep = panelWidth(s.rung) * 4
  const { step, runs, length } = filterRow(s)
  const taps = contiguous(s) ? 1 : s.kernel[1]
  const pieces = kBlocks(length / taps, kLimit)
  const oneRun = () => {
    kept(f, [a], () => {
      const steps = bumpsOf([a, pieces.length * 4], [b, pieces.length * bStep])
      f.times(pieces.count - 1, () => visit([{ count: pieces.length, a: 4 }]), steps)
      visit([{ count: pieces.last, a: 4 }])
    })
    b.bump(pieces.last * bStep)
  }
  const oneRow = () => kept(f, [a], () => f.times(taps, oneRun, [[a, runs[0].a]]))
  f.times(s.kernel[0], oneRow, [[a, step]])
}
