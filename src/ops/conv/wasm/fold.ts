// The gradient of images of few channels: products of dy's pixels with all taps at once, each spread over the pixels it meets.
import { addresses, type Body, f32, f32x4, i32, integers, item, type Local } from '../../../kernel/wasm/asm.ts'
import { gemm } from '../../../kernel/wasm/gemm.ts'
import { itemsFor } from '../../../kernel/wasm/items.ts'
import { smaller } from '../../../kernel/wasm/loops.ts'
import { defineModule } from '../../../kernel/wasm/module.ts'
import { panelsOf, panelWidth } from '../../../kernel/wasm/panels.ts'
import { loadColumns, storeColumns } from '../../../kernel/wasm/partial.ts'
import { type DerivedBuffer, derive, type Plan } from '../../../kernel/wasm/plan.ts'
import type { Rung } from '../../../kernel/wasm/rung.ts'
import { tile } from '../../../kernel/wasm/tiles.ts'
import type { Geometry } from '../geometry.ts'

/** What the kernel is specialised on. */
interface Fold extends Omit<Geometry, 'N'> {
  readonly rung: Rung
  /** Rows of dy that are multiplied at once, since low products are slow. */
  readonly chunk: number
}

/** Most channels of a group: images have no more, and a panel of columns would be three quarters empty. */
const mostChannels = 4
/** Columns of a panel in the reckoning below, on every rung: `wide` and `relaxed` have the same bits. */
const panelColumns = 16
/** Results of products that are added in the time of one step of a row of a tile. */
const addsPerStep = 2.5

/** Whether the channels are so few that they leave columns of products empty, which the sums of all taps fill. */
export function folds(g: Geometry): boolean {
  const [channels, filters, taps] = [g.C / g.groups, g.O / g.groups, g.kernel[0] * g.kernel[1]]
  const steps = (columns: number) => filters * Math.ceil(columns / panelColumns)
  return (
    channels <= mostChannels &&
    1.25 * (steps(taps * channels) + (taps * channels) / addsPerStep) < taps * steps(channels)
  )
}

/** Columns of a product: (tap, channel of a group). */
const columnsOf = (s: Fold) => (s.kernel[0] * s.kernel[1] * s.C) / s.groups

/** Pixels that dy's rows are spread over, with the padding on the left. */
function widthOf({ OW, W, kernel, strides, padding, dilation }: Fold): number {
  return Math.max(padding[1] + W, (OW - 1) * strides[1] + dilation[1] * (kernel[1] - 1) + 1)
}

/** dx = Σ dy · weight, dy being input 0 and the weight input 1. */
export function foldPlan({ N, ...g }: Geometry, rung: Rung): Plan {
  const s: Fold = { ...g, rung, chunk: Math.ceil(24 / g.OW) }
  const span = s.dilation[0] * (s.kernel[0] - 1) + 1
  const wanted = Math.ceil(itemsFor(2 * N * s.OH * s.OW * s.O * columnsOf(s)) / Math.max(1, N))
  // rows of dy that two bands meet are multiplied in both
  const bands = Math.max(1, Math.min(wanted, Math.floor(s.H / (3 * span))))
  const height = Math.ceil(s.H / bands)
  const module = defineModule('conv fold', s, (s) => ({ band: bandItem(s) }))
  const count = Math.ceil(s.H / height)
  const args = { dy: { input: 0 }, filters: { derived: 0 }, dx: { output: 0 }, bands: count, height }
  const scratch = height * widthOf(s) * s.C * 4 + productBytes(s)
  const note = `product ${s.OH * s.OW} x ${s.O / s.groups} x ${columnsOf(s)} an image, spread over ${count} bands of ${height} rows`
  return { derived: [filterPanels(s)], phases: [module.phase('band', N * count, args)], scratch, note }
}

const productBytes = (s: Fold) => s.chunk * s.OW * columnsOf(s) * 4

/** Panels [group][panel][filter][tap, channel] of the weight. */
function filterPanels(s: Fold): DerivedBuffer {
  const [filters, columns] = [s.O / s.groups, columnsOf(s)]
  const panels = panelsOf(columns, s.rung)
  const width = panelWidth(s.rung)
  const module = defineModule('conv fold filters', { width }, filterItems)
  const sizes = { filters, panels, columns, channels: s.C / s.groups, taps: s.kernel[0] * s.kernel[1] }
  const args = { from: { input: 1 }, to: { derived: 0 }, sizes }
  const bytes = s.groups * panels * filters * width * 4
  return derive(1, bytes, [module.phase('panel', s.groups * panels, args)])
}

/** An item is a panel. */
const filterItems = ({ width }: { readonly width: number }) => ({
  panel: item(
    { ...addresses('from', 'to'), sizes: integers('filters', 'panels', 'columns', 'channels', 'taps') },
    (f, { index, args }) => {
      const { filters, panels, columns, channels, taps } = f.lets(args.sizes)
      const first = f.let(i32.mul(i32.rem_u(index, panels), width))
      const block = f.let(i32.mul(i32.mul(channels, taps), 4)) // bytes of a filter
      const from = f.let(i32.add(args.from, i32.mul(i32.mul(i32.div_u(index, panels), filters), block)))
      const to = f.let(i32.add(args.to, i32.mul(index, i32.mul(filters, width * 4))))
      f.times(filters, () => {
        f.range(first, i32.add(first, width), (column) => {
          const at = i32.add(i32.mul(i32.rem_u(column, channels), taps), i32.div_u(column, channels))
          f.if(
            i32.lt_u(column, columns),
            () => f.store(to, f32.load(i32.add(from, i32.mul(at, 4)))),
            () => f.store(to, f32.const(0)),
          )
          to.bump(4)
        })
      }, [[from, block]])
    },
  ),
})

type L = Local<'i32'>

/** An item is a band of rows of an image's gradient, which is summed in scratch, with the padding to its sides. */
const bandItem = (s: Fold) =>
  item({ ...addresses('dy', 'filters', 'dx'), ...integers('bands', 'height') }, (f, { index, args, scratch }) => {
    const { dy, filters, dx, bands, height } = f.lets(args)
    const [kh, stride, padding] = [s.kernel[0], s.strides[0], s.padding[0]]
    const [lineBytes, rowBytes] = [widthOf(s) * s.C * 4, s.W * s.C * 4]
    const image = f.let(i32.div_u(index, bands))
    const first = f.let(i32.mul(i32.rem_u(index, bands), height))
    const rows = smaller(f, height, i32.sub(s.H, first))
    dx.bump(i32.mul(i32.add(i32.mul(image, s.H), first), rowBytes))
    f.fill(scratch, 0, i32.mul(rows, lineBytes))
    // rows of dy whose first tap is not below the band, and whose last one is not above it
    const top = f.let(i32.add(first, padding))
    const reach = s.dilation[0] * (kh - 1)
    const above = f.let(i32.sub(top, reach))
    const begin = f.local('i32', 0)
    f.if(i32.gt_s(above, 0), () => begin.set(i32.div_u(i32.add(above, stride - 1), stride)))
    const end = smaller(f, s.OH, i32.add(i32.div_u(i32.sub(i32.add(top, rows), 1), stride), 1))
    dy.bump(i32.mul(i32.add(i32.mul(image, s.OH), begin), s.OW * s.O * 4))
    const products = f.let(i32.add(scratch, i32.mul(height, lineBytes)))
    const row = f.let(begin)
    f.while(i32.lt_u(row, end), () => {
      const count = smaller(f, s.chunk, i32.sub(end, row))
      eachGroup(f, s, { dy, filters, products, band: scratch }, count, (from, to) => {
        const line = f.let(row)
        const at = f.let(from)
        f.times(count, () => spreadRow(f, s, at, to, { top: i32.sub(i32.mul(line, stride), top), rows }), [
          [line, 1],
          [at, s.OW * columnsOf(s) * 4],
        ])
      })
      row.bump(count)
      dy.bump(i32.mul(count, s.OW * s.O * 4))
    })
    const from = f.let(i32.add(scratch, s.padding[1] * s.C * 4))
    f.times(rows, () => f.copy(dx, from, rowBytes), [
      [from, lineBytes],
      [dx, rowBytes],
    ])
  })

/** Multiplies `count` rows of dy by the filters of each group; `spread` takes the products and the group's first channel. */
function eachGroup(
  f: Body,
  s: Fold,
  { dy, filters, products, band }: Readonly<Record<'dy' | 'filters' | 'products' | 'band', L>>,
  count: L,
  spread: (from: L, to: L) => void,
): void {
  const [K, columns] = [s.O / s.groups, columnsOf(s)]
  const rows = s.chunk === 1 ? s.OW : f.let(i32.mul(count, s.OW))
  const places = { a: f.let(dy), b: f.let(filters), c: f.let(products) }
  const to = f.let(band)
  const shape = { rung: s.rung, tile: tile(s.rung), k: [{ count: K, a: 4 }], start: 'zero' } as const
  const one = () => {
    gemm(f, { ...shape, rows, columns, aRow: s.O * 4, cRow: columns * 4 }, places)
    spread(products, to)
  }
  f.times(s.groups, one, [
    [places.a, K * 4],
    [places.b, panelsOf(columns, s.rung) * K * panelWidth(s.rung) * 4],
    [to, (s.C / s.groups) * 4],
  ])
}

/** Adds a row's products to the band's lines that its taps meet, the first of them at line `top`, which may be negative. */
function spreadRow(
  f: Body,
  s: Fold,
  from: L,
  band: L,
  { top, rows }: { readonly top: ReturnType<typeof i32.sub>; readonly rows: L },
): void {
  const [kh, kw] = s.kernel
  const lineBytes = widthOf(s) * s.C * 4
  const tapRow = (columnsOf(s) / kh) * 4
  const line = f.let(top)
  const at = f.let(from)
  f.times(kh, () => {
    // a line above the band counts as a large one, as all is unsigned
    f.if(i32.lt_u(line, rows), () => {
      const to = f.let(i32.add(band, i32.mul(line, lineBytes)))
      spreadTaps(f, s, at, to, kw)
    })
  }, [
    [line, s.dilation[0]],
    [at, tapRow],
  ])
}

/** Adds what a row of taps gives to a line. Neighbours overlap, so that every `apart`-th pixel goes in one pass. */
function spreadTaps(f: Body, s: Fold, from: L, to: L, kw: number): void {
  const [stride, dilation, channels] = [s.strides[1], s.dilation[1], s.C / s.groups]
  const apart = Math.min(s.OW, Math.ceil((dilation * (kw - 1) + 1) / stride))
  const joined = s.groups === 1 && dilation === 1
  const runs = joined ? [{ from: 0, to: 0, length: kw * channels }] : runsOf(kw, channels, dilation * s.C)
  const one = (source: L, target: L) => () => {
    for (const run of runs)
      for (let n = 0; n < run.length; n += 4) {
        const columns = Math.min(4, run.length - n)
        const held = loadColumns(target, columns, (run.to + n) * 4)
        const sum = f32x4.add(held, loadColumns(source, columns, (run.from + n) * 4))
        storeColumns(f, target, f.let(sum), columns, (run.to + n) * 4)
      }
  }
  const step = [columnsOf(s) * 4, stride * s.C * 4]
  for (let first = 0; first < apart; first++) {
    const [source, target] = [f.let(i32.add(from, first * step[0])), f.let(i32.add(to, first * step[1]))]
    f.times(Math.ceil((s.OW - first) / apart), one(source, target), [
      [source, apart * step[0]],
      [target, apart * step[1]],
    ])
  }
}

/** Taps whose channels are not side by side, in floats. */
const runsOf = (taps: number, channels: number, distance: number) =>
  Array.from({ length: taps }, (_, j) => ({ from: j * channels, to: j * distance, length: channels }))
