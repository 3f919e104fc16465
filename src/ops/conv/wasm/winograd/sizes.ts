// Winograd's convolutions: which sizes they suit, and how an image's tiles are cut into blocks.
import type { Pair } from '../../../../core/shape.ts'
import { type Body, i32, type Local, type Operand } from '../../../../kernel/wasm/asm.ts'
import { type CookToom, cookToom } from '../../../../kernel/wasm/cookToom.ts'
import { smaller } from '../../../../kernel/wasm/loops.ts'
import { panelWidth } from '../../../../kernel/wasm/panels.ts'
import type { Rung } from '../../../../kernel/wasm/rung.ts'
import type { Sizes } from '../../geometry.ts'
import { phasesOf } from './phases.ts'

/**
 * A convolution with strides of 1, forward or the gradient of its input, and the variant F(m × m, r × r) it runs by. The
 * sizes are those of the dense images in an image.
 */
export interface Winograd extends Sizes, CookToom {
  readonly rung: Rung
  /** How many pixels apart the rows and columns of a dense image lie: the dilation. */
  readonly apart: Pair
  /** Zeros above and to the left. */
  readonly before: Pair
  /** Taps, outputs and points a side; n = m + r − 1. */
  readonly r: number
  readonly m: number
  readonly n: number
  /** Tiles down and across an image. */
  readonly down: number
  readonly across: number
}

/** What decides for or against; the sizes are those of whole images. */
export interface Candidate extends Sizes, Pick<Winograd, 'rung' | 'before'> {
  readonly groups: number
  readonly kernel: Pair
  readonly strides: Pair
  readonly dilation: Pair
}

/** Channels of a panel of transformed tiles; the numbers of channels and filters are multiples of it. */
export const tileWidth = 16
/** Work of a direct convolution for Winograd's that must be saved: below it the transforms eat the gain. */
const leastGain = 1.6
/** Products in the time in which one number of the filters is read, which counts where the images are few. */
const productsPerFilter = 16

/** What a convolution is computed for. */
export type Pass = 'forward' | 'data' | 'weight'

/**
 * Most points a side: more lose too many digits. Errors in the gradient of the data reach all layers before it, so that
 * short filters do with fewer there.
 */
const mostPoints = (pass: Pass, r: number) => (pass === 'data' && r === 3 ? 6 : 8)

/**
 * The variant with the least work for N images of these sizes, or undefined where a direct convolution is as good. It
 * follows from the sizes alone, never from a clock, so that the same program has the same bits on every machine.
 */
export function winograd(s: Candidate, N: number, pass: Pass): Winograd | undefined {
  const { rung, C, O, kernel, strides, dilation: apart, groups } = s
  const [r] = kernel
  const simple = groups === 1 && strides.every((n) => n === 1) && s.before.every((n) => n >= 0)
  const suits = (r === 3 || r === 5) && r === kernel[1] && C % tileWidth === 0 && O % tileWidth === 0
  const dense = denseSizes(s)
  if (!simple || !suits || !dense) return undefined
  const { H, W, OH, OW, before } = dense
  const images = N * phasesOf({ apart })
  const sizes = Array.from({ length: mostPoints(pass, r) - r }, (_, i) => i + 2)
  const work = (m: number) => (images * Math.ceil(OH / m) * Math.ceil(OW / m) + productsPerFilter) * (m + r - 1) ** 2
  const m = sizes.reduce((best, size) => (work(size) < work(best) ? size : best))
  const direct = (images * OH * OW + productsPerFilter) * r * r
  if (direct / work(m) < leastGain) return undefined
  const tiles = { down: Math.ceil(OH / m), across: Math.ceil(OW / m) }
  return { rung, apart, C, H, W, O, OH, OW, before, r, m, n: m + r - 1, ...tiles, ...cookToom(m, r) }
}

/**
 * The sizes of the dense images whose pixels lie a dilation apart, or undefined where they differ. Where the padding is a
 * multiple of the dilation, a result's taps meet the pixels of its own dense image.
 */
function denseSizes({
  H,
  W,
  OH,
  OW,
  before,
  dilation,
}: Candidate): (Omit<Sizes, 'C' | 'O'> & Pick<Candidate, 'before'>) | undefined {
  const [down, across] = dilation
  const alike = [H, OH, before[0]].every((n) => n % down === 0) && [W, OW, before[1]].every((n) => n % across === 0)
  if (!alike) return undefined
  return { H: H / down, W: W / across, OH: OH / down, OW: OW / across, before: [before[0] / down, before[1] / across] }
}

/** How tiles are cut into blocks: of `images` whole images, or of `rows` rows of tiles of one image. */
export interface Block {
  readonly images: number
  readonly rows: number
  /** Blocks of rows in an image. */
  readonly bands: number
  readonly tiles: number
}

/** Blocks of about `tiles` tiles of N dense images, of sizes as equal as possible. */
export function blockOf({ down, across }: Winograd, N: number, tiles: number): Block {
  const images = Math.ceil(N / Math.max(1, Math.min(N, Math.round((N * down * across) / tiles))))
  const rows = images > 1 ? down : Math.min(down, Math.max(1, Math.round(tiles / across)))
  return { images, rows, bands: Math.ceil(down / rows), tiles: images * rows * across }
}

/** Blocks of N dense images. */
export const blocksOf = ({ images, bands }: Block, N: number) => Math.ceil(N / images) * bands

type L = Local<'i32'>

/** What of the dense images a block holds; the last one may have less than others. */
export interface Place {
  readonly image: L
  readonly images: Operand<'i32'>
  /** First row of tiles, and how many. */
  readonly row: Operand<'i32'>
  readonly rows: Operand<'i32'>
  readonly tiles: L
}

/** Emits the place of a block of N dense images. */
export function placeOf(f: Body, w: Winograd, block: Block, index: L, N: L): Place {
  const { down, across } = w
  if (block.bands === 1) {
    const image = f.let(i32.mul(index, block.images))
    const images = smaller(f, block.images, i32.sub(N, image))
    return { image, images, row: 0, rows: down, tiles: f.let(i32.mul(images, down * across)) }
  }
  const row = f.let(i32.mul(i32.rem_u(index, block.bands), block.rows))
  const rows = smaller(f, block.rows, i32.sub(down, row))
  return { image: f.let(i32.div_u(index, block.bands)), images: 1, row, rows, tiles: f.let(i32.mul(rows, across)) }
}

/**
 * Bytes from one point's matrix of `floats` floats to the next: a cache line more than it has, since a tile's points would
 * otherwise meet in one set of the cache.
 */
export const pointBytes = (floats: number) => floats * 4 + 64

/** Bytes from one point of the transformed filters [point][panel][C][column] to the next. */
export const filterPoint = ({ C, O }: Pick<Winograd, 'C' | 'O'>) => pointBytes(C * O)

/** The variant's name in notes. */
export const nameOf = (w: Winograd) => `Winograd F(${w.m}, ${w.r})${phasesOf(w) > 1 ? ` of ${phasesOf(w)} phases` : ''}`

/** Panels of results. */
export const outputPanels = ({ O, rung }: Pick<Winograd, 'O' | 'rung'>) => O / panelWidth(rung)
