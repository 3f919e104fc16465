// 1 × 1 convolutions of images in row-major order: their pixels are packed as a matrix product reads them, not turned first.
import { addresses, type Body, i32, integers, item, type Local, v128 } from '../../../kernel/wasm/asm.ts'
import { gemm } from '../../../kernel/wasm/gemm.ts'
import { kept, smaller } from '../../../kernel/wasm/loops.ts'
import { defineModule } from '../../../kernel/wasm/module.ts'
import { panelsOf, panelWidth } from '../../../kernel/wasm/panels.ts'
import { loadColumns } from '../../../kernel/wasm/partial.ts'
import { nowhere, type Plan } from '../../../kernel/wasm/plan.ts'
import { eachKBlock, type RowProduct } from '../../../kernel/wasm/rowProduct.ts'
import { tile } from '../../../kernel/wasm/tiles.ts'
import type { Operands } from './forward.ts'

/** The product of one size: K channels, `columns` filters. */
interface Pixels extends RowProduct {
  /** Pixels of an image. */
  readonly pixels: number
}

/** Pixels of a packed panel: a cache line of each channel. */
const panelPixels = 16
/** Bytes of an item's packed panels, so that they stay in L2 while the filters' panels pass by. */
const packedLimit = 2 ** 17

/** The phase that multiplies the pixels of N images by the filters. */
export function pixelProduct(s: Pixels, N: number, { x, filters, y, bias = nowhere }: Operands): Omit<Plan, 'derived'> {
  const bytes = s.K * panelPixels * 4 // of a packed panel
  const height = panelPixels * Math.max(1, Math.min(Math.floor(packedLimit / bytes), Math.ceil(s.pixels / panelPixels)))
  const blocks = Math.ceil(s.pixels / height)
  const module = defineModule('conv pixels', s, (s) => ({ block: blockItem(s) }))
  const args = { x, filters, y, bias, blocks, height }
  const note = `matrix product ${N * s.pixels} x ${s.K} x ${s.columns}, ${height} pixels packed at a time`
  return { phases: [module.phase('block', N * blocks, args)], scratch: (height / panelPixels) * bytes, note }
}

/** An item is a block of pixels of one image. */
const blockItem = (s: Pixels) =>
  item(
    { ...addresses('x', 'filters', 'y', 'bias'), ...integers('blocks', 'height') },
    (f, { index, args, scratch }) => {
      const { x, filters, y, bias, blocks, height } = f.lets(args)
      const image = f.let(i32.div_u(index, blocks))
      const first = f.let(i32.mul(i32.rem_u(index, blocks), height))
      const pixels = smaller(f, height, i32.sub(s.pixels, first))
      const full = f.let(i32.div_u(pixels, panelPixels))
      const rest = s.pixels % panelPixels
      const ragged = f.let(i32.rem_u(pixels, panelPixels))
      x.bump(i32.add(i32.mul(image, s.K * s.pixels * 4), i32.mul(first, 4)))
      y.bump(i32.mul(i32.add(i32.mul(image, s.pixels), first), s.columns * 4))
      packPixels(f, s, x, scratch, { full, ragged, rest })
      const places = { a: f.let(scratch), b: filters, c: y, ...(s.bias && { bias }) }
      eachKBlock(
        f,
        s,
        places,
        (stage) => {
          const rows = (rows: number, columns: number) =>
            gemm(f, { ...stage, rung: s.rung, tile: tile(s.rung), rows, columns, aRow: 4, cRow: s.columns * 4 }, places)
          const panel = (columns: number) =>
            kept(f, [places.a, y], () => {
              f.times(full, () => rows(panelPixels, columns), [
                [places.a, s.K * panelPixels * 4],
                [y, panelPixels * s.columns * 4],
              ])
              if (rest > 0) f.if(ragged, () => rows(rest, columns))
            })
          eachPanel(f, s, places, panel)
        },
        panelPixels * 4,
      )
    },
  )

/** Calls `panel` for each panel of filters, with its number of columns. */
function eachPanel(
  f: Body,
  s: Pixels,
  { b, c, bias }: { readonly b: Local<'i32'>; readonly c: Local<'i32'>; readonly bias?: Local<'i32'> },
  panel: (columns: number) => void,
): void {
  const width = panelWidth(s.rung)
  const full = Math.floor(s.columns / width)
  kept(f, [b, c, ...(bias ? [bias] : [])], () => {
    f.times(full, () => panel(width), [
      [b, s.K * width * 4],
      [c, width * 4],
      ...(bias ? ([[bias, width * 4]] as const) : []),
    ])
    if (panelsOf(s.columns, s.rung) > full) panel(s.columns % width)
  })
}

/** Packs pixels as [panel][channel][pixel]: `full` panels, and the `rest` of the image where it is in the block. */
function packPixels(
  f: Body,
  s: Pixels,
  x: Local<'i32'>,
  to: Local<'i32'>,
  { full, ragged, rest }: { readonly full: Local<'i32'>; readonly ragged: Local<'i32'>; readonly rest: number },
): void {
  const [from, place] = [f.let(x), f.let(to)]
  const channel = () => {
    const [source, target] = [f.let(from), f.let(place)]
    const line = () => {
      const vectors = [0, 16, 32, 48].map((byte) => f.let(v128.load(source, byte)))
      vectors.forEach((vector, n) => f.store(target, vector, n * 16))
    }
    f.times(full, line, [
      [source, panelPixels * 4],
      [target, s.K * panelPixels * 4],
    ])
    const last = () => {
      for (let n = 0; n < rest; n += 4) f.store(target, loadColumns(source, Math.min(4, rest - n), n * 4), n * 4)
    }
    if (rest > 0) f.if(ragged, last)
  }
  f.times(s.K, channel, [
    [from, s.pixels * 4],
    [place, panelPixels * 4],
  ])
}
