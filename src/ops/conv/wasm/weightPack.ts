// Brings blocks of images and of dy into scratch memory for the gradient of the filters, in panels of channels.
import { type Body, i32, type Local } from '../../../kernel/wasm/asm.ts'
import { smaller } from '../../../kernel/wasm/loops.ts'
import { pack } from '../../../kernel/wasm/pack.ts'
import type { Rung } from '../../../kernel/wasm/rung.ts'
import { tile } from '../../../kernel/wasm/tiles.ts'
import type { Geometry } from '../geometry.ts'
import { padPanel, padRows } from './pad.ts'

/** Channels of a panel of the image; fewer channels than that stay side by side, with the taps of a filter row. */
const imageWidth = 16

/** The gradient of the filters of one size, on one rung. */
export interface WeightProduct extends Omit<Geometry, 'N'> {
  readonly rung: Rung
  /** Images and output rows of a block. */
  readonly images: number
  readonly rows: number
  /** Blocks of rows in an image. */
  readonly bands: number
}

/** Whether the image's channels are cut into panels; otherwise a filter row's taps are one run. */
export const isPaneled = ({ C, groups, dilation }: WeightProduct) => C >= imageWidth || groups > 1 || dilation[1] > 1

/** Channels of a full panel of the image, and panels in a group. */
export function imagePanels(g: WeightProduct): {
  readonly width: number
  readonly count: number
  readonly last: number
} {
  const channels = g.C / g.groups
  const width = Math.min(channels, imageWidth)
  const count = Math.ceil(channels / width)
  return { width, count, last: channels - width * (count - 1) }
}

/** Rows and columns of the image that a block reads, and bytes of a pixel in scratch. */
export function windowOf(s: WeightProduct): {
  readonly height: number
  readonly width: number
  readonly pixel: number
} {
  const span = s.kernel.map((k, i) => s.dilation[i] * (k - 1) + 1)
  const pixel = isPaneled(s) ? imageWidth * 4 : s.C * 4
  return { height: (s.rows - 1) * s.strides[0] + span[0], width: (s.OW - 1) * s.strides[1] + span[1], pixel }
}

/** Bytes of a block's images in scratch: [panel][image][row][column][channel]. */
export function imageBytes(s: WeightProduct): number {
  const { height, width, pixel } = windowOf(s)
  return imagePanels(s).count * s.images * height * width * pixel
}

type L = Local<'i32'>

/** What of the batch a block holds; the rest of its place is zero. */
export interface Extent {
  readonly image: L
  readonly images: L
  readonly row: L
  readonly rows: L
}

/** Copies the images that a block reads, with zeros around them. */
export function packImages(f: Body, s: WeightProduct, x: L, scratch: L, at: Extent): void {
  const { height, width, pixel } = windowOf(s)
  const { images, rows } = at
  const from = f.let(i32.add(x, i32.mul(at.image, s.H * s.W * s.C * 4)))
  const to = f.let(scratch)
  const first = f.let(i32.mul(at.row, s.strides[0]))
  const needed = f.let(i32.add(i32.mul(i32.sub(rows, 1), s.strides[0]), s.dilation[0] * (s.kernel[0] - 1) + 1))
  const bytes = height * width * pixel
  const missing = f.let(i32.mul(i32.sub(s.images, images), bytes))
  const each = (copy: () => void) =>
    f.times(images, () => {
      copy()
      const end = f.let(i32.add(to, i32.mul(needed, width * pixel)))
      f.fill(end, 0, i32.mul(i32.sub(height, needed), width * pixel))
    }, [
      [from, s.H * s.W * s.C * 4],
      [to, bytes],
    ])
  if (!isPaneled(s)) {
    const padding = { H: s.H, W: s.W, pixel, before: s.padding, columns: width }
    each(() => padRows(f, padding, from, to, first, needed))
    f.fill(to, 0, missing)
    return
  }
  const panels = imagePanels(s)
  const onePanel = (channels: number) => {
    const held = f.let(from)
    const padding = { H: s.H, W: s.W, C: s.C, before: s.padding, columns: width, channels }
    each(() => padPanel(f, padding, from, to, first, needed))
    f.fill(to, 0, missing)
    to.bump(missing)
    from.set(held)
    from.bump(imageWidth * 4)
  }
  f.times(panels.count - 1, () => onePanel(panels.width))
  onePanel(panels.last)
}

/** Copies dy's panels of a block: [panel][image][row, column][filter]. */
export function packGradients(
  f: Body,
  s: WeightProduct,
  dy: L,
  packed: L,
  at: Extent & { readonly first: L; readonly count: L },
): void {
  const { vectors } = tile(s.rung)
  const width = vectors * 4
  const filters = s.O / s.groups
  const full = Math.floor(filters / width)
  const pixels = f.let(i32.mul(at.rows, s.OW))
  const image = s.OH * s.OW * s.O * 4
  const begin = f.let(i32.add(dy, i32.mul(i32.add(i32.mul(at.image, s.OH), at.row), s.OW * s.O * 4)))
  const to = f.let(packed)
  const bytes = s.rows * s.OW * width * 4
  const onePanel = (columns: number) => {
    const from = f.let(begin)
    const shape = { vectors, columns, k: pixels, kStride: s.O * 4, columnStride: 4, panel: 0 }
    const one = () => {
      pack(f, shape, from, to)
      const end = f.let(i32.add(to, i32.mul(pixels, width * 4)))
      f.fill(end, 0, i32.sub(bytes, i32.mul(pixels, width * 4)))
    }
    f.times(at.images, one, [
      [from, image],
      [to, bytes],
    ])
    const missing = f.let(i32.mul(i32.sub(s.images, at.images), bytes))
    f.fill(to, 0, missing)
    to.bump(missing)
    begin.bump(width * 4)
  }
  const whole = f.let(i32.sub(smaller(f, i32.add(at.first, at.count), full), at.first))
  f.times(whole, () => onePanel(width))
  if (filters % width) f.if(i32.gt_u(i32.add(at.first, at.count), full), () => onePanel(filters % width))
}
