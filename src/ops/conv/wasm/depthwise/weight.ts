// The gradient of filters that read one channel each: lanes along the filters, all taps of some rows in registers.
import { addresses, type Body, f32x4, i32, integers, item, type Local, v128 } from '../../../../kernel/wasm/asm.ts'
import { itemsFor } from '../../../../kernel/wasm/items.ts'
import { kept, smaller } from '../../../../kernel/wasm/loops.ts'
import { defineModule } from '../../../../kernel/wasm/module.ts'
import type { Phase, Plan } from '../../../../kernel/wasm/plan.ts'
import { madd, type Rung } from '../../../../kernel/wasm/rung.ts'
import type { Geometry } from '../../geometry.ts'
import { panelWidth as panel, panelBytes as pixel } from './panels.ts'
import { columnsOf, type DepthwiseWeight, imageBytes, packBlock } from './weightPack.ts'

/** Bytes of a block's panels of x and dy. */
const blockBytes = 3 * 2 ** 14
/** Parts of the batch, whose sums are added at last. */
const mostParts = 16
/** Most taps whose sums are in registers at once, and the registers for them, a pixel of x and those of dy. */
const [mostTaps, registers] = [10, 14]

/** Bytes of the sums of all filters: [panel][tap][filter]. */
const sumBytes = ({ O, kernel }: DepthwiseWeight) => Math.ceil(O / panel) * kernel[0] * kernel[1] * pixel

/** dweight = Σ x · dy, x being input 0, dy input 1 and the result output 0. */
export function depthwiseWeightPlan({ N, ...geometry }: Geometry, orders: DepthwiseWeight['orders'], rung: Rung): Plan {
  const { OH, OW, O, kernel } = geometry
  const fits = (rows: number) => imageBytes({ ...geometry, orders, rung, rows }) + rows * OW * pixel <= blockBytes
  const least = Array.from({ length: OH }, (_, i) => OH - i).find(fits) ?? 1
  const rows = Math.ceil(OH / Math.ceil(OH / least))
  const s: DepthwiseWeight = { ...geometry, orders, rung, rows }
  const bands = Math.ceil(OH / rows)
  const units = N * bands
  const panels = Math.ceil(O / panel)
  const wanted = itemsFor(8 * N * OH * OW * O * kernel[0] * kernel[1])
  const parts = Math.max(1, Math.min(mostParts, units, Math.ceil(wanted)))
  const perItem = Math.ceil(panels / Math.min(panels, Math.ceil(wanted / parts)))
  const cuts = Math.ceil(panels / perItem)
  const bytes = sumBytes(s)
  const args = {
    ...{ x: { input: 0 }, dy: { input: 1 }, sums: { workspace: 0 } },
    ...{ each: Math.ceil(units / parts), units, bands, cuts, perItem, bytes },
  }
  const module = defineModule('convWeight depthwise', s, (s) => ({ part: partItem(s) }))
  return {
    workspace: parts * bytes,
    scratch: imageBytes(s) + rows * OW * pixel,
    phases: [module.phase('part', parts * cuts, args), sumPhase(s, parts)],
    note: `depthwise, blocks of ${rows} x ${OW} pixels, ${parts} parts, ${perItem} of ${panels} panels at a time`,
  }
}

type L = Local<'i32'>

const partArguments = {
  ...addresses('x', 'dy', 'sums'),
  ...integers('each', 'units', 'bands', 'cuts', 'perItem', 'bytes'),
}

/** An item is a part of the blocks, and some of the panels. */
const partItem = (s: DepthwiseWeight) =>
  item(partArguments, (f, { index, args, scratch }) => {
    const { x, dy, sums, each, units, bands, cuts, perItem, bytes } = f.lets(args)
    const part = f.let(i32.div_u(index, cuts))
    const first = f.let(i32.mul(i32.rem_u(index, cuts), perItem))
    const panels = Math.ceil(s.O / panel)
    const end = smaller(f, i32.add(first, perItem), panels)
    const step = s.kernel[0] * s.kernel[1] * pixel
    sums.bump(i32.mul(part, bytes))
    f.fill(i32.add(sums, i32.mul(first, step)), 0, i32.mul(i32.sub(end, first), step))
    const begin = f.let(i32.mul(part, each))
    f.range(begin, smaller(f, i32.add(begin, each), units), (unit) => {
      const image = f.let(i32.div_u(unit, bands))
      const row = f.let(i32.mul(i32.rem_u(unit, bands), s.rows))
      const rows = smaller(f, s.rows, i32.sub(s.OH, row))
      const [from, head] = [
        f.let(i32.add(x, i32.mul(image, s.H * s.W * s.C * 4))),
        f.let(i32.add(dy, i32.mul(image, s.OH * s.OW * s.O * 4))),
      ]
      f.range(first, end, (at) => {
        const packed = f.let(i32.add(scratch, imageBytes(s)))
        packBlock(f, s, { x: from, dy: head, panel: at, row, rows, scratch, packed })
        addBlock(f, s, scratch, packed, f.let(i32.add(sums, i32.mul(at, step))), rows)
      })
    })
  })

/** Adds a block's products to the sums of a panel: some filters and taps at a time. */
function addBlock(f: Body, s: DepthwiseWeight, image: L, packed: L, sums: L, rows: L): void {
  const [kh, kw] = s.kernel
  const lanes = s.rung === 'wide' ? 8 : 4
  const pieces = Math.ceil(kw / mostTaps)
  const across = Math.ceil(kw / pieces)
  const down = pieces > 1 ? 1 : Math.min(kh, Math.max(1, Math.floor(mostTaps / kw)))
  const [x, dy, c] = [f.let(image), f.let(packed), f.let(sums)]
  const [rowBytes, columnBytes] = [s.dilation[0] * columnsOf(s) * pixel, s.dilation[1] * pixel]
  const tapRows = (height: number) => {
    for (let first = 0; first < kw; first += across) {
      const taps = { height, width: Math.min(across, kw - first) }
      kept(f, [x, c], () => {
        x.bump(first * columnBytes)
        c.bump(first * pixel)
        addTaps(f, s, taps, lanes, { x, dy, c, rows })
      })
    }
  }
  const one = () =>
    kept(f, [x, c], () => {
      f.times(Math.floor(kh / down), () => tapRows(down), [
        [x, down * rowBytes],
        [c, down * kw * pixel],
      ])
      if (kh % down) tapRows(kh % down)
    })
  f.times(
    panel / lanes,
    one,
    [x, dy, c].map((pointer) => [pointer, lanes * 4] as const),
  )
}

/** The sums of some rows and columns of taps over a block, for the filters of a few vectors. */
function addTaps(
  f: Body,
  s: DepthwiseWeight,
  taps: { readonly height: number; readonly width: number },
  lanes: number,
  { x, dy, c, rows }: { readonly x: L; readonly dy: L; readonly c: L; readonly rows: L },
): void {
  const vectors = Array.from({ length: lanes / 4 }, (_, v) => v * 16)
  const places = Array.from({ length: taps.height * taps.width }, (_, k) => [
    Math.floor(k / taps.width),
    k % taps.width,
  ])
  const sums = places.map(() => vectors.map(() => f.let(f32x4.const(0))))
  const most = Math.max(1, Math.min(8, registers - 1 - places.length))
  const [image, head] = [f.let(x), f.let(dy)]
  const tile = (width: number) => () => {
    const heads = Array.from({ length: width }, (_, t) => vectors.map((v) => f.let(v128.load(head, t * pixel + v))))
    for (let i = 0; i < taps.height; i++) {
      for (const [column, meets] of columnsMet(s, width, taps.width)) {
        const row = i * s.dilation[0] * columnsOf(s) * pixel
        const read = vectors.map((v) => f.let(v128.load(image, row + column * pixel + v)))
        for (const [t, j] of meets)
          sums[i * taps.width + j].forEach((sum, v) => sum.set(madd(s.rung, read[v], heads[t][v], sum)))
      }
    }
  }
  const [count, rest] = [Math.floor(s.OW / most), s.OW % most]
  const bumps = (width: number) =>
    [
      [image, width * s.strides[1] * pixel],
      [head, width * pixel],
    ] as const
  f.times(rows, () => {
    f.times(count, tile(most), bumps(most))
    if (rest) f.times(1, tile(rest), bumps(rest))
    image.bump((s.strides[0] * columnsOf(s) - s.OW * s.strides[1]) * pixel)
  })
  for (const [k, [i, j]] of places.entries()) {
    const at = (i * s.kernel[1] + j) * pixel
    // a load between two stores would keep V8 from pairing them
    const added = sums[k].map((sum, v) => f.let(f32x4.add(v128.load(c, at + v * 16), sum)))
    added.forEach((sum, v) => f.store(c, sum, at + v * 16))
  }
}

/** The columns of x that `width` outputs read with some taps: the outputs and taps that meet in each. */
function columnsMet({ strides, dilation }: DepthwiseWeight, width: number, taps: number): Map<number, number[][]> {
  const columns = new Map<number, number[][]>()
  for (let t = 0; t < width; t++) {
    for (let j = 0; j < taps; j++) {
      const column = t * strides[1] + j * dilation[1]
      columns.set(column, [...(columns.get(column) ?? []), [t, j]])
    }
  }
  return new Map([...columns].sort(([a], [b]) => a - b))
}

/** The phase that adds up the parts and writes the result as (O, 1, height, width). */
function sumPhase(s: DepthwiseWeight, parts: number): Phase {
  const module = defineModule('convWeight depthwise sum', { O: s.O, taps: s.kernel[0] * s.kernel[1] }, sumItem)
  const args = { from: { workspace: 0 }, to: { output: 0 }, parts, bytes: sumBytes(s) }
  return module.phase('sum', Math.ceil(s.O / panel), args)
}

/** An item is a panel. */
const sumItem = ({ O, taps }: { readonly O: number; readonly taps: number }) => ({
  sum: item({ from: 'address', to: 'address', parts: 'i32', bytes: 'i32' }, (f, { index, args, scratch }) => {
    const { parts, bytes } = f.lets({ parts: args.parts, bytes: args.bytes })
    const from = f.let(i32.add(args.from, i32.mul(index, taps * pixel)))
    const to = f.let(i32.add(args.to, i32.mul(index, panel * taps * 4)))
    const filters = smaller(f, panel, i32.sub(O, i32.mul(index, panel)))
    const one = () => {
      const at = f.let(from)
      const sums = [0, 16, 32, 48].map((v) => f.let(v128.load(at, v)))
      at.bump(bytes)
      const add = () => sums.forEach((sum, v) => sum.set(f32x4.add(sum, v128.load(at, v * 16))))
      f.times(i32.sub(parts, 1), add, [[at, bytes]])
      sums.forEach((sum, v) => f.store(scratch, sum, v * 16))
      const [read, write] = [f.let(scratch), f.let(to)]
      f.times(filters, () => f.store(write, i32.load(read)), [
        [read, 4],
        [write, taps * 4],
      ])
    }
    f.times(taps, one, [
      [from, pixel],
      [to, 4],
    ])
  }),
})
