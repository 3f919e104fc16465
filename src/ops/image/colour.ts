// Brightness, contrast, saturation, hue and lighting of images (N, H, W, C), by a factor for each (MXNet, image_random-inl.h).
import type { Arith } from '../../arith/arith.ts'
import { isFloat } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { type FormulaOperand, iota } from '../../kinds/operands.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { concat } from '../concat/concat.ts'
import { slice } from '../view/slice.ts'

/** Throws what is no image of bytes or floats with one channel or three. */
export function checkPixels(op: string, { shape, dtype, ndim }: NDArray): void {
  const channels = shape[ndim - 1]
  if (ndim !== 4 || (channels !== 1 && channels !== 3))
    throw new OpError(op, `takes images (N, H, W, C) with 1 or 3 channels, got ${formatShape(shape)}`)
  if (dtype !== 'uint8' && !isFloat(dtype))
    throw new OpError(op, `takes uint8 or float32, got ${dtype}: use astype('float32')`)
}

type Values<V> = readonly V[]

/** A formula of pixels for floats, and for bytes, whose results are clipped to 0 and 255 and cut. */
interface Pixels {
  readonly floats: Formula
  readonly bytes: Formula
}

function pixels(
  name: string,
  compute: <V, M>(m: Arith<V, M>, operands: Values<V>) => readonly V[],
  /** How many of the operands, the first ones, are pixels. */
  count = 1,
): Pixels {
  return {
    floats: { name, mixed: true, compute: (m, ...operands) => compute(m, operands) },
    bytes: {
      name,
      mixed: true,
      compute(m, ...operands) {
        const values = operands.map((value, k) => (k < count ? m.toFloat(value) : value))
        return compute(m, values).map((value) => m.toInt(m.min(m.max(value, 0), 255)))
      },
    },
  }
}

function applied({ floats, bytes }: Pixels, x: NDArray, operands: readonly FormulaOperand[], results = 1): NDArray[] {
  const dtypes = Array.from({ length: results }, () => x.dtype)
  return apply(x.dtype === 'uint8' ? bytes : floats, operands, { dtypes, numbersLike: 'float32' })
}

const scaled = pixels('brightness', (m, [x, factor]) => [m.mul(x, factor)])
const shifted = pixels('lighting', (m, [x, shift]) => [m.add(x, shift)])
const towards = pixels('contrast', (m, [x, goal, factor]) => [m.add(m.mul(x, factor), m.mul(goal, m.sub(1, factor)))])

/** x times a factor, (N, 1, 1, 1). */
export function brightness(x: NDArray, factor: NDArray): NDArray {
  return applied(scaled, x, [x, factor])[0]
}

/** x with an amount added to each channel, (N, 1, 1, C). */
export function lighting(x: NDArray, shift: NDArray): NDArray {
  return applied(shifted, x, [x, shift])[0]
}

/** The share of each channel in luma. */
const shares = [0.299, 0.587, 0.114] as const

/** The mean luma of an image. */
const lumaMeans: Reduction = {
  name: 'contrast',
  mixed: true,
  element(m, x, channel) {
    const [red, green, blue] = shares.map((share) => m.constant(share, 'float'))
    const share = m.select(m.equal(channel, 0), red, m.select(m.equal(channel, 1), green, blue))
    return m.mul(m.toFloat(x), share)
  },
  joins: ['sum'],
  finish: (m, sum, n) => m.div(m.mul(sum, 3), n),
  gradient: 'none',
}

const means: Reduction = {
  name: 'contrast',
  mixed: true,
  element: (m, x) => m.toFloat(x),
  joins: ['sum'],
  finish: (m, sum, n) => m.div(sum, n),
  gradient: 'none',
}

/** x times a factor, (N, 1, 1, 1), and the rest of the image's mean luma. */
export function contrast(x: NDArray, factor: NDArray): NDArray {
  const options = { axes: [1, 2, 3], keepDims: true, dtypes: ['float32'] } as const
  const coloured = x.shape[3] === 3
  const [mean] = coloured ? reduce(lumaMeans, [x, iota(x.shape, 3)], options) : reduce(means, [x], options)
  return applied(towards, x, [x, mean, factor])[0]
}

const lumaOf: Formula = {
  name: 'saturation',
  mixed: true,
  compute: (m, r, g, b) =>
    m.add(m.add(m.mul(m.toFloat(r), shares[0]), m.mul(m.toFloat(g), shares[1])), m.mul(m.toFloat(b), shares[2])),
}

/** x times a factor, (N, 1, 1, 1), and the rest of each pixel's luma; of one channel x itself. */
export function saturation(x: NDArray, factor: NDArray): NDArray {
  if (x.shape[3] === 1) return x
  const [luma] = apply(lumaOf, channelsOf(x), { dtypes: ['float32'], numbersLike: 'float32' })
  return applied(towards, x, [x, luma, factor])[0]
}

function channelsOf(x: NDArray): NDArray[] {
  return [0, 1, 2].map((k) => slice(x, [0, 0, 0, k], [x.shape[0], x.shape[1], x.shape[2], k + 1]))
}

/** Hue, 0 to 6, lightness and saturation of a colour, its channels from 0 to 1. */
function toHls<V, M>(m: Arith<V, M>, [r, g, b]: Values<V>): readonly [V, V, V] {
  const most = m.max(m.max(r, g), b)
  const least = m.min(m.min(r, g), b)
  const range = m.sub(most, least)
  const sum = m.add(most, least)
  const lightness = m.mul(sum, 0.5)
  const none = m.lessEqual(range, 2 ** -23)
  const over = m.select(none, 1, range)
  const dark = m.less(lightness, 0.5)
  const strength = m.div(range, m.select(none, 1, m.select(dark, sum, m.sub(2, sum))))
  const greenest = m.add(m.div(m.sub(b, r), over), 2)
  const bluest = m.add(m.div(m.sub(r, g), over), 4)
  const reddest = m.div(m.sub(g, b), over)
  const hue = m.select(m.equal(most, r), reddest, m.select(m.equal(most, g), greenest, bluest))
  return [hue, lightness, strength]
}

/** A channel of a colour: `turn` is 2 for red, 0 for green, 4 for blue. */
function fromHls<V, M>(m: Arith<V, M>, [hue, lightness, strength]: Values<V>, turn: number): V {
  const high = m.select(
    m.lessEqual(lightness, 0.5),
    m.mul(lightness, m.add(1, strength)),
    m.sub(m.add(lightness, strength), m.mul(lightness, strength)),
  )
  const low = m.sub(m.mul(lightness, 2), high)
  const place = m.modulo(m.add(hue, turn), 6)
  const slope = m.min(m.max(m.min(place, m.sub(4, place)), 0), 1)
  return m.add(low, m.mul(m.sub(high, low), slope))
}

const turned = pixels(
  'hue',
  (m, [r, g, b, turn]) => {
    const [hue, ...rest] = toHls(
      m,
      [r, g, b].map((value) => m.mul(value, 1 / 255)),
    )
    const moved = [m.add(hue, m.mul(turn, 6)), ...rest]
    return [2, 0, 4].map((offset) => m.mul(fromHls(m, moved, offset), 255))
  },
  3,
)

/** x with its hues turned by a share of the circle, (N, 1, 1, 1); of one channel x itself. Colours are from 0 to 255. */
export function hue(x: NDArray, turn: NDArray): NDArray {
  if (x.shape[3] === 1) return x
  const channels = applied(turned, x, [...channelsOf(x), turn], 3)
  return concat(...channels, { dim: 3 })
}
