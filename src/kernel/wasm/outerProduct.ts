// Plans C[m][n] = Σ_k A[k][m] · B[k][n] for long k: parts of k side by side, each summed block by block, then added up.
import { addresses, type Body, i32, integers, item, type Local, select } from './asm.ts'
import { type Gemm, gemm } from './gemm.ts'
import { piecesOf, wantedItems } from './items.ts'
import { kept, smaller, touch } from './loops.ts'
import { defineModule } from './module.ts'
import { pack } from './pack.ts'
import type { Address, Phase } from './plan.ts'
import type { Rung } from './rung.ts'
import { sumParts } from './sumParts.ts'
import { tile } from './tiles.ts'

/** What the product is specialised on: all but the length of k. */
export interface OuterProduct {
  readonly rung: Rung
  /** Columns of A, which are rows of C. */
  readonly M: number
  /** Columns of B and C. */
  readonly N: number
  /** Steps of k before a tile's sums are added to C. Default 128; `blockOf` gives what suits. */
  readonly block?: number
}

/** A plan's parts. */
export interface OuterPlan {
  readonly workspace: number
  readonly scratch: number
  readonly phases: readonly Phase[]
}

/** Usual steps of k before a tile's sums are added to C: A's and B's panels, 8 KiB each, stay in L1 together. */
const usualBlock = 128
/** Steps of k in the first blocks of the rest. */
const restBlock = 16

/** The block of a k made of runs of length `run`: as many whole runs, or as large a part of one, as L1 holds. */
export function blockOf(run: number): number {
  if (run <= 1.5 * usualBlock) return run * Math.max(1, Math.floor((1.5 * usualBlock) / run))
  const parts = Math.ceil(run / (1.5 * usualBlock))
  const fitting = [parts, parts + 1, parts + 2].find((n) => run % n === 0)
  return fitting ? run / fitting : usualBlock
}
/** Columns of a packed panel of A. */
const aWidth = 16

const roundUp = (n: number, to: number) => Math.ceil(n / to) * to

/**
 * Whether rows of `columns` floats crowd L1 when a few columns are read from a block of them: 64 sets of 64 bytes, eight
 * ways, and the rows' distance leaves some sets unused. Such a factor is packed first.
 */
function crowds(columns: number): boolean {
  if (columns % 16) return columns > 1024
  let sets = 64
  for (let lines = columns / 16; lines % 2 === 0 && sets > 1; lines /= 2) sets /= 2
  return sets * 8 < usualBlock
}

/** The phases that compute C from `a` and `b`, whose K rows lie one after the other; workspace is used from `at` on. */
export function outerProduct(
  shape: OuterProduct,
  K: number,
  { a, b, c }: { readonly a: Address; readonly b: Address; readonly c: Address },
  at = 0,
): OuterPlan {
  const { M, N, rung, block = usualBlock } = shape
  const width = tile(rung).vectors * 4
  const panels = Math.ceil(N / width)
  // parts are fixed by the shape; groups of panels make the items wanted where the work allows it
  const wanted = Math.max(1, Math.min(wantedItems, Math.floor((2 * M * N * K) / 2e6)))
  const parts = Math.max(1, Math.min(wanted, Math.floor(K / (4 * block))))
  const groups = Math.max(1, Math.ceil(wanted / parts))
  const [perGroup, perRows] = cutOf(shape, groups, panels)
  const rowGroups = Math.ceil(panelsOfA(M) / perRows)
  const rows = roundUp(Math.ceil(K / parts), parts > 1 ? block : 1)
  const bytes = M * N * 4
  const target = parts > 1 ? { workspace: at } : c
  const items = parts * Math.ceil(panels / perGroup) * rowGroups
  const module = defineModule('outerProduct', { M, N, rung, block }, (shape) => ({ part: partItem(shape) }))
  const phases = [module.phase('part', items, { a, b, c: target, K, rows, perGroup, perRows, bytes })]
  if (parts > 1) phases.push(sumParts({ workspace: at }, c, bytes, parts))
  const scratch = packedBytes(M, block, perRows) + (crowds(N) ? perGroup * width * block * 4 : 0)
  return { workspace: parts > 1 ? parts * bytes : 0, scratch, phases }
}

const panelsOfA = (M: number) => Math.ceil(M / aWidth)

/**
 * Panels of B and of A of an item, where `groups` items of a part are wanted. A factor that is packed is packed anew for
 * each group of the other's panels; one that is read where it lies is not cut.
 */
function cutOf({ M, N }: OuterProduct, groups: number, panels: number): readonly [number, number] {
  const wanted = crowds(M) ? Math.round(piecesOf(groups, N, M)) : groups
  const across = Math.min(panels, Math.max(1, wanted))
  const down = crowds(M) ? Math.min(panelsOfA(M), Math.ceil(groups / across)) : 1
  return [Math.ceil(panels / across), Math.ceil(panelsOfA(M) / down)]
}

type L = Local<'i32'>

interface Places {
  readonly a: L
  readonly b: L
  readonly c: L
}

/** The matrices; K, rows of k in a part, panels of B and of A in a group, bytes of C. */
const partArguments = { ...addresses('a', 'b', 'c'), ...integers('K', 'rows', 'perGroup', 'perRows', 'bytes') }

/** An item is a part of k and a group of C's panels, or of some rows of them. */
const partItem = (shape: OuterProduct) =>
  item(partArguments, (f, { index, args, scratch }) => {
    const { M, N, rung, block = usualBlock } = shape
    const width = tile(rung).vectors * 4
    const full = Math.floor(N / width)
    const panels = Math.ceil(N / width)
    const { bytes, ...others } = args
    const { a, b, c, K, rows, perGroup, perRows } = f.lets(others)
    const groups = f.let(i32.div_u(i32.add(perGroup, panels - 1), perGroup))
    const rowGroups = f.let(i32.div_u(i32.add(perRows, panelsOfA(M) - 1), perRows))
    const top = f.let(i32.mul(i32.rem_u(index, rowGroups), perRows))
    const group = f.let(i32.div_u(index, rowGroups))
    const part = f.let(i32.div_u(group, groups))
    const first = f.let(i32.mul(i32.rem_u(group, groups), perGroup))
    const end = smaller(f, i32.add(first, perGroup), panels)
    const k = f.let(i32.mul(part, rows))
    // rounding up may leave nothing for the last parts
    const left = f.let(select(i32.lt_u(k, K), smaller(f, rows, i32.sub(K, k)), i32.const(0)))
    a.bump(i32.add(i32.mul(k, M * 4), i32.mul(top, aWidth * 4)))
    b.bump(i32.add(i32.mul(k, N * 4), i32.mul(first, width * 4)))
    c.bump(i32.add(i32.mul(part, bytes), i32.mul(first, width * 4)))
    c.bump(i32.mul(top, aWidth * N * 4))
    const columns = smaller(f, N * 4, i32.mul(end, width * 4))
    columns.set(i32.sub(columns, i32.mul(first, width * 4)))
    const height = smaller(f, i32.mul(perRows, aWidth), i32.sub(M, i32.mul(top, aWidth)))
    clear(f, c, height, N * 4, columns)
    const count = f.let(i32.sub(smaller(f, end, full), first))
    const ragged = f.let(i32.gt_u(end, full))
    const one = (length: number) => () =>
      addBlock(f, shape, length, { a, b, c }, { scratch, first, count, ragged, top, perRows, height })
    for (const length of [block, restBlock, 1]) {
      const times = f.let(i32.div_u(left, length))
      f.times(times, one(length), [
        [a, length * M * 4],
        [b, length * N * 4],
      ])
      left.set(i32.rem_u(left, length))
    }
  })

function clear(f: Body, c: Local<'i32'>, rows: Local<'i32'>, stride: number, bytes: Local<'i32'>): void {
  const at = f.let(c)
  f.times(rows, () => f.fill(at, 0, bytes), [[at, stride]])
}

interface Group {
  readonly scratch: Local<'i32'>
  /** First panel of B. */
  readonly first: Local<'i32'>
  /** Panels of full width, and whether the narrow last one follows. */
  readonly count: Local<'i32'>
  readonly ragged: Local<'i32'>
  /** First panel of A, panels of a full group, and rows of this one. */
  readonly top: Local<'i32'>
  readonly perRows: Local<'i32'>
  readonly height: Local<'i32'>
}

/** Adds the products of a block of k to the group's panels of C. */
function addBlock(f: Body, shape: OuterProduct, length: number, { a, b, c }: Places, group: Group): void {
  const { rung, M, N, block = usualBlock } = shape
  const width = tile(rung).vectors * 4
  if (crowds(M)) packRows(f, M, length, a, group)
  else touch(f, a, length * M * 4)
  touch(f, b, i32.sub(length * N * 4, i32.mul(group.first, width * 4)))
  const packed = crowds(M) ? i32.mul(group.perRows, aWidth * block * 4) : 0
  const packedB = f.let(i32.add(group.scratch, packed))
  if (crowds(N)) packPanels(f, shape, length, f.let(b), f.let(packedB), group)
  const places = { a: f.let(crowds(M) ? group.scratch : a), b: f.let(crowds(N) ? packedB : b), c: f.let(c) }
  f.times(group.count, () => onePanel(f, shape, length, width, places, group.height), [
    [places.b, crowds(N) ? length * width * 4 : width * 4],
    [places.c, width * 4],
  ])
  if (N % width) f.if(group.ragged, () => onePanel(f, shape, length, N % width, places, group.height))
}

const rowsOf = (columns: number, k: number) => ({ k, kStride: columns * 4, columnStride: 4 })

/** Bytes of A's block in scratch. */
const packedBytes = (M: number, block: number, panels: number) => (crowds(M) ? panels * aWidth * block * 4 : 0)

/** Packs the group's panels of A, whose rows are read in order first. */
function packRows(f: Body, M: number, length: number, a: L, group: Group): void {
  const [line, from, to] = [f.let(a), f.let(a), f.let(group.scratch)]
  const bytes = f.let(i32.mul(group.height, 4))
  f.times(length, () => touch(f, line, bytes), [[line, M * 4]])
  const one = (columns: number) => pack(f, { ...rowsOf(M, length), vectors: aWidth / 4, columns }, from, to)
  f.times(i32.div_u(group.height, aWidth), () => one(aWidth), [
    [from, aWidth * 4],
    [to, aWidth * length * 4],
  ])
  if (M % aWidth) f.if(f.let(i32.rem_u(group.height, aWidth)), () => one(M % aWidth))
}

/** Packs the group's panels of B. */
function packPanels(f: Body, { rung, N }: OuterProduct, length: number, b: L, to: L, group: Group): void {
  const { vectors } = tile(rung)
  const one = (columns: number) => pack(f, { ...rowsOf(N, length), vectors, columns }, b, to)
  f.times(group.count, () => one(vectors * 4), [
    [b, vectors * 16],
    [to, length * vectors * 16],
  ])
  if (N % (vectors * 4)) f.if(group.ragged, () => one(N % (vectors * 4)))
}

/** Adds a block's products to one panel of C, which has `columns` columns; `height` rows, or all where A is not packed. */
function onePanel(
  f: Body,
  { rung, M, N }: OuterProduct,
  length: number,
  columns: number,
  places: Places,
  height: L,
): void {
  const size = tile(rung)
  const packed = crowds(M)
  const shape: Omit<Gemm, 'rows'> = {
    ...{ rung, tile: size, columns, cRow: N * 4, aRow: 4, start: 'zero', add: 'c' },
    k: [{ count: length, a: packed ? aWidth * 4 : M * 4 }],
    ...(!crowds(N) && { b: { k: N * 4, panel: size.vectors * 16 } }),
  }
  const { a, c } = places
  if (!packed) return gemm(f, { ...shape, rows: M }, places)
  kept(f, [a, c], () => {
    const steps = [[a, aWidth * length * 4] as const, [c, aWidth * N * 4] as const]
    f.times(i32.div_u(height, aWidth), () => gemm(f, { ...shape, rows: aWidth }, places), steps)
    if (M % aWidth) f.if(f.let(i32.rem_u(height, aWidth)), () => gemm(f, { ...shape, rows: M % aWidth }, places))
  })
}
