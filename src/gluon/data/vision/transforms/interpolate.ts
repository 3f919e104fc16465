// Resizing by OpenCV's interpolations. All but bilinear are made of other ops: the pixels that each place reads are taken
// along rows, then along columns, and added up.
import { OpError } from '../../../../core/errors.ts'
import type { NDArray } from '../../../../core/ndarray.ts'
import { within } from '../../../../core/ownership.ts'
import { shapeOf } from '../../../../core/shape.ts'
import { apply, type Formula } from '../../../../kinds/formula/formula.ts'
import { upload } from '../../../../nd/creation.ts'
import { checkResize, type ResizeAttributes, resize } from '../../../../ops/resize/resize.ts'
import {
  area,
  blocks,
  cubic,
  inBits,
  lanczos4,
  type MakeTaps,
  nearest,
  stretched,
  type Taps,
} from '../../../../ops/resize/taps.ts'
import { take } from '../../../../ops/take/take.ts'

/** The interpolations by OpenCV's numbers, which are MXNet's; 9 chooses by whether images grow. */
export const interpolations = { nearest: 0, bilinear: 1, cubic: 2, area: 3, lanczos4: 4, bySize: 9 } as const

/** Throws what is no interpolation. */
export function checkInterpolation(name: string, interpolation = 1): void {
  if (Object.values(interpolations).some((known) => known === interpolation)) return
  const known = '0 (nearest), 1 (bilinear), 2 (cubic), 3 (area), 4 (Lanczos) or 9 (cubic to enlarge, area to shrink)'
  throw new OpError(name, `interpolation ${interpolation} is not available: expected ${known}`)
}

/** Images (H, W, C) or (N, H, W, C) brought to height × width. */
export function interpolated(
  x: NDArray,
  size: ResizeAttributes,
  interpolation: number = interpolations.bilinear,
): NDArray {
  const [rows, columns] = x.shape.slice(-3)
  const chosen = interpolation === interpolations.bySize ? bySize(rows, columns, size) : interpolation
  if (chosen === interpolations.bilinear || (rows === size.height && columns === size.width)) return resize(x, size)
  checkResize(x, size)
  return within('', 'the images are resized', () => gathered(x, size, chosen))
}

/** As MXNet's `_get_interp_method` chooses for 9. */
function bySize(rows: number, columns: number, { height, width }: ResizeAttributes): number {
  if (height > rows && width > columns) return interpolations.cubic
  return height < rows && width < columns ? interpolations.area : interpolations.bilinear
}

function gathered(x: NDArray, { height, width }: ResizeAttributes, interpolation: number): NDArray {
  const [rows, columns, channels] = x.shape.slice(-3)
  const bytes = x.dtype === 'uint8'
  const along = (make: MakeTaps, fixed: boolean) =>
    added(added(x, columnAxis, make(columns, width), fixed), rowAxis, make(rows, height), fixed)
  if (interpolation === interpolations.nearest)
    return pixels(pixels(x, columnAxis, nearest(columns, width).places[0]), rowAxis, nearest(rows, height).places[0])
  if (interpolation === interpolations.lanczos4)
    return bytes ? apply(bitsDropped, [along(lanczos4, true)], { dtypes: ['uint8'] })[0] : along(lanczos4, false)
  if (interpolation === interpolations.cubic) {
    if (!bytes) return along(cubic, false)
    const sums = added(x, columnAxis, cubic(columns, width), true)
    return stored(added(sums, rowAxis, lastFirst(cubic(rows, height)), false), 1, rounded)
  }
  if (height > rows || width > columns) {
    if (!bytes) return along(stretched, false)
    return blendedRows(added(x, columnAxis, stretched(columns, width), true), stretched(rows, height))
  }
  if (rows % height !== 0 || columns % width !== 0) return stored(along(area, false), 1, bytes && rounded)
  const halved = rows === 2 * height && columns === 2 * width && [1, 3, 4].includes(channels)
  const share = Math.fround(1 / ((rows / height) * (columns / width)))
  return stored(along(blocks, false), share, bytes && (halved ? roundedUp : rounded))
}

const [columnAxis, rowAxis] = [-2, -3]

/** The pixels of some places along an axis. */
function pixels(x: NDArray, axis: number, places: Int32Array): NDArray {
  return take(x, upload(places, shapeOf([places.length]), 'int32', x.context), { axis })
}

/** One weight for each place along an axis. */
function weightsFor(x: NDArray, axis: number, weights: ArrayLike<number>): NDArray {
  const dtype = weights instanceof Int32Array ? 'int32' : x.dtype === 'float64' ? 'float64' : 'float32'
  const ones = Array<number>(-axis - 1).fill(1)
  return upload(weights, shapeOf([weights.length, ...ones]), dtype, x.context)
}

const first: Formula = { name: 'resize', mixed: true, compute: (m, value, weight) => m.mul(m.toFloat(value), weight) }
const next: Formula = {
  name: 'resize',
  mixed: true,
  compute: (m, sum, value, weight) => m.add(sum, m.mul(m.toFloat(value), weight)),
}
const firstFixed: Formula = { name: 'resize', mixed: true, compute: (m, value, weight) => m.mul(value, weight) }
const nextFixed: Formula = {
  name: 'resize',
  mixed: true,
  compute: (m, sum, value, weight) => m.add(sum, m.mul(value, weight)),
}

/** The weighted sum of the pixels that each place along an axis reads: of integers with weights of 11 bits, or of floats. */
function added(x: NDArray, axis: number, taps: Taps, fixed: boolean): NDArray {
  const { places, weights } = fixed ? inBits(taps) : taps
  const dtypes = [fixed ? 'int32' : x.dtype === 'float64' ? 'float64' : 'float32'] as const
  let sum: NDArray | undefined
  places.forEach((list, k) => {
    const [value, weight] = [pixels(x, axis, list), weightsFor(x, axis, weights[k])]
    sum = sum
      ? apply(fixed ? nextFixed : next, [sum, value, weight], { dtypes })[0]
      : apply(fixed ? firstFixed : first, [value, weight], { dtypes })[0]
  })
  return sum as NDArray
}

/** Taps in the order in which OpenCV adds rows of cubic sums: weights of 11 bits, as floats that undo those of the columns, too. */
function lastFirst(taps: Taps): Taps {
  const { places, weights } = inBits(taps)
  return {
    places: places.toReversed(),
    weights: weights.toReversed().map((list) => Float32Array.from(list, (w) => w / 2 ** 22)),
  }
}

/** A byte of a sum of bytes with two weights of 11 bits each. */
const bitsDropped: Formula = {
  name: 'resize',
  compute: (m, sum) => m.max(m.min(m.div(m.add(sum, 2 ** 21), 2 ** 22), 255), 0),
}

/** Two rows of sums with weights of 11 bits, as OpenCV joins rows where it interpolates linearly. */
const joined: Formula = {
  name: 'resize',
  compute(m, upper, lower, above, below) {
    const half = (sum: typeof upper, weight: typeof upper) => m.div(m.mul(weight, m.div(sum, 16)), 2 ** 16)
    return m.div(m.add(m.add(half(upper, above), half(lower, below)), 2), 4)
  },
}

function blendedRows(sums: NDArray, taps: Taps): NDArray {
  const { places, weights } = inBits(taps)
  const rows = places.map((list) => pixels(sums, rowAxis, list))
  return apply(joined, [...rows, ...weights.map((list) => weightsFor(sums, rowAxis, list))], { dtypes: ['uint8'] })[0]
}

const shared: Formula = { name: 'resize', compute: (m, sum, share) => m.mul(sum, share) }
const rounded: Formula = {
  name: 'resize',
  compute: (m, sum, share) => m.toInt(m.max(m.min(m.round(m.mul(sum, share)), 255), 0)),
}
const roundedUp: Formula = {
  name: 'resize',
  compute: (m, sum, share) => m.toInt(m.floor(m.add(m.mul(sum, share), 0.5))),
}

/** Sums times a share, rounded to bytes where a rounding is given. */
function stored(sums: NDArray, share: number, rounding: Formula | false): NDArray {
  if (rounding) return apply(rounding, [sums, share], { dtypes: ['uint8'] })[0]
  return share === 1 ? sums : apply(shared, [sums, share])[0]
}
