// normalize: each channel of (N, C, H, W) or (C, H, W) shifted by its mean and divided by its deviation.
import { checkFloat } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'

/** normalize has no attributes; its scalars are the mean and the deviation of each channel in turn. */
export type NormalizeAttributes = Record<never, never>

/** y = (x − mean_c) / deviation_c; images of 1 or 3 channels, as in MXNet. */
export const normalizeOp: OpSpec<NormalizeAttributes> = {
  name: 'normalize',
  infer([{ shape, dtype }]) {
    const channels = shape.at(-3)
    const images = (shape.length === 3 || shape.length === 4) && (channels === 1 || channels === 3)
    if (!images) {
      const want = '(C, H, W) or (N, C, H, W) with 1 or 3 channels'
      throw new OpError('normalize', `takes images ${want}, got ${formatShape(shape)}`)
    }
    checkFloat('normalize', 'the input', dtype, 'use ToTensor or astype first')
    return [{ shape, dtype }]
  },
  gradient(context, [dy]) {
    const deviations = context.scalars.filter((_, i) => i % 2 === 1)
    return [normalize(dy, 0, deviations)]
  },
}

/** Each channel less its mean, divided by its deviation; one number serves all channels. */
export function normalize(x: NDArray, mean: number | readonly number[], std: number | readonly number[]): NDArray {
  const channels = x.shape[x.shape.length - 3] ?? 0
  const means = perChannel('mean', mean, channels)
  const deviations = perChannel('std', std, channels)
  return invoke(normalizeOp, [x], {}, { scalars: means.flatMap((value, c) => [value, deviations[c]]) })[0]
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
