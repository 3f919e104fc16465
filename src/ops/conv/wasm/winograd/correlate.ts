// The forward pass and the gradient of the input: tiles transformed, multiplied point by point, and transformed back.
import { addresses, type Body, f32x4, i32, item, type Local, type Operand, v128 } from '../../../../kernel/wasm/asm.ts'
import { wantedItems } from '../../../../kernel/wasm/items.ts'
import { smaller } from '../../../../kernel/wasm/loops.ts'
import { defineModule } from '../../../../kernel/wasm/module.ts'
import { panelWidth } from '../../../../kernel/wasm/panels.ts'
import { nowhere, type Plan } from '../../../../kernel/wasm/plan.ts'
import { lanes } from '../../../../kernel/wasm/simd.ts'
import { storePair, tileTransform, transformBytes } from '../../../../kernel/wasm/tileTransform.ts'
import type { Epilogue } from '../correlation.ts'
import type { Operands } from '../forward.ts'
import { filtersScratch } from './filters.ts'
import { eachImage, type Phased, phasesOf, pixelBytes, rowBytes } from './phases.ts'
import { multiplyPoints, type Products, productBytes, productPoint, sumsOf } from './products.ts'
import {
  blockOf,
  blocksOf,
  nameOf,
  outputPanels,
  type Pass,
  type Place,
  placeOf,
  tileWidth,
  type Winograd,
} from './sizes.ts'
import { type Tiles, tilesBytes, tilesPoint, tilesScratch, transformTiles } from './tiles.ts'
import { joinMarks, markImage, markPixels, markRow, marksBytes, spreadMarks } from './zeros.ts'

/** All that the kernels of one convolution are specialised on. */
interface Correlation extends Products, Epilogue {
  /** Whether results that see nothing but zeros are to be zero, which matters where a ReLU may follow. */
  readonly marks: boolean
}

/** Tiles of a block at least: three times the rows of a register tile. */
const fewestTiles = 18
/** Bytes of filters that are read for each tile of a block: large filters, which come from afar, need large blocks. */
const filterBytesPerTile = 350e3
/** Bytes of a block's transformed tiles at most, which each thread has for itself. */
const tilesLimit = 8e6
/** Results of a group: their products stay in L2 until they are transformed back. */
const groupWidth = 64

/** Plans the correlation of N images with transformed filters. */
export function correlateTiles(
  w: Winograd,
  N: number,
  { x, filters, y, bias = nowhere }: Operands,
  { bias: biased, activation }: Epilogue,
  pass: Exclude<Pass, 'weight'>,
): Pick<Plan, 'phases' | 'scratch' | 'workspace' | 'note'> {
  const channelBytes = w.n * w.n * w.C * 4
  const tiles = Math.min((channelBytes * w.O) / filterBytesPerTile, tilesLimit / channelBytes)
  const images = N * phasesOf(w)
  const block = blockOf(w, images, Math.max(fewestTiles, tiles))
  const blocks = blocksOf(block, images)
  // few blocks are cut by results too, and then share the transformed tiles
  const shared = blocks < wantedItems
  const panels = outputPanels(w)
  const wanted = shared ? Math.ceil(panels / Math.ceil(wantedItems / blocks)) : panels
  const group = Math.max(1, Math.min(groupWidth / panelWidth(w.rung), wanted))
  const blocking = { block, group, sums: sumsOf(w, pass), marks: pass === 'forward' }
  const s: Correlation = { ...w, bias: biased, activation, ...blocking }
  const t = tilesOf(s)
  const args = { x, u: filters, y, bias, images }
  const [own, back] = [Math.max(tilesScratch(t), filtersScratch(w)), transformBytes(w.AT, w.AT) + productBytes(s)]
  const note = `${nameOf(w)}, blocks of ${block.tiles} tiles, ${group} panels at a time`
  const marks = marksOf(s)
  if (!shared) {
    const module = defineModule('winograd whole', s, (s) => ({ whole: wholeItem(s) }))
    return {
      phases: [module.phase('whole', blocks, args)],
      scratch: marks + tilesBytes(t, w.C) + Math.max(own, back),
      note,
    }
  }
  const channelPanels = w.C / tileWidth
  const workspace = blocks * tilesBytes(t, w.C)
  const module = defineModule('winograd shared', s, (s) => ({ tiles: tilesItem(s), group: groupItem(s) }))
  const split = { ...args, v: { workspace: 0 }, marks: { workspace } }
  const phases = [
    module.phase('tiles', blocks * channelPanels, split),
    module.phase('group', blocks * Math.ceil(panels / group), split),
  ]
  return { phases, scratch: marks + Math.max(own, back), workspace: workspace + blocks * channelPanels * marks, note }
}

/** Bytes of a block's marks, where there are any. */
const marksOf = (s: Correlation) => (s.marks ? marksBytes(s) : 0)

/** The image's tiles. */
const tilesOf = ({ rung, C, H, W, apart, before, across, m, BT, block }: Correlation): Tiles => ({
  ...{ rung, C, H, W, apart, before, across, m, block, left: BT, right: BT, columns: tileWidth },
})

/** The results. */
const resultsOf = ({ OH, OW, O, apart }: Correlation): Phased => ({ H: OH, W: OW, C: O, apart })

type L = Local<'i32'>

interface Places {
  readonly v: L
  readonly u: L
  readonly y: L
  readonly bias: L
  /** The marks of the results, of which the results that see nothing but zeros have none. */
  readonly marks: L
  readonly scratch: L
}

/** Arguments of an item that does all: images, transformed filters, results, bias, and the number of dense images. */
const whole = { ...addresses('x', 'u', 'y', 'bias'), images: 'i32' } as const

/** Arguments of items that share transformed tiles and marks. */
const shared = { ...whole, ...addresses('v', 'marks') }

/** An item is a block, from its tiles to its results. */
const wholeItem = (s: Correlation) =>
  item(whole, (f, { index, args, scratch }) => {
    const t = tilesOf(s)
    const { x, u, y, bias, images } = f.lets(args)
    const place = placeOf(f, s, s.block, index, images)
    const v = f.let(i32.add(scratch, marksOf(s)))
    const rest = f.let(i32.add(v, tilesBytes(t, s.C)))
    if (s.marks) {
      markPixels(f, s, x, scratch, place, s.C / tileWidth)
      spreadMarks(f, s, scratch)
    }
    transformTiles(f, t, { from: x, to: v, scratch: rest }, place, s.C / tileWidth, tilesPoint(t, s.C))
    const first = f.local('i32', 0)
    f.times(
      Math.ceil(outputPanels(s) / s.group),
      () => oneGroup(f, s, { v, u, y, bias, marks: scratch, scratch: rest }, place, first),
      [[first, s.group]],
    )
  })

/** An item is sixteen channels of a block. */
const tilesItem = (s: Correlation) =>
  item(shared, (f, { index, args, scratch }) => {
    const t = tilesOf(s)
    const panels = s.C / tileWidth
    const { x, images, v, marks } = f.lets({ x: args.x, images: args.images, v: args.v, marks: args.marks })
    const panel = f.let(i32.rem_u(index, panels))
    const block = f.let(i32.div_u(index, panels))
    x.bump(i32.mul(panel, tileWidth * 4))
    v.bump(i32.add(i32.mul(block, tilesBytes(t, s.C)), i32.mul(panel, s.block.tiles * tileWidth * 4)))
    const place = placeOf(f, s, s.block, block, images)
    if (s.marks) markPixels(f, s, x, f.let(i32.add(marks, i32.mul(index, marksBytes(s)))), place, 1)
    transformTiles(f, t, { from: x, to: v, scratch }, place, 1, tilesPoint(t, s.C))
  })

/** An item is a group of results of a block. */
const groupItem = (s: Correlation) =>
  item(shared, (f, { index, args: { x: _, ...args }, scratch }) => {
    const groups = Math.ceil(outputPanels(s) / s.group)
    const { u, y, bias, images, v, marks } = f.lets(args)
    const block = f.let(i32.div_u(index, groups))
    v.bump(i32.mul(block, tilesBytes(tilesOf(s), s.C)))
    const first = f.let(i32.mul(i32.rem_u(index, groups), s.group))
    const panels = s.C / tileWidth
    if (s.marks) {
      joinMarks(f, s, f.let(i32.add(marks, i32.mul(block, panels * marksBytes(s)))), scratch, panels)
      spreadMarks(f, s, scratch)
    }
    const rest = f.let(i32.add(scratch, marksOf(s)))
    oneGroup(f, s, { v, u, y, bias, marks: scratch, scratch: rest }, placeOf(f, s, s.block, block, images), first)
  })

/** Products and results of the panels from `first` on. */
function oneGroup(f: Body, s: Correlation, from: Places, place: Place, first: L): void {
  const { v, u, y, bias, marks, scratch } = from
  const width = panelWidth(s.rung)
  const count = smaller(f, s.group, i32.sub(outputPanels(s), first))
  const products = f.let(i32.add(scratch, transformBytes(s.AT, s.AT)))
  multiplyPoints(f, s, { v, u: f.let(i32.add(u, i32.mul(first, s.C * width * 4))), products }, place, count)
  const at = {
    products,
    y: f.let(i32.add(y, i32.mul(first, width * 4))),
    bias: f.let(i32.add(bias, i32.mul(first, width * 4))),
    marks,
    scratch,
  }
  f.times(count, () => onePanelBack(f, s, at, place), [
    [at.products, s.block.tiles * width * 4],
    [at.y, width * 4],
    [at.bias, width * 4],
  ])
}

/** Transforms one panel of a block back; tiles at the right and below may reach beyond the results. */
function onePanelBack(
  f: Body,
  s: Correlation,
  at: Omit<Places, 'v' | 'u'> & { readonly products: L },
  place: Place,
): void {
  const { m, down, across, OH, OW, block } = s
  const results = resultsOf(s)
  const row = rowBytes(results)
  const product = f.let(at.products)
  const marks = f.let(at.marks)
  const [line, y, markLine, mark] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')]
  const lastRows = OH - (down - 1) * m
  const lastColumns = OW - (across - 1) * m
  const oneTile = (rows: number, columns: number, count: number) =>
    f.times(count, () => oneTileBack(f, s, { ...at, product, y, mark }, rows, columns), [
      [product, panelWidth(s.rung) * 4],
      [y, m * pixelBytes(results)],
      [mark, m * 4],
    ])
  const oneLine = (rows: number) => {
    y.set(line)
    mark.set(markLine)
    if (lastColumns === m) return oneTile(rows, m, across)
    oneTile(rows, m, across - 1)
    oneTile(rows, lastColumns, 1)
  }
  const oneImage = (image: L) => {
    line.set(i32.add(image, i32.mul(i32.mul(i32.const(m), place.row), row)))
    markLine.set(marks)
    const lines = (count: Operand<'i32'>) =>
      f.times(count, () => oneLine(m), [
        [line, m * row],
        [markLine, m * markRow(s)],
      ])
    if (lastRows === m) return lines(place.rows)
    if (block.bands === 1) {
      lines(down - 1)
      oneLine(lastRows)
      return
    }
    const isLast = f.let(i32.eq(i32.add(place.row, place.rows), down))
    lines(f.let(i32.sub(place.rows, isLast)))
    f.if(isLast, () => oneLine(lastRows))
  }
  eachImage(f, results, { first: place.image, count: place.images }, at.y, oneImage, [[marks, markImage(s)]])
}

/** One tile of one panel, eight results at a time: sums, bias, activation. */
function oneTileBack(
  f: Body,
  s: Correlation,
  at: Readonly<Record<'product' | 'y' | 'mark' | 'bias' | 'scratch', L>>,
  rows: number,
  columns: number,
): void {
  const { rung, n, AT, activation } = s
  const results = resultsOf(s)
  const [product, y, bias] = [f.let(at.product), f.let(at.y), f.let(at.bias)]
  const arith = lanes(f, rung)
  const one = () =>
    tileTransform(f, {
      ...{ rung, left: AT.slice(0, rows), right: AT.slice(0, columns), scratch: at.scratch },
      load: (i, j, h) => v128.load(product, (i * n + j) * productPoint(s) + h * 16),
      store: (i, j, value) => {
        // a factor, which leaves NaN what it is
        const mark = s.marks && f.let(v128.load32_splat(at.mark, i * markRow(s) + j * 4))
        if (mark) for (const sum of value) sum.set(f32x4.mul(sum, mark))
        if (s.bias) value.forEach((sum, h) => sum.set(f32x4.add(sum, v128.load(bias, h * 16))))
        if (activation) for (const sum of value) sum.set(activation.formula(arith, sum))
        storePair(f, y, value, i * rowBytes(results) + j * pixelBytes(results))
      },
    })
  f.times(panelWidth(rung) / 8, one, [
    [product, 32],
    [y, 32],
    [bias, 32],
  ])
}
