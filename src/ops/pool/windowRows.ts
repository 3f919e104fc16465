// How pooling kernels run: items of image rows and channels, channels last, in blocks of 16, 4 and 1 channels.
import {
  type Body,
  type Bump,
  type Expr,
  f32x4,
  i32,
  integers,
  type Local,
  type Received,
  select,
  v128,
} from '../../kernel/wasm/asm.ts'
import { leastSigned as least, positive } from '../../kernel/wasm/loops.ts'
import type { PoolWindow } from './window.ts'

/** Products of elements and window places that an item goes through, at least: some 50 µs. */
const itemCost = 131072

/** Elements of a block. */
export type Block = 16 | 4 | 1

/** What the sizes of a kernel follow from. */
export interface Rows {
  /** Shape of the array whose rows the items own, (N, C, H, W), and of the one they read. */
  readonly to: readonly number[]
  readonly from: readonly number[]
  readonly window: PoolWindow
  /** Window places that meet in an element of the rows. */
  readonly places: number
  /** 1 where the divisor counts padding. */
  readonly extra?: number
}

/** Rows of an item and in all, sizes of the images and of the window; `extra` is 1 where the divisor counts padding. */
export const windowSizes = {
  ...integers('rowsPerItem', 'rows', 'toHeight', 'toWidth', 'fromHeight', 'fromWidth'),
  ...integers('kernelHeight', 'kernelWidth', 'strideY', 'strideX', 'paddingY', 'paddingX', 'extra'),
}

/** The sizes that the kernels receive. */
export const rowSizes = { ...integers('channels', 'chunk', 'chunks'), ...windowSizes }

/** The sizes as locals of the kernel. */
export type Sizes = Readonly<Record<keyof typeof rowSizes, Local<'i32'>>>

/** Items and sizes: several rows an item, or a part of the channels of one row where a row is much work. */
export function rowsOf({ to, from, window, places, extra = 0 }: Rows): {
  readonly items: number
  readonly sizes: Readonly<Record<keyof typeof rowSizes, number>>
} {
  const [images, channels, toHeight, toWidth] = to
  const rows = images * toHeight
  const cost = toWidth * channels * places
  const parts = Math.min(Math.ceil(channels / 16), Math.max(1, Math.floor(cost / itemCost)))
  const chunk = Math.ceil(channels / parts / 16) * 16
  const chunks = Math.ceil(channels / chunk)
  const rowsPerItem = Math.max(1, Math.floor(itemCost / cost))
  const sizes = { channels, chunk, chunks, ...windowSizesOf({ to, from, window, extra }, rows, rowsPerItem) }
  return { items: Math.ceil(rows / rowsPerItem) * chunks, sizes }
}

/** The sizes of a window, with the number of rows in all and of an item. */
export function windowSizesOf(
  { to, from, window, extra = 0 }: Omit<Rows, 'places'>,
  rows: number,
  rowsPerItem: number,
): Readonly<Record<keyof typeof windowSizes, number>> {
  const [kernelHeight, kernelWidth] = window.kernel
  const [strideY, strideX] = window.strides
  const [paddingY, paddingX] = window.padding
  return {
    ...{ rowsPerItem, rows, toHeight: to[2], toWidth: to[3], fromHeight: from[2], fromWidth: from[3] },
    ...{ kernelHeight, kernelWidth, strideY, strideX, paddingY, paddingX, extra },
  }
}

/** One element of a row: its image, its place, and where its channels lie. */
export interface Pixel {
  readonly image: Local<'i32'>
  readonly y: Local<'i32'>
  readonly x: Local<'i32'>
  /** Index of the element's first channel of this item. */
  readonly element: Local<'i32'>
  readonly firstChannel: Local<'i32'>
  readonly channels: Local<'i32'>
}

/** Visits each element of the item's rows. */
export function eachPixel(
  f: Body,
  index: Local<'i32'>,
  received: Received<typeof rowSizes>,
  build: (pixel: Pixel, sizes: Sizes) => void,
): void {
  const sizes = f.lets(received)
  const { channels: all, chunk, chunks, rowsPerItem, rows, toHeight, toWidth } = sizes
  const firstChannel = f.let(i32.mul(i32.rem_u(index, chunks), chunk))
  const channels = f.let(least(i32.sub(all, firstChannel), chunk))
  const first = f.let(i32.mul(i32.div_u(index, chunks), rowsPerItem))
  f.range(first, least(rows, i32.add(first, rowsPerItem)), (row) => {
    const image = f.let(i32.div_u(row, toHeight))
    const y = f.let(i32.rem_u(row, toHeight))
    f.range(0, toWidth, (x) => {
      const element = f.let(i32.add(i32.mul(i32.add(i32.mul(row, toWidth), x), all), firstChannel))
      build({ image, y, x, element, firstChannel, channels }, sizes)
    })
  })
}

/** The part of a window along one axis that lies in the image. */
export function overlap(
  f: Body,
  begin: Local<'i32'>,
  kernel: Local<'i32'>,
  size: Local<'i32'>,
): { first: Local<'i32'>; count: Local<'i32'> } {
  const first = f.let(positive(begin))
  const end = f.let(least(i32.add(begin, kernel), size))
  return { first, count: f.let(positive(i32.sub(end, first))) }
}

/** The windows along one axis that hold a place: `padded` is the place counted from the padding's begin. */
export function holders(
  f: Body,
  padded: Expr<'i32'>,
  kernel: Local<'i32'>,
  stride: Local<'i32'>,
  windows: Local<'i32'>,
): { first: Local<'i32'>; count: Local<'i32'> } {
  const at = f.let(padded)
  const before = f.let(i32.sub(at, kernel))
  const first = f.let(select(i32.lt_s(before, 0), i32.const(0), i32.add(i32.div_u(before, stride), 1)))
  const last = f.let(least(f.let(i32.div_u(at, stride)), i32.sub(windows, 1)))
  return { first, count: f.let(positive(i32.sub(i32.add(last, 1), first))) }
}

/** Runs the code for 16, 4 and single channels; `pointers` move on by their bytes a channel. */
export function eachBlock(
  f: Body,
  channels: Local<'i32'>,
  pointers: readonly (readonly [Local<'i32'>, number])[],
  build: (block: Block) => void,
): void {
  const bumps = (block: number): Bump[] => pointers.map(([pointer, bytes]) => [pointer, bytes * block])
  f.times(i32.shr_u(channels, 4), () => build(16), bumps(16))
  f.times(i32.and(i32.shr_u(channels, 2), 3), () => build(4), bumps(4))
  f.times(i32.and(channels, 3), () => build(1), bumps(1))
}

/** Runs the code at each place of a rectangle of pixels: `row` moves on by whole rows, `pixel` within one. */
export function eachPlace(
  f: Body,
  counts: readonly [height: Local<'i32'>, width: Local<'i32'>],
  begins: readonly Local<'i32'>[],
  steps: readonly (readonly [row: Local<'i32'>, pixel: Local<'i32'>])[],
  build: (pointers: readonly Local<'i32'>[]) => void,
  after: { readonly pixel?: () => void; readonly row?: () => void } = {},
): void {
  const rows = begins.map((begin) => f.let(begin))
  f.times(counts[0], () => {
    const pixels = rows.map((row) => f.let(row))
    f.times(counts[1], () => {
      build(pixels)
      after.pixel?.()
      pixels.forEach((pixel, i) => pixel.bump(steps[i][1]))
    })
    after.row?.()
    rows.forEach((row, i) => row.bump(steps[i][0]))
  })
}

/** The vectors of a block. */
function vectorsOf(block: Block): number[] {
  return block === 16 ? [0, 1, 2, 3] : [0]
}

/** Four floats of a block, or one in lane 0 with zeros beside it, `plus` bytes on. */
export function loadFloats(block: Block, address: Local<'i32'>, vector: number, plus = 0): Expr<'v128'> {
  return block === 1 ? v128.load32_zero(address, plus) : v128.load(address, vector * 16 + plus)
}

/** Stores the floats of a block. */
export function storeFloats(f: Body, block: Block, address: Local<'i32'>, values: readonly Expr<'v128'>[]): void {
  if (block === 1) f.storeLane(32, address, values[0], 0)
  else values.forEach((value, i) => f.store(address, value, i * 16))
}

/** A local for each vector of a block, all with one value. */
export function locals(f: Body, block: Block, value: Expr<'v128'>): Local<'v128'>[] {
  return vectorsOf(block).map(() => f.let(value))
}

/** The address of an element. */
export function addressOf(base: Expr<'i32'>, element: Expr<'i32'>, bytes: 1 | 4): Expr<'i32'> {
  return i32.add(base, bytes === 1 ? element : i32.shl(element, 2))
}

/** Four zeros. */
export const zeros: Expr<'v128'> = f32x4.const(0)

/** The pixels along one axis that the divisor counts: with padding, not beyond it, or those in the image. */
export function extent(
  f: Body,
  begin: Local<'i32'>,
  kernel: Local<'i32'>,
  size: Local<'i32'>,
  padding: Local<'i32'>,
  countPadding: Local<'i32'>,
): Local<'i32'> {
  const end = f.let(i32.add(begin, kernel))
  const padded = f.let(i32.sub(least(end, f.let(i32.add(size, padding))), begin))
  const { count } = overlap(f, begin, kernel, size)
  return f.let(select(countPadding, positive(padded), count))
}

/** Adds a term to each sum. */
export function addTo(sums: readonly Local<'v128'>[], term: (i: number) => Expr<'v128'>): void {
  sums.forEach((sum, i) => sum.set(f32x4.add(sum, term(i))))
}
