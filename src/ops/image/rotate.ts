// rotateEach: images (N, C, H, W) turned about their middle, bilinear, zeros outside (MXNet 1.9.1, image.imrotate).
import type { Arith } from '../../arith/arith.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { iota } from '../../kinds/operands.ts'
import { take } from '../take/take.ts'
import { withShape } from '../view/reshape.ts'

/** Where a pixel comes from: the one above and left of it, and how far below and right of that. */
function sourceOf<V, M>(m: Arith<V, M>, operands: readonly V[]) {
  const [row, column, cos, sin, height, width] = operands
  const [middleY, middleX] = [height, width].map((size) => m.mul(m.sub(m.toFloat(size), 1), 0.5))
  const y = m.sub(m.toFloat(row), middleY)
  const x = m.sub(m.toFloat(column), middleX)
  const fromX = m.add(m.sub(m.mul(x, cos), m.mul(y, sin)), middleX)
  const fromY = m.add(m.add(m.mul(x, sin), m.mul(y, cos)), middleY)
  const [top, left] = [m.floor(fromY), m.floor(fromX)]
  return { top: m.toInt(top), left: m.toInt(left), down: m.sub(fromY, top), right: m.sub(fromX, left) }
}

const corners = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const

/** The places of the four neighbours in all elements, clipped into the image. */
const neighbours: Formula = {
  name: 'rotate',
  mixed: true,
  compute(m, image, channel, channels, ...operands) {
    const [, , , , height, width] = operands
    const plane = m.add(m.mul(image, channels), channel)
    const { top, left } = sourceOf(m, operands)
    const inside = (place: typeof top, size: typeof top) => m.min(m.max(place, 0), m.sub(size, 1))
    return corners.map(([i, j]) => {
      const row = m.add(m.mul(plane, height), inside(m.add(top, i), height))
      return m.add(m.mul(row, width), inside(m.add(left, j), width))
    })
  },
}

/** The mean of the four neighbours; those outside count as zeros. */
const blended: Formula = {
  name: 'rotate',
  mixed: true,
  compute(m, a, b, c, d, ...operands) {
    const [, , , , height, width] = operands
    const { top, left, down, right } = sourceOf(m, operands)
    const share = (i: number, part: typeof down) => (i === 0 ? m.sub(1, part) : part)
    const outside = (place: typeof top, size: typeof top) => m.or(m.less(place, 0), m.greaterEqual(place, size))
    const parts = [a, b, c, d].map((value, k) => {
      const [i, j] = corners[k]
      const beyond = m.or(outside(m.add(top, i), height), outside(m.add(left, j), width))
      return m.select(beyond, 0, m.mul(m.mul(value, share(i, down)), share(j, right)))
    })
    return m.add(m.add(parts[0], parts[1]), m.add(parts[2], parts[3]))
  },
}

/** Images turned. `cos` and `sin`, float32 (N, 1, 1, 1), are those of each angle, times how much is zoomed out. */
export function rotateEach(x: NDArray, cos: NDArray, sin: NDArray): NDArray {
  const { shape } = x
  const [, channels, height, width] = shape
  const place = [iota(shape, 2), iota(shape, 3), cos, sin, height, width]
  const plane = [iota(shape, 0), iota(shape, 1), channels]
  const dtypes = corners.map(() => 'int32' as const)
  const places = apply(neighbours, [...plane, ...place], { dtypes, numbersLike: 'int32' })
  const flat = withShape(x, [x.size])
  const values = places.map((at) => take(flat, at))
  return apply(blended, [...values, ...place], { dtypes: [x.dtype], numbersLike: 'int32' })[0]
}
