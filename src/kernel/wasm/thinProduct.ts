// Plans C = activation(A · B + bias) for few rows of A, which reads B once, where it lies, row after row.
import { addresses, type Body, i32, integers, item, type Local, select } from './asm.ts'
import { type Gemm, gemm } from './gemm.ts'
import { itemsFor } from './items.ts'
import { smaller } from './loops.ts'
import { defineModule } from './module.ts'
import { pack } from './pack.ts'
import { type Address, nowhere, type Phase } from './plan.ts'
import type { RowOperands, RowProduct } from './rowProduct.ts'
import { sumParts } from './sumParts.ts'
import { type Tile, tile, tileHeight } from './tiles.ts'

/** A product's phases and the memory that they need. */
export interface ThinPlan {
  readonly workspace: number
  readonly scratch: number
  readonly phases: readonly Phase[]
  /** What the plan chose, for its note. */
  readonly note: string
}

/** Most rows for which B isn't packed by a phase of its own. */
const mostRows = 256
/** Most rows that read B's block where it lies: each tile of rows reads it again, from L2. */
const mostDirect = 18
/** Most rows of a block of B that is packed: those of a panel of 16 are 16 KiB, which L1 holds beside six rows of A. */
const packedBlock = 256
/** Bytes of packed panels that an item holds: they stay in L2 while the rows of A pass by. */
const packedBytes = 2 ** 18
/** Columns that an item should read of each row of B, so that memory is read in long runs: packed panels fill L2 earlier. */
const longRow = { direct: 512, packed: 256 }
/** Fewest steps of k in a part. */
const leastPart = 64
/** Rows whose products take as long as reading B from memory does. */
const freeRows = 8

/** Whether a product of `rows` rows should run so. */
export function isThin(rows: number): boolean {
  return rows > 0 && rows <= mostRows
}

interface Spec extends RowProduct {
  readonly tile: Tile
  /** Rows of a block of B. */
  readonly block: number
  readonly packed: boolean
}

/** How the work is cut: parts of k and the steps of all but the last, groups of panels and the panels of each. */
interface Cut {
  readonly parts: number
  readonly length: number
  readonly groups: number
  readonly perGroup: number
}

/** The phases of a product of few rows, or of a batch of products, whose matrices are consecutive. */
export function thinProduct(shape: RowProduct, rows: number, operands: RowOperands, batch = 1): ThinPlan {
  const wanted = wantedOf(shape, rows, batch)
  const most = partsOf(shape, rows, wanted)
  const spec = specOf(shape, rows, most)
  const { parts, length, groups, perGroup } = cutOf(spec, most, wanted)
  const { a, b, c, bias = nowhere } = operands
  const bytes = batch * rows * shape.columns * 4
  const to: Address = parts > 1 ? { workspace: 0 } : c
  const module = defineModule('thinProduct', spec, (spec) => ({ part: partItem(spec) }))
  const args = { a, b, c: to, bias, rows, parts, length, groups, perGroup, bytes }
  const phases = [module.phase('part', batch * parts * groups, args)]
  if (parts > 1) phases.push(sumParts(to, c, bytes, parts))
  return {
    workspace: parts > 1 ? parts * bytes : 0,
    scratch: spec.packed ? perGroup * spec.block * widthOf(spec) * 4 : 0,
    phases,
    note: `b ${spec.packed ? 'packed by its reader' : 'read where it lies'}, ${parts} parts of k, ${groups} of n`,
  }
}

/** Items wanted of one matrix, a power of two, so that threads get equal shares. */
function wantedOf({ K, columns }: RowProduct, rows: number, batch: number): number {
  const items = itemsFor(2 * K * columns * batch * Math.max(rows, freeRows)) / batch
  return 2 ** Math.max(0, Math.round(Math.log2(items)))
}

/**
 * Parts of k, which are added up in a second phase, so that items read long rows of B. A part writes and reads C once
 * more: less than a quarter of what it reads of B.
 */
function partsOf({ K, columns, bias, activation }: RowProduct, rows: number, wanted: number): number {
  if (bias || activation) return 1
  const most = Math.floor(K / Math.max(leastPart, 8 * rows))
  const long = columns / (rows > mostDirect ? longRow.packed : longRow.direct)
  return Math.max(1, Math.min(most, Math.ceil(wanted / Math.max(1, Math.floor(long)))))
}

/** What the code depends on: few rows read a block of B where it lies, more are worth packing it. */
function specOf(shape: RowProduct, rows: number, parts: number): Spec {
  const packed = rows > mostDirect
  const usual = tile(shape.rung)
  const height = tileHeight(rows, usual.rows)
  // low tiles have registers left for more columns
  const vectors = usual.vectors * (!packed && 2 * height <= usual.rows ? 2 : 1)
  const part = shape.K / parts
  const block = packed ? part / Math.ceil(part / packedBlock) : Math.min(part, rows <= 6 ? 16 : 32)
  return { ...shape, tile: { rows: height, vectors }, block: Math.max(1, Math.ceil(block || 0)), packed }
}

/** Cuts k into parts of whole blocks, the last with what is left over, and the panels into groups. */
function cutOf(spec: Spec, most: number, wanted: number): Cut {
  const blocks = Math.max(1, Math.floor(spec.K / spec.block))
  const each = Math.ceil(blocks / most)
  const parts = Math.ceil(blocks / each)
  const panels = Math.ceil(spec.columns / widthOf(spec))
  const fitting = spec.packed ? Math.max(1, Math.floor(packedBytes / (spec.block * widthOf(spec) * 4))) : panels
  const even = Math.ceil(panels / Math.max(1, Math.min(panels, Math.ceil(wanted / parts))))
  const perGroup = Math.max(1, Math.min(even, fitting))
  return { parts, length: each * spec.block, groups: Math.ceil(panels / perGroup), perGroup }
}

const widthOf = ({ tile: { vectors } }: Spec) => vectors * 4

type L = Local<'i32'>

/** Where an item's matrices are. */
interface Places {
  readonly a: L
  readonly b: L
  readonly c: L
  readonly bias: L
}

/** The matrices; rows, parts of k and steps of each, groups of panels and panels of each, bytes of all of C. */
const partArguments = {
  ...addresses('a', 'b', 'c', 'bias'),
  ...integers('rows', 'parts', 'length', 'groups', 'perGroup', 'bytes'),
}

/** Panels of a group: how many have full width, and whether the narrow last one follows. */
interface Group {
  readonly count: L
  readonly ragged: L
}

/** An item is a part of k and a group of panels of one of the matrices. */
const partItem = (shape: Spec) =>
  item(partArguments, (f, { index, args, scratch }) => {
    const { K, columns } = shape
    const width = widthOf(shape)
    const { bytes, ...others } = args
    const { a, b, c, bias, rows, parts, length, groups, perGroup } = f.lets(others)
    const first = f.let(i32.mul(i32.rem_u(index, groups), perGroup))
    const own = f.let(i32.div_u(index, groups))
    const part = f.let(i32.rem_u(own, parts))
    const matrix = f.let(i32.div_u(own, parts))
    const k = f.let(i32.mul(part, length))
    a.bump(i32.add(i32.mul(i32.mul(matrix, rows), K * 4), i32.shl(k, 2)))
    b.bump(i32.add(i32.mul(matrix, K * columns * 4), i32.mul(k, columns * 4)))
    c.bump(i32.add(i32.mul(part, bytes), i32.mul(i32.mul(matrix, rows), columns * 4)))
    for (const place of [b, c, bias]) place.bump(i32.mul(first, width * 4))
    const full = Math.floor(columns / width)
    const end = f.let(i32.add(first, perGroup))
    const group = { count: f.let(i32.sub(smaller(f, end, full), first)), ragged: f.let(i32.gt_u(end, full)) }
    const left = f.let(select(i32.eq(part, i32.sub(parts, 1)), i32.sub(K, k), length))
    eachBlock(f, shape, { a, b, c, bias }, { group, left, rows, scratch })
  })

interface Rest {
  readonly group: Group
  /** Steps of k. */
  readonly left: L
  readonly rows: L
  readonly scratch: L
}

/** Adds the products of one block of k after the other to C, which starts from the bias or from zeros. */
function eachBlock(f: Body, shape: Spec, places: Places, { left, ...rest }: Rest): void {
  const { K, columns, block, activation, bias } = shape
  const { a, b } = places
  const start = bias ? 'bias' : 'zero'
  const finish = activation && { activation: activation.formula }
  const pass = (length: number, stage: Pick<Gemm, 'start' | 'activation'>) => () =>
    oneBlock(f, shape, { ...stage, length }, places, rest)
  if (K <= block) return pass(K, { start, ...finish })()
  const bumps = [
    [a, block * 4],
    [b, block * columns * 4],
  ] as const
  const last = K % block
  // the last block differs where it is shorter, and where the activation follows it
  const blocks = f.let(i32.div_u(left, block))
  f.times(1, pass(block, { start }), bumps)
  blocks.set(i32.sub(blocks, finish && !last ? 2 : 1))
  f.times(blocks, pass(block, { start: 'c' }), bumps)
  if (finish) pass(last || block, { start: 'c', ...finish })()
  else if (last) f.if(i32.rem_u(left, block), pass(last, { start: 'c' }))
}

type Stage = Pick<Gemm, 'start' | 'activation'> & { readonly length: number }

/** The group's panels for one block of k. */
function oneBlock(
  f: Body,
  shape: Spec,
  stage: Stage,
  places: Places,
  { group, rows, scratch }: Omit<Rest, 'left'>,
): void {
  const { K, columns, rung, packed } = shape
  const { length, ...how } = stage
  const width = widthOf(shape)
  const { a, b, c, bias } = f.lets({ a: places.a, b: places.b, c: places.c, bias: places.bias })
  if (packed) packGroup(f, shape, length, b, scratch, group)
  if (packed) b.set(scratch)
  const one = (wanted: number) => {
    const rest = packed ? {} : { b: { k: columns * 4, panel: width * 4 } }
    const k = [{ count: length, a: 4 }]
    const strides = { aRow: K * 4, cRow: columns * 4 }
    const pointers = { a, b, c, ...(shape.bias && { bias }) }
    gemm(f, { ...how, ...rest, ...strides, rung, tile: shape.tile, rows, columns: wanted, k }, pointers)
  }
  f.times(group.count, () => one(width), [
    [b, packed ? length * width * 4 : width * 4],
    [c, width * 4],
    [bias, width * 4],
  ])
  if (columns % width) f.if(group.ragged, () => one(columns % width))
}

/** Packs the group's panels of a block of B, one row of it after the other, as they lie in memory. */
function packGroup(
  f: Body,
  { columns, tile: { vectors } }: Spec,
  length: number,
  b: L,
  to: L,
  { count, ragged }: Group,
): void {
  const [row, start] = [f.let(b), f.let(to)]
  const [from, at] = [f.local('i32'), f.local('i32')]
  const one = (wanted: number) => pack(f, { k: 1, kStride: 0, columnStride: 4, vectors, columns: wanted }, from, at)
  f.times(length, () => {
    from.set(row)
    at.set(start)
    f.times(count, () => one(vectors * 4), [
      [from, vectors * 16],
      [at, length * vectors * 16],
    ])
    if (columns % (vectors * 4)) f.if(ragged, () => one(columns % (vectors * 4)))
  }, [
    [row, columns * 4],
    [start, vectors * 16],
  ])
}
