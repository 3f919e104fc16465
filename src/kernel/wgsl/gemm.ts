// Plans matrix products on the GPU: C[i][j] = finish(Σ_k A[i][k] · B[k][j]), in tiles, and long sums in parts.
import { costOf } from './cost.ts'
import { productText, workgroupMemory } from './gemmText.ts'
import type { Binding, Dispatch, GpuPlan, GpuTarget, GpuWork } from './plan.ts'
import { joinParts, partial, type Result } from './result.ts'
import { type GpuTile, gpuTile, invocationsOf } from './tile.ts'
import { workgroupRows } from './workgroups.ts'

/**
 * How a factor's elements are found: its lines are the rows of A or the columns of B. The place of an element is made of
 * what its line and its step of the sum say, so that an invocation finds out about its lines once.
 */
export interface Factor {
  /** Along which of the two neighbours lie in memory, so that neighbouring invocations read them. */
  readonly along: 'line' | 'sum'
  /** Numbers read at once along that; 4 promises that its length and all places of vectors are multiples of 4. */
  readonly width: 1 | 4
  /** WGSL type of what a line or a step says; the place is the sum of both. */
  readonly part: 'u32' | 'vec3i'
  /** Body of a WGSL function of the line `i` in the group `group`. */
  readonly line: string
  /** Body of a WGSL function of the step `k`. */
  readonly step: string
  /** Body of a WGSL function of the parts `l` and `s`, given the text of an element at a place; else x[l + s]. */
  readonly read?: (element: (place: string) => string) => string
}

/** Products of equal sizes, one for each group. */
export interface Product {
  readonly a: Factor
  readonly b: Factor
  readonly c: Result
  readonly groups: number
  readonly rows: number
  readonly columns: number
  /** Length of the sums. */
  readonly sum: number
  readonly operands: {
    readonly a: Binding
    readonly b: Binding
    readonly c: Binding
    readonly bias?: Binding | undefined
  }
}

/** The dispatches of a product; sums in parts go through workspace 0. */
export function planProduct(p: Product, target: GpuTarget): GpuPlan {
  const { rows, columns, groups, operands } = p
  const size = groups * rows * columns
  if (size === 0) return { workspace: [], dispatches: [] }
  const tile = gpuTile(target)
  const parts = partsOf(p)
  const sizes = `${groups > 1 ? `${groups} of ` : ''}${rows} × ${p.sum} × ${columns}`
  const note = `product ${sizes}, ${tile.name} tiles${parts > 1 ? `, sums in ${parts} parts` : ''}${fewText(p, parts)}`
  if (parts === 1) return { workspace: [], dispatches: [multiply(p, tile, 1)], note }
  const inParts = { ...p, c: partial, operands: { a: operands.a, b: operands.b, c: { workspace: 0 } } }
  return { workspace: [size * parts * 4], dispatches: [multiply(inParts, tile, parts), joinParts(p, parts)], note }
}

/** Workgroups that keep a large GPU busy, which has some 130 processors, and steps of a sum that are worth a part. */
const [busy, shortest] = [256, 512]

/**
 * Parts of the sums: by sizes alone, as many as make a GPU busy, but none too short, since each is written and read again.
 * As a tile's sums fill 16 KiB, all parts fill at most 8 MiB of workspace.
 */
function partsOf(p: Product): number {
  return Math.max(1, Math.min(Math.ceil(busy / tilesOf(p)), Math.floor(p.sum / shortest)))
}

const tilesOf = ({ groups, rows, columns }: Product) => Math.ceil(rows / 64) * Math.ceil(columns / 64) * groups

/** Why a product leaves a large GPU idle, if it does. */
function fewText(p: Product, parts: number): string {
  const workgroups = tilesOf(p) * parts
  if (workgroups >= busy / 2) return ''
  return `, ${workgroups} workgroups, since sums of ${p.sum} make no more parts`
}

function multiply(p: Product, tile: GpuTile, parts: number): Dispatch {
  const { c, rows, columns, sum, operands } = p
  const [a, b] = tile.shared ? [p.a, p.b] : [byElements(p.a), byElements(p.b)]
  const tiles = Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns)
  const work = workOf(p, tile, tiles, parts)
  const ragged = sum % tile.depth !== 0
  // a part ends where a tile's steps end
  const part = Math.ceil(sum / parts / tile.depth) * tile.depth
  const sizes = { rows, columns, sum, part, parts, slices: p.groups * parts }
  const places = { a: { offset: operands.a }, b: { offset: operands.b }, c: { offset: operands.c } }
  const params = { ...sizes, ...places, bias: operands.bias ? { offset: operands.bias } : 0 }
  return {
    shader: productText({ a, b, c, tile, params, ragged }),
    bindings: [operands.a, operands.b, operands.c, ...(operands.bias ? [operands.bias] : [])],
    params: Object.values(params),
    workgroups: workgroupRows(tiles * p.groups * parts),
    // edges take as long as whole tiles
    cost: costOf({
      operations: 2 * p.groups * tiles * tile.rows * tile.columns * sum,
      ...{ bytes: work.bytes, waits: part / tile.depth },
    }),
    work,
  }
}

/** Every tile reads its lines of both factors once, or each of its invocations does; edges count as if they were whole. */
function workOf({ groups, rows, columns, sum }: Product, tile: GpuTile, tiles: number, parts: number): GpuWork {
  const { down, across } = invocationsOf(tile)
  const { each } = tile
  const readers = groups * tiles * (tile.shared ? 1 : down * across)
  const lines = tile.shared ? tile.rows + tile.columns : each.rows + each.columns
  const steps = Math.ceil(sum / tile.depth) * tile.depth
  return {
    invocations: groups * tiles * parts * down * across,
    workgroupMemory: workgroupMemory(tile),
    operations: 2 * groups * rows * columns * sum,
    bytes: 4 * (readers * lines * steps + groups * rows * columns * parts),
  }
}

/** A factor as invocations read it that don't read for each other. */
const byElements = (factor: Factor): Factor => ({ ...factor, along: 'line', width: 1 })
