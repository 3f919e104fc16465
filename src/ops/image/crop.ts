// cropEach: a part of one size from each image, at a place of its own. A composite: places in pixels, and one take.
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { iota } from '../../kinds/operands.ts'
import { take } from '../take/take.ts'
import { withShape } from '../view/reshape.ts'

/** The place of a pixel of the part in all pixels of all images. */
const pixel: Formula = {
  name: 'cropEach',
  compute: (m, start, row, column, width) => m.add(m.add(start, m.mul(row, width)), column),
}

/**
 * Parts (N, height, width, C) of images (N, H, W, C). `starts`, int32 (N, 1, 1), holds the place of each part's first
 * pixel among the pixels of all images.
 */
export function cropEach(x: NDArray, starts: NDArray, height: number, width: number): NDArray {
  const [count, rows, columns, channels] = x.shape
  const part = [count, height, width]
  const places = apply(pixel, [starts, iota(part, 1), iota(part, 2), columns], { dtypes: ['int32'] })[0]
  return take(withShape(x, [count * rows * columns, channels]), places)
}
