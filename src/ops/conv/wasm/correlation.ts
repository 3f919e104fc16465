// What a cross-correlation is to the kernels: its sizes, the padded image it reads, and its sums cut into blocks.
import type { Pair } from '../../../core/shape.ts'
import type { Body, Local } from '../../../kernel/wasm/asm.ts'
import type { Pointers, Run } from '../../../kernel/wasm/gemm.ts'
import { kept } from '../../../kernel/wasm/loops.ts'
import { panelWidth } from '../../../kernel/wasm/panels.ts'
import { kBlocks, type RowProduct } from '../../../kernel/wasm/rowProduct.ts'
import type { Rung } from '../../../kernel/wasm/rung.ts'
import type { Sizes } from '../geometry.ts'
import type { Padding } from './pad.ts'
import { type Part, partsOf } from './parts.ts'

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
  /** Above 1: the pixels of the image lie apart, with zeros between them, as in the transpose of a convolution with strides. */
  readonly spread: Pair
}

/** Longest sum before the results are put down: 512 rows of a panel of 16 fill L1. */
export const kLimit = 512

/** Where the filters read an image that has zeros around it. */
interface Reading {
  /** Zeros above and to the left of the copy. */
  readonly before: Pair
  /** Rows and columns that the first results reach, and all of them. */
  readonly reach: Pair
  readonly extent: Pair
}

/** What all parts read. */
export function readingOf(s: Correlation): Reading {
  const parts = partsOf(s)
  const pair = (of: (axis: 0 | 1) => number): Pair => [of(0), of(1)]
  const most = (of: (part: Part) => number) => (parts.length > 0 ? Math.max(...parts.map(of)) : 0)
  const beforeOf = (part: Part, axis: 0 | 1) =>
    [0, part.phases[axis] - 1].map((phase) => part.before[axis] + phase * part.beforeStep[axis])
  const before = pair((axis) => most((part) => Math.max(...beforeOf(part, axis))))
  const reachOf = (part: Part, axis: 0 | 1) =>
    before[axis] - Math.min(...beforeOf(part, axis)) + part.dilation[axis] * (part.kernel[axis] - 1) + 1
  return {
    before,
    reach: pair((axis) => most((part) => reachOf(part, axis))),
    extent: pair((axis) => most((part) => reachOf(part, axis) + (part.results[axis] - 1) * s.strides[axis])),
  }
}

/** Whether the filters reach beyond the image, so that a copy is needed. */
export function isPadded(s: Correlation): boolean {
  const { before, extent } = readingOf(s)
  return before.some((n) => n !== 0) || extent[0] > s.H || extent[1] > s.W
}

/** Width of the image that the filters read: the copy's, or its own. */
export const widthOf = (s: Correlation) => (isPadded(s) ? readingOf(s).extent[1] : s.W)

/** Bytes of a row of the image that the filters read. */
export const rowBytesOf = (s: Correlation) => widthOf(s) * s.C * 4

/** How an image lies in its padded copy. */
export const paddingOf = (s: Correlation): Padding => ({
  ...{ H: s.H, W: s.W, pixel: s.C * 4, before: readingOf(s).before, columns: widthOf(s) },
})

/** Bytes from the first pixel that is read to the part's first one, and from the first result to its own. */
export function offsetsOf(s: Correlation, { before, first }: Part): Offsets {
  const zeros = readingOf(s).before
  return { a: bytesTo(s, zeros[0] - before[0], zeros[1] - before[1]), c: resultBytes(s, first[0], first[1]) }
}

/** The same from each phase of a part to the next one down, and to the next one across. */
export function phaseSteps(s: Correlation, { beforeStep, firstStep }: Part): readonly [Offsets, Offsets] {
  return [
    { a: bytesTo(s, -beforeStep[0], 0), c: resultBytes(s, firstStep[0], 0) },
    { a: bytesTo(s, 0, -beforeStep[1]), c: resultBytes(s, 0, firstStep[1]) },
  ]
}

/** Bytes in the image that the filters read, and in the results. */
interface Offsets {
  readonly a: number
  readonly c: number
}

const bytesTo = (s: Correlation, rows: number, columns: number) => rows * rowBytesOf(s) + columns * s.C * 4
const resultBytes = (s: Correlation, rows: number, columns: number) => (rows * s.OW + columns) * s.O * 4

/** Steps of several locals, for a loop. */
export const bumpsOf = (...bumps: readonly [Local<'i32'>, number][]) => bumps

/** The image and the filters' panels. */
type Factors = Pick<Pointers, 'a' | 'b'>

/** Takes the runs over k of one block. */
type Visit = (k: readonly Run[]) => void

/** Calls `visit` for each block of k, with A and B at its start; both end where they started. */
export function eachBlock(f: Body, s: Correlation, part: Part, { a, b }: Factors, visit: Visit): void {
  const kh = part.kernel[0]
  const { step, runs, length } = filterRow(s, part)
  if (kh * length <= kLimit) return visit([{ count: kh, a: step }, ...runs])
  kept(f, [a, b], () => {
    if (length > kLimit) return cutRows(f, s, part, { a, b }, visit)
    const blocks = Math.ceil(kh / Math.floor(kLimit / length))
    const rows = Math.ceil(kh / blocks)
    const count = Math.ceil(kh / rows)
    const steps = bumpsOf([a, rows * step], [b, rows * length * panelWidth(s.rung) * 4])
    f.times(count - 1, () => visit([{ count: rows, a: step }, ...runs]), steps)
    visit([{ count: kh - rows * (count - 1), a: step }, ...runs])
  })
}

/** The runs over k of a filter row, its length, and the bytes to the next row's pixels. */
interface FilterRow {
  readonly step: number
  readonly runs: readonly Run[]
  readonly length: number
}

function filterRow(s: Correlation, part: Part): FilterRow {
  const kw = part.kernel[1]
  const perGroup = s.C / s.groups
  const taps = { count: kw, a: part.dilation[1] * s.C * 4 }
  const runs = contiguous(s, part) ? [{ count: kw * s.C, a: 4 }] : [taps, { count: perGroup, a: 4 }]
  return { step: part.dilation[0] * rowBytesOf(s), runs, length: kw * perGroup }
}

/** Whether a filter row's taps are side by side in memory. */
const contiguous = (s: Correlation, { dilation }: Part) => s.groups === 1 && dilation[1] === 1

/** Filter rows that are longer than a block: pieces of each row, or of each tap. */
function cutRows(f: Body, s: Correlation, part: Part, { a, b }: Factors, visit: Visit): void {
  const bStep = panelWidth(s.rung) * 4
  const { step, runs, length } = filterRow(s, part)
  const taps = contiguous(s, part) ? 1 : part.kernel[1]
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
  f.times(part.kernel[0], oneRow, [[a, step]])
}
