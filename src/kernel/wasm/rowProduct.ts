// Plans C = activation(A · B + bias) for few or many rows of A, each of them contiguous, and B packed in panels.
import type { Formula } from '../../arith/arith.ts'
import { addresses, type Body, i32, integers, item, type Local } from './asm.ts'
import { type Gemm, gemm, type Pointers } from './gemm.ts'
import { itemsFor, piecesOf } from './items.ts'
import { kept, smaller, touch } from './loops.ts'
import { defineModule } from './module.ts'
import { panelsOf, panelWidth } from './panels.ts'
import { type Address, nowhere, type Phase } from './plan.ts'
import type { Rung } from './rung.ts'
import { type Tile, tile, tileHeight } from './tiles.ts'

/** What a product is specialised on: all but the number of rows. */
export interface RowProduct {
  readonly rung: Rung
  /** Length of the sums; A's rows are as long. */
  readonly K: number
  readonly columns: number
  readonly bias: boolean
  /** Applied last, with the name that tells modules apart. */
  readonly activation?: { readonly name: string; readonly formula: Formula } | undefined
}

/** Where the matrices are. */
export interface RowOperands {
  readonly a: Address
  readonly b: Address
  readonly c: Address
  readonly bias?: Address
}

/** Longest sum before C is put down: 384 rows of a panel of 16 are 24 KiB, which L1 holds beside six rows of A. */
const kBlock = 384
/** Tiles of an item's rows: 96 rows of K = 256 stay in L2 while B's panels pass by. */
const rowTiles = 16
/** Most rows whose tiles are as high as suits them; a low one at the end of more rows takes little of their time. */
const fewRows = 48

/** A product with its tile. */
type Spec = RowProduct & { readonly tile: Tile }

/** The phase that computes a product of `rows` rows, or a batch of products, whose matrices are consecutive. */
export function rowProduct(
  shape: RowProduct,
  rows: number,
  { a, b, c, bias = nowhere }: RowOperands,
  batch = 1,
): Phase {
  const panels = panelsOf(shape.columns, shape.rung)
  const wanted = Math.max(1, itemsFor(2 * shape.K * shape.columns * rows * batch) / Math.max(1, batch))
  const bands = piecesOf(wanted, rows, shape.columns)
  const usual = tile(shape.rung)
  const tileRows = rows <= fewRows ? tileHeight(rows, usual.rows) : usual.rows
  const height = tileRows * Math.max(1, Math.min(rowTiles, Math.ceil(rows / bands / tileRows)))
  const blocks = Math.ceil(rows / height)
  const groups = Math.min(panels, Math.max(1, Math.ceil(wanted / blocks)))
  const perGroup = Math.ceil(panels / groups)
  const items = blocks * Math.ceil(panels / perGroup)
  const spec: Spec = { ...shape, tile: { ...usual, rows: tileRows } }
  const module = defineModule('rowProduct', spec, (spec) => ({ rows: rowItem(spec) }))
  const matrixBytes = 4 * panels * shape.K * panelWidth(shape.rung)
  return module.phase('rows', items * batch, { a, b, c, bias, rows, height, blocks, perGroup, items, matrixBytes })
}

/** Lengths of the blocks that sums of length K are cut into, equal but for the last. */
export function kBlocks(
  K: number,
  most: number,
): { readonly length: number; readonly count: number; readonly last: number } {
  const blocks = Math.max(1, Math.ceil(K / most))
  const length = blocks === 1 ? K : Math.ceil(K / blocks / 8) * 8
  const count = blocks === 1 ? 1 : Math.ceil(K / length)
  return { length, count, last: K - length * (count - 1) }
}

/**
 * The matrices, and in rows or panels: all rows, those of a block, the blocks, and a group's panels; items of one product
 * and bytes of its packed B.
 */
const rowArguments = {
  ...addresses('a', 'b', 'c', 'bias'),
  ...integers('rows', 'height', 'blocks', 'perGroup', 'items', 'matrixBytes'),
}

/** An item is a block of rows and a group of panels; the groups of a block of rows are not neighbours in time. */
const rowItem = (shape: Spec) =>
  item(rowArguments, (f, { index, args }) => {
    const width = panelWidth(shape.rung)
    const full = Math.floor(shape.columns / width)
    const { a, b, c, bias } = f.lets({ a: args.a, b: args.b, c: args.c, bias: args.bias })
    const blocks = f.let(args.blocks)
    const items = f.let(args.items)
    const product = f.let(i32.div_u(index, items))
    const own = f.let(i32.rem_u(index, items))
    const first = f.let(i32.mul(i32.div_u(own, blocks), args.perGroup))
    const height = f.let(args.height)
    const row = f.let(i32.mul(i32.rem_u(own, blocks), height))
    const allRows = f.let(args.rows)
    const rows = smaller(f, height, i32.sub(allRows, row))
    const before = f.let(i32.mul(product, allRows))
    a.bump(i32.mul(before, shape.K * 4))
    b.bump(i32.mul(product, args.matrixBytes))
    c.bump(i32.mul(before, shape.columns * 4))
    const end = f.let(i32.add(first, args.perGroup))
    a.bump(i32.mul(row, shape.K * 4))
    b.bump(i32.mul(first, shape.K * width * 4))
    c.bump(i32.add(i32.mul(row, shape.columns * 4), i32.mul(first, width * 4)))
    if (shape.bias) bias.bump(i32.mul(first, width * 4))
    const panels = f.let(i32.sub(smaller(f, end, full), first))
    const ragged = f.let(i32.gt_u(end, full))
    touch(f, a, i32.mul(rows, shape.K * 4))
    const pointers = { a, b, c, ...(shape.bias && { bias }) }
    eachKBlock(f, shape, pointers, (stage) => onePass(f, shape, stage, pointers, { rows, panels, ragged }))
  })

type Stage = Pick<Gemm, 'start' | 'activation' | 'k'>

/**
 * Calls `pass` for the first block of k, those in the middle, and the last; A and B move on between them, A by `step`
 * bytes for each k.
 */
export function eachKBlock(
  f: Body,
  shape: RowProduct,
  { a, b }: Pick<Pointers, 'a' | 'b'>,
  pass: (stage: Stage) => void,
  step = 4,
): void {
  const { length, count, last } = kBlocks(shape.K, kBlock)
  const start = shape.bias ? 'bias' : 'zero'
  const finish = shape.activation && { activation: shape.activation.formula }
  const run = (n: number) => [{ count: n, a: step }]
  if (count === 1) return pass({ start, ...finish, k: run(length) })
  const next = [
    [a, length * step],
    [b, length * panelWidth(shape.rung) * 4],
  ] as const
  f.times(1, () => pass({ start, k: run(length) }), next)
  f.times(count - 2, () => pass({ start: 'c', k: run(length) }), next)
  pass({ start: 'c', ...finish, k: run(last) })
}

/** All panels of the item for one block of k. */
function onePass(
  f: Body,
  shape: Spec,
  stage: Stage,
  pointers: Pointers,
  { rows, panels, ragged }: Readonly<Record<'rows' | 'panels' | 'ragged', Local<'i32'>>>,
): void {
  const { b, c, bias } = pointers
  const width = panelWidth(shape.rung)
  const { rung } = shape
  const strides = { aRow: shape.K * 4, cRow: shape.columns * 4 }
  const one = (columns: number) => gemm(f, { ...stage, ...strides, rung, tile: shape.tile, rows, columns }, pointers)
  kept(f, [b, c, ...(bias ? [bias] : [])], () => {
    f.times(panels, () => one(width), [
      [b, shape.K * width * 4],
      [c, width * 4],
      ...(bias ? ([[bias, width * 4]] as const) : []),
    ])
    if (shape.columns % width) f.if(ragged, () => one(shape.columns % width))
  })
}
