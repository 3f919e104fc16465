// Packs a matrix B[k][j] into the panels that the matrix product reads: [panel][k][columns of the tile].
import { type Body, f32x4, type Local, type Operand, v128 } from './asm.ts'
import { loadColumns } from './partial.ts'

/** A matrix to be packed, or a block of one; strides in bytes. */
export interface Pack {
  /** Vectors of four columns in a panel, as in the tile. */
  readonly vectors: number
  readonly columns: number
  /** The number of k: a constant, or a number known when the kernel runs. */
  readonly k: Operand<'i32'>
  /** B[k][j] lies at from + k · kStride + j · columnStride; a columnStride of 4 copies whole vectors. */
  readonly kStride: number
  readonly columnStride: number
  /** Bytes from one panel to the next; needed where k is no constant, else by default packed closely. */
  readonly panel?: number
}

/** Bytes of a packed matrix. */
export function packedBytes(k: number, columns: number, vectors: number): number {
  return Math.ceil(columns / (vectors * 4)) * k * vectors * 16
}

/** Emits the packing, with zeros in the columns that fill up the last panel; both pointers end where they began. */
export function pack(f: Body, o: Pack, from: Local<'i32'>, to: Local<'i32'>): void {
  const width = o.vectors * 4
  const panel = o.panel ?? (typeof o.k === 'number' ? o.k * width * 4 : undefined)
  if (panel === undefined)
    throw new Error('[pack] no distance of panels: got undefined, expected bytes, since k is no constant')
  const full = Math.floor(o.columns / width)
  const onePanel = (columns: number) => {
    const [source, target] = [f.let(from), f.let(to)]
    f.times(o.k, () => oneRow(f, o, source, target, columns), [
      [source, o.kStride],
      [target, width * 4],
    ])
  }
  const bumps = [
    [from, o.columnStride * width],
    [to, panel],
  ] as const
  f.times(full, () => onePanel(width), bumps)
  if (o.columns % width) onePanel(o.columns % width)
  for (const [local, by] of bumps) local.bump((-by * full) | 0)
}

/** One k of one panel, of which `columns` are there: loaded whole before it is stored. */
function oneRow(f: Body, o: Pack, from: Local<'i32'>, to: Local<'i32'>, columns: number): void {
  const vector = (first: number) => {
    const count = Math.min(4, columns - first)
    if (count <= 0) return f32x4.const(0)
    if (o.columnStride === 4) return loadColumns(from, count, first * 4)
    const at = (lane: number) => (first + lane) * o.columnStride
    let v = v128.load32_zero(from, at(0))
    for (let lane = 1; lane < count; lane++) v = v128.load32_lane(from, v, lane, at(lane))
    return v
  }
  const loaded = Array.from({ length: o.vectors }, (_, i) => f.let(vector(i * 4)))
  for (const [i, v] of loaded.entries()) f.store(to, v, i * 16)
}
