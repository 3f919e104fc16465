// Where OpenCV's interpolations read along an axis, and how much each pixel counts there.
import { rint } from './resize.reference.ts'

/** For each place of the result, the pixels that it reads: tap k of place d is pixel `places[k][d]`, times `weights[k][d]`. */
export interface Taps {
  readonly places: readonly Int32Array[]
  readonly weights: readonly Float32Array[]
}

/** How an interpolation reads `result` places from `source` pixels. */
export type MakeTaps = (source: number, result: number) => Taps

const { fround } = Math

/** The taps of each place, padded with pixels that count nothing. */
function tapsOf(source: number, each: readonly (readonly (readonly [pixel: number, weight: number])[])[]): Taps {
  const count = Math.max(...each.map((taps) => taps.length))
  const clamp = (i: number) => Math.min(Math.max(i, 0), source - 1)
  const numbers = Array.from({ length: count }, (_, k) => k)
  return {
    places: numbers.map((k) => Int32Array.from(each, (taps) => clamp((taps[k] ?? taps[0])[0]))),
    weights: numbers.map((k) => Float32Array.from(each, (taps) => taps[k]?.[1] ?? 0)),
  }
}

const places = <T>(result: number, of: (d: number) => T): T[] => Array.from({ length: result }, (_, d) => of(d))

/** The pixel in which a place starts. */
export const nearest: MakeTaps = (source, result) => {
  const scale = 1 / (result / source)
  return tapsOf(
    source,
    places(result, (d) => [[Math.floor(d * scale), 1]]),
  )
}

/** The pixels around the middle of a place, beyond the borders those at the borders. */
const around =
  (weightsOf: (fraction: number) => readonly number[]): MakeTaps =>
  (source, result) => {
    const scale = 1 / (result / source)
    const each = places(result, (d) => {
      const middle = fround((d + 0.5) * scale - 0.5)
      const first = Math.floor(middle)
      const weights = weightsOf(fround(middle - first))
      return weights.map((weight, k) => [first + 1 - weights.length / 2 + k, weight] as const)
    })
    return tapsOf(source, each)
  }

/** The slope of the cubic curve at its ends. */
const slope = -0.75

/** Four pixels, by the cubic convolution of Keys with a slope of −0.75. OpenCV's steps, each rounded to float32. */
export const cubic: MakeTaps = around((x) => {
  const [a, b] = [slope + 2, slope + 3]
  const near = (t: number) => fround(fround(fround(fround(fround(a * t) - b) * t) * t) + 1)
  const t = fround(x + 1)
  const far = fround(fround(fround(fround(fround(fround(slope * t) - 5 * slope) * t) + 8 * slope) * t) - 4 * slope)
  const [before, behind] = [near(x), near(fround(1 - x))]
  return [far, before, behind, fround(fround(fround(1 - far) - before) - behind)]
})

/**
 * Eight pixels, by sinc(t) · sinc(t ÷ 4) of the distance t, brought to the sum 1: as sin πt is the same for all but for its
 * sign, by ± sin(πt ÷ 4) ÷ t². OpenCV's steps, rounded as it rounds them.
 */
export const lanczos4: MakeTaps = around((x) => {
  const start = fround(x + 3)
  const weights = Array.from({ length: 8 }, (_, k) => {
    const t = fround(start - k)
    if (Math.abs(t) < 1e-6) return fround(1e30) // all others then count nothing
    const angle = (-start * Math.PI) / 4 + (k * Math.PI) / 4
    return fround(((k % 2 === 0 ? 1 : -1) * Math.sin(angle)) / ((t * Math.PI) / 4) ** 2)
  })
  const share = fround(1 / weights.reduce((sum, weight) => fround(sum + weight), 0))
  return weights.map((weight) => fround(weight * share))
})

/** The pixels that a place covers, by the share that it covers; for images that don't grow. */
export const area: MakeTaps = (source, result) => {
  const scale = 1 / (result / source)
  const least = 1e-3 // of a pixel; OpenCV leaves out what is less
  const each = places(result, (d) => {
    const [begin, end] = [d * scale, d * scale + scale]
    const width = Math.min(scale, source - begin)
    const last = Math.min(Math.floor(end), source - 1)
    const first = Math.min(Math.ceil(begin), last)
    const taps: [number, number][] = []
    if (first - begin > least) taps.push([first - 1, fround((first - begin) / width)])
    for (let i = first; i < last; i++) taps.push([i, fround(1 / width)])
    if (end - last > least) taps.push([last, fround(Math.min(end - last, 1, width) / width)])
    return taps
  })
  return tapsOf(source, each)
}

/** Whole pixels, which count 1: for images that shrink to one in `source / result`. */
export const blocks: MakeTaps = (source, result) => {
  const size = source / result
  const each = places(result, (d) => places(size, (k) => [d * size + k, 1] as const))
  return tapsOf(source, each)
}

/** Two pixels, where area is asked of images that grow: a place inside one pixel is that pixel. */
export const stretched: MakeTaps = (source, result) => {
  const inverse = result / source
  const scale = 1 / inverse
  const each = places(result, (d) => {
    const first = Math.floor(d * scale)
    const past = fround(d + 1 - (first + 1) * inverse)
    const share = past <= 0 || first >= source - 1 ? 0 : fround(past - Math.floor(past))
    return [[first, fround(1 - share)] as const, [first + 1, share] as const]
  })
  return tapsOf(source, each)
}

/** Weights of 11 bits, as OpenCV has them for bytes. */
export function inBits({ places, weights }: Taps): { readonly places: Taps['places']; readonly weights: Int32Array[] } {
  return { places, weights: weights.map((list) => Int32Array.from(list, (weight) => rint(fround(weight * 2048)))) }
}
