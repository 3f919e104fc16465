// The gradient of the filters: transformed tiles of the image and of dy multiplied point by point, summed over tiles.
import {
  addresses,
  type Body,
  type Func,
  f32x4,
  func,
  i32,
  integers,
  item,
  type Local,
  receive,
  v128,
} from '../../../../kernel/wasm/asm.ts'
import { type Matrix, transposed } from '../../../../kernel/wasm/cookToom.ts'
import { gemm } from '../../../../kernel/wasm/gemm.ts'
import { wantedItems } from '../../../../kernel/wasm/items.ts'
import { kept, smaller, touch } from '../../../../kernel/wasm/loops.ts'
import { defineModule } from '../../../../kernel/wasm/module.ts'
import { panelWidth } from '../../../../kernel/wasm/panels.ts'
import type { Plan } from '../../../../kernel/wasm/plan.ts'
import { tile } from '../../../../kernel/wasm/tiles.ts'
import { differInSigns, storePair, tileTransform, transformBytes } from '../../../../kernel/wasm/tileTransform.ts'
import { phasesOf } from './phases.ts'
import {
  type Block,
  blockOf,
  blocksOf,
  filterPoint,
  nameOf,
  outputPanels,
  placeOf,
  tileWidth,
  type Winograd,
} from './sizes.ts'
import { type Tiles, tilesBytes, tilesPoint, tilesScratch, transformTiles } from './tiles.ts'

/** All that the kernels are specialised on. */
interface Weight extends Winograd {
  readonly block: Block
  /** Rows of points that an item computes, for each kind of item. */
  readonly pointRows: readonly (readonly number[])[]
  /** Parts of the batch, fixed by the sizes. */
  readonly parts: number
  /** Panels of 16 results that an item computes. */
  readonly group: number
}

/** Tiles in a running sum, by taps a side: longer ones round more, shorter ones are added up more often. */
const sumTiles: Readonly<Record<number, number>> = { 3: 6, 5: 12 }
/** Tiles of a block: what is summed before it is added to the partial result. */
const usualTiles = 72
/** Bytes that the parts may take, so that there are items enough. */
const partsLimit = 96e6

/** dweight = Σ x · dy, x being input 0, dy input 1 and the result output 0. */
export function weightTiles(w: Winograd, N: number): Plan {
  const images = N * phasesOf(w)
  const block = blockOf(w, images, usualTiles)
  const units = blocksOf(block, images)
  const pointRows = pairs(w.BT)
  const bytes = w.n * w.n * filterPoint(w)
  const most = Math.max(1, Math.min(8, Math.floor(partsLimit / bytes)))
  const wanted = Math.min(units, most, Math.ceil(wantedItems / pointRows.length))
  const each = Math.ceil(units / wanted)
  const parts = Math.ceil(units / each)
  // few parts are cut by results too, which transform the image's tiles again
  const groups = Math.min(w.O / tileWidth, Math.ceil(wantedItems / 2 / (parts * pointRows.length)))
  const s: Weight = { ...w, block, pointRows, parts, group: Math.ceil(w.O / tileWidth / groups) }
  const module = defineModule('winograd weight', s, (s) => ({ part: partItem(s), sum: sumItem(s) }))
  const items = parts * Math.ceil(w.O / tileWidth / s.group) * pointRows.length
  const sums = outputPanels(w) * (w.C / tileWidth)
  const phases = [
    module.phase('part', items, { x: { input: 0 }, dy: { input: 1 }, c: { workspace: 0 }, images, each, units }),
    module.phase('sum', sums, { from: { workspace: 0 }, to: { output: 0 } }),
  ]
  const note = `${nameOf(w)}, blocks of ${block.tiles} tiles, ${parts} parts, ${s.group} panels at a time`
  return { workspace: parts * bytes, scratch: Math.max(partScratch(s), sumScratch(s)), phases, note }
}

/** The rows of a matrix in pairs, those that differ in signs together, since they share most of their sums. */
function pairs(matrix: Matrix): number[][] {
  const left = new Set(matrix.keys())
  const found: number[][] = []
  for (const i of left) {
    const mate = [...left].find((j) => j > i && differInSigns(matrix[i], matrix[j]))
    if (mate === undefined) continue
    found.push([i, mate])
    left.delete(i)
    left.delete(mate)
  }
  const single = [...left]
  while (single.length > 0) found.push(single.splice(0, 2))
  return found
}

const rowsOf = (matrix: Matrix, rows: readonly number[]) => rows.map((i) => matrix[i])

/** The image's tiles at some rows of points. */
const imageTiles = (s: Weight, rows: readonly number[]): Tiles => ({
  ...{
    rung: s.rung,
    C: s.C,
    H: s.H,
    W: s.W,
    apart: s.apart,
    before: s.before,
    across: s.across,
    m: s.m,
    block: s.block,
  },
  ...{ left: rowsOf(s.BT, rows), right: s.BT, columns: tileWidth },
})

/** dy's tiles at some rows of points. */
function gradientTiles(s: Weight, rows: readonly number[]): Tiles {
  const A = transposed(s.AT)
  return {
    ...{
      rung: s.rung,
      C: s.O,
      H: s.OH,
      W: s.OW,
      apart: s.apart,
      before: [0, 0],
      across: s.across,
      m: s.m,
      block: s.block,
    },
    ...{ left: rowsOf(A, rows), right: A, columns: panelWidth(s.rung) },
  }
}

function partScratch(s: Weight): number {
  const each = s.pointRows.map((rows) => {
    const [v, z] = [imageTiles(s, rows), gradientTiles(s, rows)]
    return tilesBytes(v, s.C) + tilesBytes(z, s.group * tileWidth) + Math.max(tilesScratch(v), tilesScratch(z))
  })
  return Math.max(...each)
}

type L = Local<'i32'>

/** Images, their gradients and the partial results; how many dense images, blocks of a part, blocks. */
const partArguments = { ...addresses('x', 'dy', 'c'), ...integers('images', 'each', 'units') }

/** An item is a part of the batch, a group of results and some rows of points. */
const partItem = (s: Weight) =>
  item(partArguments, (f, { index, words, scratch }) => {
    const each = f.let(i32.div_u(index, s.pointRows.length))
    const kind = f.let(i32.rem_u(index, s.pointRows.length))
    s.pointRows.forEach((rows, n) => {
      f.if(i32.eq(kind, n), () => f.run(partOf(s, rows), each, words, scratch))
    })
  })

/** Computes some rows of points of a part and group. */
function partOf(s: Weight, rows: readonly number[]): Func<readonly ['i32', 'i32', 'i32'], 'none'> {
  return func(`rows ${rows}`, ['i32', 'i32', 'i32'], 'none', (f, index, words, scratch) => {
    const { x, dy, c, images, each, units } = f.lets(receive(partArguments, words))
    const [v, z] = [imageTiles(s, rows), gradientTiles(s, rows)]
    const [vPoint, zPoint] = [tilesPoint(v, s.C), tilesPoint(z, s.group * tileWidth)]
    const groups = Math.ceil(s.O / tileWidth / s.group)
    const part = f.let(i32.div_u(index, groups))
    const first = f.let(i32.mul(i32.rem_u(index, groups), s.group))
    const count = smaller(f, s.group, i32.sub(s.O / tileWidth, first))
    dy.bump(i32.mul(first, tileWidth * 4))
    c.bump(i32.add(i32.mul(part, s.n * s.n * filterPoint(s)), i32.mul(first, s.C * tileWidth * 4)))
    eachPoint(f, s, rows, c, [], () => f.fill(c, 0, i32.mul(count, s.C * tileWidth * 4)))
    const zs = f.let(i32.add(scratch, tilesBytes(v, s.C)))
    const rest = f.let(i32.add(zs, tilesBytes(z, s.group * tileWidth)))
    const begin = f.let(i32.mul(part, each))
    f.range(begin, smaller(f, i32.add(begin, each), units), (unit) => {
      const place = placeOf(f, s, s.block, unit, images)
      f.if(i32.lt_u(place.tiles, s.block.tiles), () => f.fill(scratch, 0, i32.sub(rest, scratch)))
      transformTiles(f, v, { from: x, to: scratch, scratch: rest }, place, s.C / tileWidth, vPoint)
      transformTiles(f, z, { from: dy, to: zs, scratch: rest }, place, count, zPoint)
      const [a, b] = [f.let(scratch), f.let(zs)]
      const steps = [
        [a, vPoint],
        [b, zPoint],
      ] as const
      eachPoint(f, s, rows, c, steps, () => multiply(f, s, { a, b, c }, count))
    })
  })
}

/** Visits the points of some rows, c being that point's partial result, and other places moving on by their steps. */
function eachPoint(
  f: Body,
  s: Weight,
  rows: readonly number[],
  c: L,
  steps: readonly (readonly [L, number])[],
  visit: () => void,
): void {
  const point = filterPoint(s)
  kept(f, [c, ...steps.map(([local]) => local)], () => {
    rows.forEach((row, i) => {
      c.bump((row - (i > 0 ? rows[i - 1] + 1 : 0)) * s.n * point)
      f.times(s.n, visit, [[c, point], ...steps])
    })
  })
}

/** Adds a block's products at one point: channels × tiles times tiles × results. */
function multiply(f: Body, s: Weight, at: Readonly<Record<'a' | 'b' | 'c', L>>, count: L): void {
  const { rung, block } = s
  const width = panelWidth(rung)
  const [a, b, c] = [f.let(at.a), f.let(at.b), f.let(at.c)]
  const k = [{ count: block.tiles, a: tileWidth * 4 }]
  const sumRounds = Math.ceil(block.tiles / Math.ceil(block.tiles / sumTiles[s.r]))
  const shape = { rung, tile: tile(rung), rows: tileWidth, columns: width, k, aRow: 4, cRow: width * 4 }
  const onePanel = () =>
    kept(f, [a], () =>
      f.times(s.C / tileWidth, () => gemm(f, { ...shape, start: 'zero', add: 'c', sumRounds }, { a, b, c }), [
        [a, block.tiles * tileWidth * 4],
        [c, tileWidth * width * 4],
      ]),
    )
  f.times(i32.mul(count, tileWidth / width), onePanel, [[b, block.tiles * width * 4]])
}

const sumScratch = (s: Weight) => transformBytes(transposed(s.G), transposed(s.G)) + s.r * s.r * panelWidth(s.rung) * 4

/** An item is a panel of results and sixteen channels: adds up the parts, transforms back, writes (O, C, r, r). */
const sumItem = (s: Weight) =>
  item({ from: 'address', to: 'address' }, (f, { index, args, scratch }) => {
    const width = panelWidth(s.rung)
    const [taps, panels] = [s.r * s.r, s.C / tileWidth]
    const panel = f.let(i32.div_u(index, panels))
    const channel = f.let(i32.mul(i32.rem_u(index, panels), tileWidth))
    const from = f.let(i32.add(args.from, i32.mul(i32.add(i32.mul(panel, s.C), channel), width * 4)))
    const filter = i32.mul(i32.mul(panel, width), s.C)
    const to = f.let(i32.add(args.to, i32.mul(i32.add(filter, channel), taps * 4)))
    const finished = f.let(i32.add(scratch, transformBytes(transposed(s.G), transposed(s.G))))
    // the points' lines are far apart, and wait for memory one by one if many are not asked for at once
    const line = f.let(from)
    f.times(s.parts * s.n * s.n, () => touch(f, line, tileWidth * width * 4), [[line, filterPoint(s)]])
    f.times(tileWidth, () => oneChannelBack(f, s, { from, to, finished, scratch }), [
      [from, width * 4],
      [to, taps * 4],
    ])
  })

function oneChannelBack(f: Body, s: Weight, at: Readonly<Record<'from' | 'to' | 'finished' | 'scratch', L>>): void {
  const { rung, r, n, parts } = s
  const width = panelWidth(rung)
  const [from, out] = [f.let(at.from), f.let(at.finished)]
  const part = n * n * filterPoint(s)
  const left = transposed(s.G)
  const one = () =>
    tileTransform(f, {
      ...{ rung, left, right: left, scratch: at.scratch },
      load: (i, j, h) => {
        const first = (i * n + j) * filterPoint(s) + h * 16
        const loads = Array.from({ length: parts }, (_, p) => v128.load(from, first + p * part))
        return loads.reduce((sum, load) => f32x4.add(sum, load))
      },
      store: (i, j, value) => storePair(f, out, value, (i * r + j) * width * 4),
    })
  f.times(width / 8, one, [
    [from, 32],
    [out, 32],
  ])
  const [lane, filter] = [f.let(at.finished), f.let(at.to)]
  const scatter = () => {
    for (let tap = 0; tap < r * r; tap++) f.store(filter, i32.load(lane, tap * width * 4), tap * 4)
  }
  f.times(width, scatter, [
    [lane, 4],
    [filter, s.C * r * r * 4],
  ])
}
