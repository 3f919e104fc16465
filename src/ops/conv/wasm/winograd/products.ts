// The products of a block's transformed tiles with transformed filters, point by point, and how long their sums are.
import { type Body, f32x4, i32, type Local, type Operand, v128 } from '../../../../kernel/wasm/asm.ts'
import { gemm } from '../../../../kernel/wasm/gemm.ts'
import { kept, smaller } from '../../../../kernel/wasm/loops.ts'
import { panelWidth } from '../../../../kernel/wasm/panels.ts'
import { tile } from '../../../../kernel/wasm/tiles.ts'
import { storePair } from '../../../../kernel/wasm/tileTransform.ts'
import { type Block, filterPoint, type Pass, type Place, pointBytes, tileWidth, type Winograd } from './sizes.ts'
import { tilesPoint } from './tiles.ts'

/** What the products are specialised on. */
export interface Products extends Winograd {
  readonly block: Block
  /** Panels of results whose products are held together. */
  readonly group: number
  readonly sums: Sums
}

/**
 * Transforming back takes differences of the products, so that the rounding of long sums counts many times over: of 256
 * channels in one sum 6.1e-6 remain, of 32 at a time 2.8e-6.
 */
export interface Sums {
  /** Panels of channels that are summed before they are added to what is there. */
  readonly panels: number
  /** How many of such sums are added up beside the products, before these are. By default as they come. */
  readonly chain?: number
}

/** Errors in the gradient of the data reach all layers before it: where it has many points, its sums are shortest. */
export const sumsOf = ({ n }: Winograd, pass: Exclude<Pass, 'weight'>): Sums =>
  pass === 'data' && n === 8 ? { panels: 1, chain: 4 } : { panels: 2 }

/** Bytes of a group's products [point][panel][tile][column]. */
export const productBytes = (s: Products) => s.n * s.n * productPoint(s) + (s.sums.chain ? panelBytes(s) : 0)
export const productPoint = (s: Products) => pointBytes(s.group * s.block.tiles * panelWidth(s.rung))
const panelBytes = (s: Products) => s.block.tiles * panelWidth(s.rung) * 4

type L = Local<'i32'>

/** Transformed tiles and filters, and the products. */
type Places = Readonly<Record<'v' | 'u' | 'products', L>>

/** For each point and panel: tiles × channels times channels × results. */
export function multiplyPoints(f: Body, s: Products, from: Places, place: Place, count: L): void {
  const [a, b, c] = [f.let(from.v), f.let(from.u), f.let(from.products)]
  const beside = f.let(i32.add(c, s.n * s.n * productPoint(s)))
  const onePanel = () =>
    kept(f, [a, b], () => {
      if (s.sums.chain) addChains(f, s, { a, b, c }, beside, place.tiles)
      else addSums(f, s, { a, b, c }, place.tiles, s.C / tileWidth)
    })
  const onePoint = () =>
    kept(f, [b, c], () =>
      f.times(count, onePanel, [
        [b, s.C * panelWidth(s.rung) * 4],
        [c, panelBytes(s)],
      ]),
    )
  f.times(s.n * s.n, onePoint, [
    [a, tilesPoint(s, s.C)],
    [b, filterPoint(s)],
    [c, productPoint(s)],
  ])
}

/** Where the tiles of a panel of channels, its filters and the sums lie. */
type Pointers = Readonly<Record<'a' | 'b' | 'c', L>>

/** Writes to `c` the products of `panels` panels, in sums of a few, or of one for any number; `a` and `b` move on. */
function addSums(f: Body, s: Products, { a, b, c }: Pointers, tiles: L, panels: Operand<'i32'>): void {
  const { rung, block } = s
  const width = panelWidth(rung)
  const shape = { rung, tile: tile(rung), rows: tiles, columns: width, aRow: tileWidth * 4, cRow: width * 4 }
  const panelStep = block.tiles * tileWidth * 4
  const oneSum = (panels: number, add: boolean) => {
    const k = [
      { count: panels, a: panelStep },
      { count: tileWidth, a: 4 },
    ]
    gemm(f, { ...shape, k, start: 'zero', ...(add && { add: 'c' as const }) }, { a, b, c })
  }
  const length = s.sums.panels
  const next = [
    [a, length * panelStep],
    [b, length * tileWidth * width * 4],
  ] as const
  if (typeof panels === 'number' && panels < length) return oneSum(panels, false)
  f.times(1, () => oneSum(length, false), next)
  if (typeof panels !== 'number') return f.times(f.let(i32.sub(panels, 1)), () => oneSum(length, true), next)
  f.times(Math.floor(panels / length) - 1, () => oneSum(length, true), next)
  if (panels % length) oneSum(panels % length, true)
}

/** Writes the products of panels by chains of sums, which are first added up beside the products. */
function addChains(f: Body, s: Products, { a, b, c }: Pointers, beside: L, tiles: L): void {
  const width = panelWidth(s.rung)
  const chain = s.sums.chain as number
  const left = f.local('i32', s.C / tileWidth)
  f.fill(c, 0, panelBytes(s))
  const oneChain = () => {
    addSums(f, s, { a, b, c: beside }, tiles, smaller(f, chain, left))
    const [from, to] = [f.let(beside), f.let(c)]
    const oneTile = () => {
      const sum = (at: number) => f.let(f32x4.add(v128.load(to, at), v128.load(from, at)))
      for (let at = 0; at < width * 4; at += 32) storePair(f, to, [sum(at), sum(at + 16)], at)
    }
    f.times(tiles, oneTile, [
      [from, width * 4],
      [to, width * 4],
    ])
  }
  f.times(Math.ceil(s.C / tileWidth / chain), oneChain, [[left, -chain]])
}
