// How images in plain order are pooled row by row: in which order kernels take them, their items, and what lies in scratch.
import type { Pair } from '../../core/shape.ts'
import { integers } from '../../kernel/wasm/asm.ts'
import type { Order } from '../../kernel/wasm/plan.ts'
import type { PoolWindow } from './window.ts'
import { type Rows, windowSizes, windowSizesOf } from './windowRows.ts'

/** All of a window that the code for planes depends on. */
export interface PlaneWindow {
  readonly kernel: Pair
  readonly strides: Pair
  /** Whether rows are read from a copy with padding on both sides. */
  readonly padded: boolean
}

/** The window that the code is written for, and how it meets the rows of an image. */
export function planeWindowOf(
  { kernel, strides, padding }: PoolWindow,
  { image, pooled }: { readonly image: readonly number[]; readonly pooled: readonly number[] },
): PlaneWindow {
  const end = (pooled[3] - 1) * strides[1] + kernel[1] - padding[1]
  // pairs of columns are read, of which the last may lie behind the row
  const beyond = strides[1] === 2 && kernel[1] % 2 === 1
  return { kernel, strides, padded: padding[1] > 0 || end > image[3] || beyond }
}

/** Whether all windows are full, and no row of the image is in two: then nothing has to be kept. */
export function areTiles(
  { padded, kernel, strides }: PlaneWindow,
  { padding }: PoolWindow,
  { image, pooled }: { readonly image: readonly number[]; readonly pooled: readonly number[] },
): boolean {
  const full = padding[0] === 0 && (pooled[2] - 1) * strides[0] + kernel[0] <= image[2]
  return !padded && full && strides[0] >= kernel[0]
}

/** Most places of a window along an axis: the code has a load for each. */
const mostPlaces = 8

/** Sizes of the windows; bytes of a padded row or a phase of one, of a kept row, and of all that is kept of a row. */
export const planeSizes = { ...windowSizes, ...integers('pitch', 'span', 'slot') }

/** The arrays whose rows the items own and read, y and x or dx and dy; positions in the windows, if there are any. */
export const planes = { to: 'address', from: 'address', argmax: 'address', sizes: planeSizes } as const

/** Bytes of images that an item reads or writes, about. */
const itemBytes = 131072
/** Most bytes of scratch: half of a second-level cache of 512 KiB. */
const mostScratch = 262144

const inFours = (n: number) => Math.ceil(n / 4) * 4

interface Layout {
  readonly pitch: number
  readonly span: number
  readonly slot: number
  readonly scratch: number
}

/**
 * How scratch is laid out to pool `image`: two padded rows, a kept row for each row of the window, one of padding, and a
 * table of columns.
 */
export function pooledLayout(
  image: readonly number[],
  pooled: readonly number[],
  window: PoolWindow,
  kept = 1,
): Layout {
  const [kernel, stride, padding] = [window.kernel[1], window.strides[1], window.padding[1]]
  const pitch = inFours(Math.max(padding + image[3], (pooled[3] - 1) * stride + kernel + 1)) * 4
  const span = inFours(pooled[3]) * 4
  const slot = kept * span
  return { pitch, span, slot, scratch: 2 * pitch + (window.kernel[0] + 1) * slot + span }
}

/** How scratch is laid out for the gradient of `image`, whose positions take `bytes` each. */
export function gradientLayout(
  image: readonly number[],
  pooled: readonly number[],
  window: PoolWindow,
  bytes = 0,
): Layout {
  const [kernel, strides] = [window.kernel, window.strides]
  const places = inFours(placesOf(image, window))
  const pitch = places * 4
  // zeros before the first window for those that hold the first places
  const span = inFours(places + Math.floor((kernel[1] - 1) / strides[1])) * 4
  const slot = span + Math.ceil(((span / 4) * bytes) / 16) * 16
  const table = inFours(pooled[3]) * 4
  return { pitch, span, slot, scratch: strides[1] * pitch + (Math.ceil(kernel[0] / strides[0]) + 1) * slot + table }
}

/** Places of each phase of a padded row. */
const placesOf = ([, , , width]: readonly number[], { strides, padding }: PoolWindow) =>
  Math.floor((width - 1 + padding[1]) / strides[1]) + 1

/** The order in which images are pooled that lie in an order: plain where a vector of windows stands side by side. */
export function poolOrder(
  order: Order,
  image: readonly number[],
  pooled: readonly number[],
  window: PoolWindow,
): Order {
  if (order !== 'plain' || pooled[3] < 4 || window.kernel.some((n) => n > mostPlaces)) return 'channelsLast'
  const bytes = [pooledLayout(image, pooled, window, 2), gradientLayout(image, pooled, window, 4)]
  return bytes.every(({ scratch }) => scratch <= mostScratch) ? 'plain' : 'channelsLast'
}

/** Items and sizes: rows of some whole planes, or of a part of a large one. */
export function planeRowsOf(rows: Omit<Rows, 'places'>, { pitch, span, slot }: Layout) {
  const [images, channels, height, width] = rows.to
  const large = Math.max(height * width, rows.from[2] * rows.from[3])
  const inItem = Math.max(1, Math.floor((itemBytes / 4 / large) * height))
  const rowsPerItem = inItem > height ? inItem - (inItem % height) : inItem
  const all = images * channels * height
  const sizes = { ...windowSizesOf(rows, all, rowsPerItem), pitch, span, slot }
  return { items: Math.ceil(all / rowsPerItem), sizes }
}
