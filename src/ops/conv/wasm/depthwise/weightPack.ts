// Brings a block of images and of dy into scratch memory for the gradient of filters that read one channel each.
import { type Body, i32, type Local } from '../../../../kernel/wasm/asm.ts'
import { pack } from '../../../../kernel/wasm/pack.ts'
import type { Order } from '../../../../kernel/wasm/plan.ts'
import type { Rung } from '../../../../kernel/wasm/rung.ts'
import type { Geometry } from '../../geometry.ts'
import { padPanel } from '../pad.ts'
import { eachPanel, panelWidth as panel, panelBytes as pixel, turnPanel } from './panels.ts'

/** The gradient of the filters of one size, on one rung. */
export interface DepthwiseWeight extends Omit<Geometry, 'N'> {
  readonly rung: Rung
  /** Rows of outputs of a block. */
  readonly rows: number
  /** Of x and dy. */
  readonly orders: readonly [Order, Order]
}

/** Rows and columns that the filters span. */
const spanOf = ({ kernel, dilation }: DepthwiseWeight) => kernel.map((k, i) => dilation[i] * (k - 1) + 1)
/** Columns of x that a row of outputs reads. */
export const columnsOf = (s: DepthwiseWeight) => (s.OW - 1) * s.strides[1] + spanOf(s)[1]
/** Bytes of a block's panel of x. */
export const imageBytes = (s: DepthwiseWeight) => ((s.rows - 1) * s.strides[0] + spanOf(s)[0]) * columnsOf(s) * pixel
type L = Local<'i32'>

/** A block: the image and the rows of dy, a panel, the rows that it has, and where its panels go. */
export interface Block {
  readonly x: L
  readonly dy: L
  readonly panel: L
  readonly row: L
  readonly rows: L
  readonly scratch: L
  readonly packed: L
}

/** Copies a panel of the block's images, with zeros around them, and of its dy. */
export function packBlock(f: Body, s: DepthwiseWeight, b: Block): void {
  const top = f.let(i32.mul(b.row, s.strides[0]))
  const needed = f.let(i32.add(i32.mul(i32.sub(b.rows, 1), s.strides[0]), spanOf(s)[0]))
  const first = f.let(i32.mul(b.panel, panel))
  eachPanel(f, s.O, first, (channels) => {
    packHeads(f, s, b, channels)
    if (s.O > s.C) spreadChannels(f, s, b, channels, top, needed)
    else if (s.orders[0] === 'plain') turnImage(f, s, b, channels, top, needed)
    else {
      const images = { H: s.H, W: s.W, C: s.C, before: s.padding, columns: columnsOf(s), channels }
      padPanel(f, images, f.let(i32.add(b.x, i32.mul(b.panel, pixel))), b.scratch, top, needed)
    }
  })
}

/** Copies a panel of the block's dy. */
function packHeads(f: Body, s: DepthwiseWeight, b: Block, channels: number): void {
  const plane = s.OH * s.OW * 4
  const row = i32.mul(b.row, s.OW * 4)
  const pixels = f.let(i32.mul(b.rows, s.OW))
  if (s.orders[1] === 'plain') {
    const from = f.let(i32.add(b.dy, i32.add(i32.mul(b.panel, panel * plane), row)))
    return turnPanel(f, channels, plane, from, b.packed, pixels)
  }
  const from = f.let(i32.add(b.dy, i32.add(i32.mul(b.panel, pixel), i32.mul(row, s.O))))
  pack(f, { vectors: 4, columns: channels, k: pixels, kStride: s.O * 4, columnStride: 4, panel: 0 }, from, b.packed)
}

/** Copies a panel of images in plain order, with zeros around them. */
function turnImage(f: Body, s: DepthwiseWeight, b: Block, channels: number, top: L, needed: L): void {
  const [columns, plane] = [columnsOf(s), s.H * s.W * 4]
  const left = Math.min(columns, s.padding[1])
  const pixels = f.local('i32', Math.min(s.W, columns - left))
  const from = f.let(i32.add(b.x, i32.mul(b.panel, panel * plane)))
  f.fill(b.scratch, 0, i32.mul(needed, columns * pixel))
  const place = f.let(i32.add(b.scratch, left * pixel))
  // a row above the image counts as a large one, as all is unsigned
  const row = f.let(i32.sub(top, s.padding[0]))
  const line = () => turnPanel(f, channels, plane, f.let(i32.add(from, i32.mul(row, s.W * 4))), place, pixels)
  f.times(needed, () => f.if(i32.lt_u(row, s.H), line), [
    [row, 1],
    [place, columns * pixel],
  ])
}

/** Copies the channel of each filter of the panel, where several filters share one. */
function spreadChannels(f: Body, s: DepthwiseWeight, b: Block, filters: number, top: L, needed: L): void {
  const [columns, left] = [columnsOf(s), s.padding[1]]
  const pixels = Math.max(0, Math.min(s.W, columns - left))
  f.fill(b.scratch, 0, i32.mul(needed, columns * pixel))
  const filter = f.let(i32.mul(b.panel, panel))
  const to = f.let(i32.add(b.scratch, left * pixel))
  const one = () => {
    // a row above the image counts as a large one, as all is unsigned
    const row = f.let(i32.sub(top, s.padding[0]))
    const line = f.let(to)
    const copy = () => {
      const channel = i32.div_u(filter, s.O / s.C)
      const from = f.let(i32.add(b.x, i32.mul(i32.add(i32.mul(row, s.W * s.C), channel), 4)))
      const place = f.let(line)
      f.times(pixels, () => f.store(place, i32.load(from)), [
        [from, s.C * 4],
        [place, pixel],
      ])
    }
    f.times(needed, () => f.if(i32.lt_u(row, s.H), copy), [
      [row, 1],
      [line, columns * pixel],
    ])
  }
  f.times(filters, one, [
    [filter, 1],
    [to, 4],
  ])
}
