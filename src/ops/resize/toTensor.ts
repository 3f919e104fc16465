// toTensor: images (N, H, W, C) or (H, W, C) of uint8, int32 or float32 become float32 with channels first, divided by 255.
import { bytesPer } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { withShape } from '../view/reshape.ts'
import { transpose } from '../view/transpose.ts'
import { checkImages } from './resize.ts'

/** x ÷ 255. */
const scaled: Formula = { name: 'toTensor', compute: (m, x) => m.div(m.toFloat(x), 255) }

/**
 * k ÷ 255 of a byte, rounded once, by factors alone, since a GPU's quotients need not be rounded right: 255 · 257 is
 * 2¹⁶ − 1, so that k ÷ 255 = k · 257 ÷ 2¹⁶ + k ÷ 255 ÷ 2¹⁶, whose first product is exact.
 */
const scaledByte: Formula = {
  name: 'toTensor',
  compute(m, k) {
    const x = m.toFloat(k)
    return m.madd(x, 257 / 2 ** 16, m.mul(x, 1 / (255 * 2 ** 16)))
  },
}

/** y[n, c, h, w] = float32(x[n, h, w, c]) ÷ 255, not clipped. */
export function toTensor(x: NDArray): NDArray {
  const { shape, dtype } = x
  checkImages('toTensor', shape)
  if (bytesPer(dtype) < 4 && dtype !== 'uint8') {
    throw new OpError('toTensor', `takes uint8, int32 or float32, got ${dtype}: use astype('float32')`)
  }
  const [height, width, channels] = shape.slice(-3)
  const images = shape.slice(0, -3)
  // the bytes are moved first, as they are fewer
  const moved =
    channels === 1
      ? withShape(x, [...images, 1, height, width])
      : transpose(x, images.length > 0 ? [0, 3, 1, 2] : [2, 0, 1])
  return apply(dtype === 'uint8' ? scaledByte : scaled, [moved], { dtypes: ['float32'] })[0]
}
