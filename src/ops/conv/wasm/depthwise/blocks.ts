// Blocks of filters side by side in SIMD lanes, and how a channel reaches the lanes of several filters that share it.
import { type Body, type Expr, f32x4, i8x16, type Local, v128 } from '../../../../kernel/wasm/asm.ts'
import { loadColumns } from '../../../../kernel/wasm/partial.ts'
import { type Order, orderless, type PlannedArray } from '../../../../kernel/wasm/plan.ts'
import type { Rung } from '../../../../kernel/wasm/rung.ts'
import type { Geometry } from '../../geometry.ts'

/** Most filters that one channel may have, taps of a row, and pixels that they span beyond the first: all are written out. */
const [mostMultiple, mostTaps, mostSpan] = [8, 11, 40]

/** Whether each filter reads one channel, and kernels of this folder run the convolution. */
export function isDepthwise({ groups, C, O, kernel, dilation }: Depthwise): boolean {
  const short = kernel[1] <= mostTaps && dilation[1] * (kernel[1] - 1) <= mostSpan
  return groups > 1 && groups === C && O / C <= mostMultiple && short
}

/** What decides for or against. */
type Depthwise = Pick<Geometry, 'groups' | 'C' | 'O' | 'kernel' | 'dilation'>

/** The order in which kernels take an image or a gradient: any, where each channel has one filter. */
export function orderTaken(array: PlannedArray, { C, O }: Geometry): Order {
  return C === O && !orderless(array.shape) ? array.order : 'channelsLast'
}

/** The greatest common divisor. */
export const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))

/**
 * The filters of a block, of which `multiple` share a channel: whole vectors and whole channels. On the wide rung they are
 * a cache line of a pixel, as images of 256 channels and more would drive a line out of L1 before its other half is read.
 */
export function blockWidth(rung: Rung, multiple: number): number {
  if (multiple === 1) return rung === 'wide' ? 16 : 4
  return (4 * multiple) / divisor(multiple, 4)
}

/** Number of vectors of `lanes` lanes. */
const vectorsOf = (lanes: number): number => Math.ceil(lanes / 4)

/** Lanes of each vector of a block. */
export const lanesOf = (lanes: number): number[] =>
  Array.from({ length: vectorsOf(lanes) }, (_, v) => Math.min(4, lanes - v * 4))

/** The channels at an address, each in the lanes of its filters: vectors of `lanes` lanes. */
export function loadChannels(
  f: Body,
  address: Local<'i32'>,
  offset: number,
  lanes: number,
  multiple: number,
): Local<'v128'>[] {
  if (multiple === 1) return lanesOf(lanes).map((n, v) => f.let(loadColumns(address, n, offset + v * 16)))
  if (multiple % 4 === 0) {
    return lanesOf(lanes).map((_, v) => f.let(v128.load32_splat(address, offset + Math.floor((v * 4) / multiple) * 4)))
  }
  const channels = f.let(loadColumns(address, lanes / multiple, offset))
  return lanesOf(lanes).map((_, v) => {
    const sources = [0, 1, 2, 3].map((lane) => Math.min(3, Math.floor((v * 4 + lane) / multiple)))
    return f.let(i8x16.shuffle(channels, channels, ...sources.flatMap(bytesOf)))
  })
}

/** The sums over the filters of each channel, in the first lanes; there are at most four channels. */
export function sumFilters(f: Body, vectors: readonly Local<'v128'>[], lanes: number, multiple: number): Local<'v128'> {
  const channels = lanes / multiple
  const terms = Array.from({ length: multiple }, (_, k) =>
    gather(
      f,
      vectors,
      Array.from({ length: channels }, (_, channel) => channel * multiple + k),
    ),
  )
  return terms.reduce((sum, term) => f.let(f32x4.add(sum, term)))
}

/** A vector of lanes of several vectors: `places` counts through all lanes. */
function gather(f: Body, vectors: readonly Local<'v128'>[], places: readonly number[]): Local<'v128'> {
  const used = [...new Set(places.map((place) => place >> 2))]
  return used.reduce<Local<'v128'> | undefined>((made, vector) => {
    const from = made ?? vectors[vector]
    const lanes = [0, 1, 2, 3].map((lane) => {
      const place = places[lane] ?? 0
      return place >> 2 === vector ? 4 + (place & 3) : made ? lane : 0
    })
    return f.let(i8x16.shuffle(from, vectors[vector], ...lanes.flatMap(bytesOf)) as Expr<'v128'>)
  }, undefined)!
}

/** The bytes of a lane. */
const bytesOf = (lane: number): number[] => [0, 1, 2, 3].map((byte) => lane * 4 + byte)
