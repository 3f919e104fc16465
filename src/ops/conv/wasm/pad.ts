// Brings a band of an image, or a panel of its channels, into scratch memory with zeros around it.
import type { Pair } from '../../../core/shape.ts'
import { type Body, i32, type Local, type Operand } from '../../../kernel/wasm/asm.ts'
import { pack } from '../../../kernel/wasm/pack.ts'

/** How a channels-last image H × W lies in its padded copy, which is `columns` wide. */
export interface Padding {
  readonly H: number
  readonly W: number
  /** Bytes of a pixel. */
  readonly pixel: number
  /** Zeros above and to the left; less than zero where the image is cut off there. */
  readonly before: Pair
  readonly columns: number
}

/** Writes `rows` rows of the padded copy, starting at row `first`. */
export function padRows(
  f: Body,
  p: Padding,
  from: Local<'i32'>,
  to: Local<'i32'>,
  first: Operand<'i32'>,
  rows: Operand<'i32'>,
): void {
  const rowBytes = p.columns * p.pixel
  const at = f.let(to)
  const row = f.let(i32.sub(first, p.before[0]))
  const one = () => {
    // a row above the image counts as a large one, as all is unsigned
    f.if(
      i32.lt_u(row, p.H),
      () => padLine(f, p, f.let(i32.add(from, i32.mul(row, p.W * p.pixel))), at),
      () => f.fill(at, 0, rowBytes),
    )
  }
  f.times(rows, one, [
    [row, 1],
    [at, rowBytes],
  ])
}

/** One row of the image with the zeros to its left and right. */
function padLine(f: Body, p: Padding, from: Local<'i32'>, to: Local<'i32'>): void {
  const [, before] = p.before
  const skipped = Math.max(0, -before)
  const left = before + skipped
  const pixels = Math.max(0, Math.min(p.W - skipped, p.columns - left))
  const right = p.columns - left - pixels
  if (left > 0) f.fill(to, 0, left * p.pixel)
  if (pixels > 0) f.copy(i32.add(to, left * p.pixel), i32.add(from, skipped * p.pixel), pixels * p.pixel)
  if (right > 0) f.fill(i32.add(to, (left + pixels) * p.pixel), 0, right * p.pixel)
}

/** How a panel of channels of a channels-last image H × W × C lies in its padded copy, 64 bytes a pixel. */
interface PanelPadding {
  readonly H: number
  readonly W: number
  readonly C: number
  /** Zeros above and to the left. */
  readonly before: Pair
  /** Width of the copy. */
  readonly columns: number
  /** Channels that there are, at most 16; the others are zeros. */
  readonly channels: number
  /** How many pixels apart the image's rows and columns lie, default 1: it is one of several that are interleaved. */
  readonly apart?: Pair
}

/** Writes `rows` rows of a panel's padded copy, starting at row `first`; `from` is the panel's first channel. */
export function padPanel(
  f: Body,
  p: PanelPadding,
  from: Local<'i32'>,
  to: Local<'i32'>,
  first: Operand<'i32'>,
  rows: Operand<'i32'>,
): void {
  const pixel = 64
  const [down, across] = p.apart ?? [1, 1]
  const left = Math.min(p.columns, p.before[1])
  const pixels = Math.min(p.W, p.columns - left)
  const right = p.columns - left - pixels
  // a row above the image counts as a large one, as all is unsigned
  const row = f.let(i32.sub(first, p.before[0]))
  const at = f.let(to)
  const line = () => {
    if (left > 0) f.fill(at, 0, left * pixel)
    const source = f.let(i32.add(from, i32.mul(row, down * across * p.W * p.C * 4)))
    const place = f.let(i32.add(at, left * pixel))
    pack(f, { vectors: 4, columns: p.channels, k: pixels, kStride: across * p.C * 4, columnStride: 4 }, source, place)
    if (right > 0) f.fill(i32.add(at, (left + pixels) * pixel), 0, right * pixel)
  }
  f.times(rows, () => f.if(i32.lt_u(row, p.H), line, () => f.fill(at, 0, p.columns * pixel)), [
    [row, 1],
    [at, p.columns * pixel],
  ])
}
