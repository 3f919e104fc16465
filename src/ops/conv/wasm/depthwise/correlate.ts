// Cross-correlation of channels-last images where each filter reads one channel: lanes along the channels, sums in registers.
import {
  addresses,
  type Body,
  type Expr,
  f32x4,
  i32,
  integers,
  item,
  type Local,
  v128,
} from '../../../../kernel/wasm/asm.ts'
import { itemsFor } from '../../../../kernel/wasm/items.ts'
import { leastSigned, positive, smaller } from '../../../../kernel/wasm/loops.ts'
import { defineModule } from '../../../../kernel/wasm/module.ts'
import { loadColumns, storeColumns } from '../../../../kernel/wasm/partial.ts'
import { type Address, nowhere, type Order, type Plan } from '../../../../kernel/wasm/plan.ts'
import { madd } from '../../../../kernel/wasm/rung.ts'
import { lanes as arithmetic } from '../../../../kernel/wasm/simd.ts'
import type { Correlation } from '../correlation.ts'
import { blockWidth, divisor, lanesOf, loadChannels, sumFilters } from './blocks.ts'
import { type Columns, type Tiles, tilesOf } from './columns.ts'
import { eachPanel, panelBytes, panelWidth, turnPanel } from './panels.ts'

/** A correlation, and whether x is in plain order. */
interface Depthwise extends Correlation {
  readonly plain: boolean
}

/** Sizes of a correlation whose channels each have `multiple` filters of their own. */
interface Lanes {
  /** Filters, which are the lanes; those of a block, and of what is left behind the full blocks. */
  readonly filters: number
  readonly width: number
  readonly full: number
  readonly rest: number
  readonly multiple: number
  /** Lanes that share an element of x, and of y. */
  readonly shareX: number
  readonly shareY: number
}

function lanesFor({ C, O, rung }: Correlation): Lanes {
  const [filters, channels] = [Math.max(C, O), Math.min(C, O)]
  const multiple = filters / channels
  const width = blockWidth(rung, multiple)
  const [shareX, shareY] = [filters / C, filters / O]
  return { filters, width, full: Math.floor(filters / width), rest: filters % width, multiple, shareX, shareY }
}

/** The tiles of a row of results. */
function rowTiles(s: Correlation, { width, multiple }: Lanes): Tiles[] {
  const [, taps] = s.kernel
  const columns: Columns = {
    ...{ outputs: s.OW, pixels: s.W, taps, stride: s.strides[1], dilation: s.dilation[1] },
    ...{ before: s.before[1], spread: s.spread[1] },
  }
  const most = multiple > 1 ? Math.max(1, Math.floor(8 / (width / 4))) : s.rung === 'relaxed' ? 8 : 4
  return tilesOf(columns, most)
}

/** Filters of a panel: see `blockWidth`. */
export const filtersOfPanel = (s: Correlation): number => lanesFor(s).width

/** Where the arrays are; filters are panels [block][kh, kw][filter]. */
export interface Operands {
  readonly x: Address
  readonly filters: Address
  readonly y: Address
  readonly bias?: Address
}

/** Bytes of the filters that an item may read for each tile, so that they stay in L1. */
const filterLimit = 2 ** 14
/** Bytes of the channels last copy that an item makes of an image in plain order. */
const copyLimit = 2 ** 16

/** The phase that correlates N images; an item is some rows of an image, and where filters are many, a part of them. */
export function correlateDepthwise(
  given: Correlation,
  order: Order,
  N: number,
  operands: Operands,
): Pick<Plan, 'phases' | 'scratch' | 'note'> {
  const s: Depthwise = { ...given, plain: order === 'plain' }
  const { x, filters, y, bias = nowhere } = operands
  const of = lanesFor(s)
  const [kh, kw] = s.kernel
  const blocks = Math.ceil(of.filters / of.width)
  const chunks = Math.min(blocks, Math.ceil((of.filters * kh * kw * 4) / filterLimit))
  const perChunk = s.plain ? panelWidth / of.width : Math.ceil(blocks / chunks)
  const cuts = Math.ceil(blocks / perChunk)
  // a product waits for memory, as long as four of a matrix take
  const work = 8 * s.OH * s.OW * s.O * kh * kw
  const wanted = Math.max(itemsFor(N * work) / N / cuts, s.plain ? (s.H * s.W * panelBytes) / copyLimit : 1)
  const bands = Math.min(s.OH, Math.ceil(wanted))
  const height = Math.ceil(s.OH / bands)
  const count = Math.ceil(s.OH / height)
  const scratch = s.plain ? Math.min(s.H, rowsRead(s, height)) * s.W * panelBytes : 0
  const module = defineModule('conv depthwise', s, (s) => ({ rows: rowsItem(s) }))
  const args = { x, filters, y, bias, bands: count, height, cuts, perChunk }
  const note = `depthwise, ${count} bands of ${height} rows an image, ${perChunk} of ${blocks} blocks of ${of.width} filters`
  return { phases: [module.phase('rows', N * count * cuts, args)], scratch, note }
}

/** Most rows of the image that `rows` rows of results read. */
const rowsRead = (s: Correlation, rows: number) =>
  Math.ceil(((rows - 1) * s.strides[0] + s.dilation[0] * (s.kernel[0] - 1)) / s.spread[0]) + 1

/** Bytes from a pixel to the next, in the image or in the item's copy of a panel. */
const pixelBytes = (s: Depthwise) => (s.plain ? panelBytes : s.C * 4)

type L = Local<'i32'>

const rowsArguments = { ...addresses('x', 'filters', 'y', 'bias'), ...integers('bands', 'height', 'cuts', 'perChunk') }

const rowsItem = (s: Depthwise) =>
  item(rowsArguments, (f, { index, args, scratch }) => {
    const of = lanesFor(s)
    const { x, filters, y, bias, bands, height, cuts, perChunk } = f.lets(args)
    const band = f.let(i32.div_u(index, cuts))
    const first = f.let(i32.mul(i32.rem_u(index, cuts), perChunk))
    const image = f.let(i32.div_u(band, bands))
    const row = f.let(i32.mul(i32.rem_u(band, bands), height))
    const end = f.let(i32.add(first, perChunk))
    const full = f.let(i32.sub(smaller(f, end, of.full), first))
    const ragged = f.let(i32.gt_u(end, of.full))
    x.bump(i32.mul(image, s.H * s.W * s.C * 4))
    if (s.plain) copyPanel(f, s, x, { first: f.let(i32.mul(first, of.width)), row, height, scratch })
    else x.bump(i32.mul(first, (of.width / of.shareX) * 4))
    y.bump(i32.add(i32.mul(image, s.OH * s.OW * s.O * 4), i32.mul(first, (of.width / of.shareY) * 4)))
    filters.bump(i32.mul(first, s.kernel[0] * s.kernel[1] * of.width * 4))
    bias.bump(i32.mul(first, of.width * 4))
    const tiles = rowTiles(s, of)
    f.range(row, smaller(f, i32.add(row, height), s.OH), (at) => {
      const rows = tapRows(f, s, at)
      const from = f.let(i32.add(x, i32.mul(rows.first, s.W * pixelBytes(s))))
      const to = f.let(i32.add(y, i32.mul(at, s.OW * s.O * 4)))
      const taps = f.let(i32.add(filters, i32.mul(rows.tap, s.kernel[1] * of.width * 4)))
      for (const run of tiles) {
        const [a, c] = [f.let(from), f.let(to)]
        const one = () => {
          const p = { x: f.let(a), filters: f.let(taps), y: f.let(c), bias: f.let(bias), count: rows.count }
          f.times(full, () => tile(f, s, of, run, of.width, p), [
            [p.x, (of.width / of.shareX) * 4],
            [p.y, (of.width / of.shareY) * 4],
            [p.filters, s.kernel[0] * s.kernel[1] * of.width * 4],
            [p.bias, of.width * 4],
          ])
          if (of.rest) f.if(ragged, () => tile(f, s, of, run, of.rest, p))
        }
        f.times(run.count, one, [
          [a, run.count > 1 ? run.step * pixelBytes(s) : 0],
          [c, run.width * s.O * 4],
        ])
      }
    })
  })

/** Copies the rows of a panel of channels that the item reads to scratch, channels last; x becomes the address of row 0. */
function copyPanel(
  f: Body,
  s: Depthwise,
  x: L,
  at: { readonly first: L; readonly row: L; readonly height: L; readonly scratch: L },
): void {
  const place = f.let(i32.sub(i32.mul(at.row, s.strides[0]), s.before[0]))
  const begin = f.let(i32.div_u(positive(place), s.spread[0]))
  const reach = i32.add(i32.mul(i32.sub(at.height, 1), s.strides[0]), s.dilation[0] * (s.kernel[0] - 1))
  const end = f.let(positive(i32.add(place, f.let(reach))))
  const rows = f.let(positive(i32.sub(f.let(leastSigned(i32.add(i32.div_u(end, s.spread[0]), 1), s.H)), begin)))
  const from = f.let(i32.add(x, i32.mul(i32.add(i32.mul(at.first, s.H), begin), s.W * 4)))
  const to = f.let(at.scratch)
  const pixels = f.let(i32.mul(rows, s.W))
  eachPanel(f, s.C, at.first, (channels) => turnPanel(f, channels, s.H * s.W * 4, from, to, pixels))
  x.set(i32.sub(at.scratch, i32.mul(begin, s.W * panelBytes)))
}

/** Rows of taps that meet rows of the image, one a round: the first tap, the row that it meets, and how many. */
interface TapRows {
  readonly tap: L
  readonly first: L
  readonly count: L
}

/** Taps from one that meets a row of the image to the next. */
const tapStep = ({ spread, dilation }: Correlation) => spread[0] / divisor(spread[0], dilation[0])

/** The rows of taps that take part in row `at` of the results. */
function tapRows(f: Body, s: Correlation, at: L): TapRows {
  const [spread, dilation, kh] = [s.spread[0], s.dilation[0], s.kernel[0]]
  // rows above the image count as large ones, as all is unsigned
  const place = f.let(i32.sub(i32.mul(at, s.strides[0]), s.before[0]))
  const tap = f.local('i32', 0)
  const there = () => {
    const inside = i32.lt_u(place, s.H * spread)
    return spread === 1 ? inside : i32.and(inside, i32.eqz(i32.rem_u(place, spread)))
  }
  const next = (taps: number, counted: L) => {
    counted.bump(taps)
    place.bump(taps * dilation)
  }
  f.while(i32.and(i32.lt_u(tap, kh), i32.eqz(there())), () => next(1, tap))
  const first = f.let(i32.div_u(place, spread))
  const last = f.let(tap)
  const count = f.local('i32', 0)
  const step = tapStep(s)
  f.while(i32.and(i32.lt_u(last, kh), there()), () => {
    next(step, last)
    count.bump(1)
  })
  return { tap, first, count }
}

interface Pointers {
  readonly x: L
  readonly filters: L
  readonly y: L
  readonly bias: L
  /** Rows of taps. */
  readonly count: L
}

/** A tile of results of `lanes` filters: its sums stay in registers from the bias to the store. */
function tile(f: Body, s: Depthwise, of: Lanes, run: Tiles, lanes: number, p: Pointers): void {
  const vectors = lanesOf(lanes)
  const [x, taps] = [f.let(p.x), f.let(p.filters)]
  const start = (v: number): Expr<'v128'> => (s.bias ? loadColumns(p.bias, vectors[v], v * 16) : f32x4.const(0))
  const begins = vectors.map((_, v) => f.let(start(v)))
  const sums = Array.from({ length: run.width }, () => begins.map((begin) => f.let(begin)))
  const row = () => {
    const used = new Set(run.reads.flatMap(({ meets }) => meets.map(([, tap]) => tap)))
    const factors = new Map(
      [...used].map((tap) => [tap, vectors.map((_, v) => f.let(v128.load(taps, tap * of.width * 4 + v * 16)))]),
    )
    for (const { pixel, meets } of run.reads) {
      const read = loadChannels(f, x, pixel * pixelBytes(s), lanes, of.shareX)
      for (const [output, tap] of meets) {
        const factor = factors.get(tap)!
        sums[output].forEach((sum, v) => sum.set(madd(s.rung, read[v], factor[v], sum)))
      }
    }
  }
  const step = tapStep(s)
  if (run.reads.length > 0) {
    f.times(p.count, row, [
      [x, ((step * s.dilation[0]) / s.spread[0]) * s.W * pixelBytes(s)],
      [taps, step * s.kernel[1] * of.width * 4],
    ])
  }
  finish(f, s, of, run, lanes, sums, p.y)
}

/** Sums the filters of a channel where they share one result, applies the activation and stores. */
function finish(
  f: Body,
  s: Correlation,
  of: Lanes,
  run: Tiles,
  lanes: number,
  sums: readonly (readonly Local<'v128'>[])[],
  y: L,
): void {
  const m = arithmetic(f, s.rung)
  for (const [output, vectors] of sums.entries()) {
    const results = of.shareY === 1 ? vectors : [sumFilters(f, vectors, lanes, of.multiple)]
    const counts = lanesOf(lanes / of.shareY)
    const active = results.map((sum) =>
      s.activation ? f.let(s.activation.formula<Expr<'v128'>, Expr<'v128'>>(m, sum)) : sum,
    )
    active.forEach((value, v) => storeColumns(f, y, value, counts[v], (run.first + output) * s.O * 4 + v * 16))
  }
}
