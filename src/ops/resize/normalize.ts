// normalize: each channel of (N, C, H, W) or (C, H, W) shifted by its mean and divided by its deviation.
import { checkFloat } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { iota } from '../../kinds/operands.ts'

/** (x − mean) ÷ deviation. */
const ofOne: Formula = { name: 'normalize', compute: (m, x, mean, deviation) => m.div(m.sub(x, mean), deviation) }

/** (x − mean) ÷ deviation of one of three channels. */
const ofThree: Formula = {
  name: 'normalize',
  mixed: true,
  compute(m, x, channel, ...numbers) {
    const own = (first: number) =>
      m.select(
        m.equal(channel, 0),
        numbers[first],
        m.select(m.equal(channel, 1), numbers[first + 1], numbers[first + 2]),
      )
    return m.div(m.sub(x, own(0)), own(3))
  },
}

/** Each channel less its mean, divided by its deviation; one number serves all channels. 1 or 3 channels, as in MXNet. */
export function normalize(x: NDArray, mean: number | readonly number[], std: number | readonly number[]): NDArray {
  const { shape, dtype } = x
  const channels = shape[shape.length - 3]
  const images = (shape.length === 3 || shape.length === 4) && (channels === 1 || channels === 3)
  if (!images) {
    const want = '(C, H, W) or (N, C, H, W) with 1 or 3 channels'
    throw new OpError('normalize', `takes images ${want}, got ${formatShape(shape)}`)
  }
  checkFloat('normalize', 'the input', dtype, 'use ToTensor or astype first')
  const numbers = [...perChannel('mean', mean, channels), ...perChannel('std', std, channels)]
  if (channels === 1) return apply(ofOne, [x, ...numbers])[0]
  return apply(ofThree, [x, iota(shape, shape.length - 3), ...numbers])[0]
}

function perChannel(name: string, value: number | readonly number[], channels: number): readonly number[] {
  const list = typeof value === 'number' ? [value] : value
  if (list.length === 1) return Array<number>(channels).fill(list[0])
  if (list.length === channels) return list
  throw new OpError(
    'normalize',
    `${name} has ${list.length} numbers, expected 1 or one for each of ${channels} channels`,
  )
}
