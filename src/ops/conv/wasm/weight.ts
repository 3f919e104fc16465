// The gradient of the filters: products of image channels with dy over blocks of pixels, in parts of the batch.
import { addresses, type Body, f32x4, i32, integers, item, type Local, v128 } from '../../../kernel/wasm/asm.ts'
import { gemm, type Run } from '../../../kernel/wasm/gemm.ts'
import { smaller } from '../../../kernel/wasm/loops.ts'
import { defineModule } from '../../../kernel/wasm/module.ts'
import { panelsOf, panelWidth } from '../../../kernel/wasm/panels.ts'
import type { Phase, Plan } from '../../../kernel/wasm/plan.ts'
import type { Rung } from '../../../kernel/wasm/rung.ts'
import { tileFor } from '../../../kernel/wasm/tiles.ts'
import type { Geometry } from '../geometry.ts'
import {
  imageBytes,
  imagePanels,
  isPaneled,
  packGradients,
  packImages,
  type WeightProduct,
  windowOf,
} from './weightPack.ts'

/** Pixels that a tile sums before it is added to the partial result: dy's panel, 64 bytes a pixel, stays in L1. */
const blockPixels = 192
/** dweight = Σ x · dy, x being input 0, dy input 1 and the result output 0. */
export function weightPlan({ N, ...geometry }: Geometry, rung: Rung): Plan {
  const s: WeightProduct = { ...geometry, rung, ...blockOf(geometry) }
  const { groups, O, C, kernel } = s
  const panels = panelsOf(O / groups, rung)
  const work = (2 * N * s.OH * s.OW * O * C * kernel[0] * kernel[1]) / groups
  const units = Math.ceil(N / s.images) * s.bands
  // parts are fixed by the shape; groups of panels make more items, each of which copies the image again
  const most = Math.max(1, Math.floor(work / 2e6))
  const parts = Math.max(1, Math.min(8, units, most))
  const wanted = Math.max(Math.min(16, most), Math.min(64, work / 300e6)) / (parts * groups)
  const perItem = Math.ceil(panels / Math.min(panels, Math.max(1, Math.ceil(wanted))))
  const panelGroups = Math.ceil(panels / perItem)
  const bytes = partBytes(s)
  const each = Math.ceil(units / parts)
  const arrays = { x: { input: 0 }, dy: { input: 1 }, c: { workspace: 0 } }
  const args = { ...arrays, N, each, perItem, panelGroups, bytes, units }
  const module = defineModule('convWeight', s, (s) => ({ part: partItem(s) }))
  const phases = [module.phase('part', parts * panelGroups * groups, args), sumPhase(s, parts)]
  const scratch = imageBytes(s) + perItem * s.images * s.rows * s.OW * panelWidth(rung) * 4
  const note = `products over ${s.images} x ${s.rows} x ${s.OW} pixels, ${parts} parts x ${panelGroups} groups of ${perItem} panels`
  return { workspace: parts * bytes, scratch, phases, note }
}

/** Some images where they are small, else one image or some of its rows: what wastes least of about `blockPixels`. */
function blockOf({ OH, OW }: Pick<Geometry, 'OH' | 'OW'>): Pick<WeightProduct, 'images' | 'rows' | 'bands'> {
  const pixels = OH * OW
  if (pixels <= blockPixels) return { images: Math.max(1, Math.floor(blockPixels / pixels)), rows: OH, bands: 1 }
  let best = { rows: 1, bands: OH, gain: 0 }
  for (let bands = 1; bands <= OH; bands++) {
    const rows = Math.ceil(OH / bands)
    const length = rows * OW
    // of a tile's time about ten steps go into starting it and putting it down
    const gain = ((OH / (bands * rows)) * length) / (length + 10)
    if ((length <= 2 * blockPixels || rows === 1) && gain > best.gain) best = { rows, bands, gain }
  }
  return { images: 1, ...best }
}

/** Bytes of all filters of a part: [group][panel of dy][panel of the image][tap][channel][column]. */
const partBytes = (s: WeightProduct) =>
  s.C * s.kernel[0] * s.kernel[1] * panelsOf(s.O / s.groups, s.rung) * panelWidth(s.rung) * 4

type L = Local<'i32'>

/** Arrays; images, blocks of a part, panels of an item, its groups, bytes of a part, blocks. */
const partArguments = {
  ...addresses('x', 'dy', 'c'),
  ...integers('N', 'each', 'perItem', 'panelGroups', 'bytes', 'units'),
}

/** An item is a part of the blocks, a group, and some of its panels of dy. */
const partItem = (s: WeightProduct) =>
  item(partArguments, (f, { index, args, scratch }) => {
    const { x, dy, c, N, each, perItem, panelGroups, bytes, units } = f.lets(args)
    const panels = panelsOf(s.O / s.groups, s.rung)
    const part = f.let(i32.div_u(index, i32.mul(panelGroups, s.groups)))
    const rest = f.let(i32.rem_u(index, i32.mul(panelGroups, s.groups)))
    const group = f.let(i32.div_u(rest, panelGroups))
    const first = f.let(i32.mul(i32.rem_u(rest, panelGroups), perItem))
    const count = smaller(f, perItem, i32.sub(panels, first))
    const panelBytes = partBytes(s) / s.groups / panels
    c.bump(i32.add(i32.mul(part, bytes), i32.mul(i32.add(i32.mul(group, panels), first), panelBytes)))
    f.fill(c, 0, i32.mul(count, panelBytes))
    x.bump(i32.mul(group, (s.C / s.groups) * 4))
    dy.bump(i32.add(i32.mul(group, (s.O / s.groups) * 4), i32.mul(first, panelWidth(s.rung) * 4)))
    const packed = f.let(i32.add(scratch, imageBytes(s)))
    const begin = f.let(i32.mul(part, each))
    f.range(begin, smaller(f, i32.add(begin, each), units), (unit) => {
      const image = f.let(i32.mul(i32.div_u(unit, s.bands), s.images))
      const row = f.let(i32.mul(i32.rem_u(unit, s.bands), s.rows))
      const images = smaller(f, s.images, i32.sub(N, image))
      const rows = smaller(f, s.rows, i32.sub(s.OH, row))
      packImages(f, s, x, scratch, { image, images, row, rows })
      packGradients(f, s, dy, packed, { image, images, row, rows, first, count })
      addBlock(f, s, scratch, packed, c, count)
    })
  })

/** Adds a block's products to the partial result: for each panel of dy all channels and taps. */
function addBlock(f: Body, s: WeightProduct, scratch: L, packed: L, partial: L, count: L): void {
  const { height, width, pixel } = windowOf(s)
  const [a, b, c] = [f.let(scratch), f.let(packed), f.let(partial)]
  const columns = panelWidth(s.rung)
  const [kh, kw] = s.kernel
  const rowStep = s.dilation[0] * width * pixel
  const pixelStep = s.dilation[1] * pixel
  const k: readonly Run[] = [
    { count: s.images, a: height * width * pixel },
    { count: s.rows, a: s.strides[0] * width * pixel },
    { count: s.OW, a: s.strides[1] * pixel },
  ]
  // of a single panel the columns beyond the filters stay zero
  const wanted = Math.min(columns, s.O / s.groups)
  const products = (rows: number) => {
    const shape = { rung: s.rung, tile: tileFor(s.rung, wanted), rows, columns: wanted, k, aRow: 4, cRow: columns * 4 }
    gemm(f, { ...shape, start: 'zero', add: 'c' }, { a, b, c })
    c.bump(rows * columns * 4)
  }
  const taps = (channels: number, columnTaps: number) => {
    const held = f.let(a)
    const row = () => {
      const rowHeld = f.let(a)
      f.times(columnTaps, () => products(channels), [[a, pixelStep]])
      a.set(rowHeld)
    }
    f.times(kh, row, [[a, rowStep]])
    a.set(held)
  }
  const panels = imagePanels(s)
  const onePanel = () => {
    a.set(scratch)
    if (!isPaneled(s)) taps(kw * s.C, 1)
    else {
      f.times(panels.count - 1, () => taps(panels.width, kw), [[a, s.images * height * width * pixel]])
      taps(panels.last, kw)
    }
  }
  f.times(count, onePanel, [[b, s.images * s.rows * s.OW * columns * 4]])
}

/** The phase that adds up the parts and writes the result as (O, C ÷ groups, height, width). */
function sumPhase(s: WeightProduct, parts: number): Phase {
  const module = defineModule('convWeight sum', s, (s) => ({ sum: sumItem(s) }))
  const items = s.groups * panelsOf(s.O / s.groups, s.rung) * imagePanels(s).count
  const args = { from: { workspace: 0 }, to: { output: 0 }, sizes: { parts, bytes: partBytes(s) } }
  return module.phase('sum', items, args)
}

/** The parts, and the gradient; how many parts, and bytes of one. */
const sumArguments = { from: 'address', to: 'address', sizes: integers('parts', 'bytes') } as const

/** An item is a panel of filters and a panel of channels. */
const sumItem = (s: WeightProduct) =>
  item(sumArguments, (f, { index, args, scratch }) => {
    const { parts, bytes } = f.lets(args.sizes)
    const columns = panelWidth(s.rung)
    const filters = s.O / s.groups
    const channels = s.C / s.groups
    const panels = panelsOf(filters, s.rung)
    const image = imagePanels(s)
    const taps = s.kernel[0] * s.kernel[1]
    const channelPanel = f.let(i32.rem_u(index, image.count))
    const panel = f.let(i32.div_u(index, image.count))
    const from = f.let(i32.add(args.from, i32.mul(panel, channels * taps * columns * 4)))
    from.bump(i32.mul(channelPanel, image.width * taps * columns * 4))
    const inGroup = f.let(i32.rem_u(panel, panels))
    const filter = f.let(i32.add(i32.mul(i32.div_u(panel, panels), filters), i32.mul(inGroup, columns)))
    const to = f.let(i32.add(args.to, i32.mul(filter, channels * taps * 4)))
    to.bump(i32.mul(channelPanel, image.width * taps * 4))
    const valid = smaller(f, columns, i32.sub(filters, i32.mul(inGroup, columns)))
    const rows = smaller(f, image.width, i32.sub(channels, i32.mul(channelPanel, image.width)))
    const one = () => {
      const at = f.let(from)
      const sums = Array.from({ length: columns / 4 }, (_, n) => f.let(v128.load(at, n * 16)))
      at.bump(bytes)
      const add = () => sums.forEach((sum, n) => sum.set(f32x4.add(sum, v128.load(at, n * 16))))
      f.times(i32.sub(parts, 1), add, [[at, bytes]])
      sums.forEach((sum, n) => f.store(scratch, sum, n * 16))
      const [read, write] = [f.let(scratch), f.let(to)]
      f.times(valid, () => f.store(write, i32.load(read)), [
        [read, 4],
        [write, channels * taps * 4],
      ])
      from.bump(columns * 4)
    }
    f.times(taps, () => {
      const held = f.let(to)
      f.times(rows, one, [[to, taps * 4]])
      to.set(held)
    }, [[to, 4]])
  })
