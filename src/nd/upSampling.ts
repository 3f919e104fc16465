// upSampling: images with each pixel repeated.
import { checkOptions, OpError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatGiven, formatShape } from '../core/shape.ts'
import { checkArray } from '../kinds/movement/movement.ts'
import { made, type OutOption, outOption } from '../ops/out.ts'
import { broadcastTo } from '../ops/view/broadcastTo.ts'
import { withShape } from '../ops/view/reshape.ts'
import { checkCount } from './arguments.ts'

/** Options of upSampling. */
export interface UpSamplingOptions extends OutOption {
  /** How many times height and width grow; required. */
  readonly scale: number
  /** Where a new pixel comes from; the only type. */
  readonly sampleType?: 'nearest'
}

const names: OptionNames<UpSamplingOptions> = { ...outOption, scale: 'number', sampleType: true }

/** Images (N, C, H, W) as (N, C, scale · H, scale · W): each pixel becomes a square of equal ones. */
export function upSampling(data: NDArray, options: UpSamplingOptions, ...more: []): NDArray {
  checkArray('upSampling', data)
  checkOptions('upSampling', options, "{ scale: 2, sampleType: 'nearest' }", names, more)
  const { scale, sampleType = 'nearest' } = options
  checkCount('upSampling', 'scale', scale)
  if (sampleType !== 'nearest') {
    const got = formatGiven(sampleType)
    throw new OpError(
      'upSampling',
      `sampleType must be 'nearest', got ${got}: nd.deconvolution takes a bilinear weight`,
    )
  }
  if (data.ndim !== 4) throw new OpError('upSampling', `takes images (N, C, H, W), got ${formatShape(data.shape)}`)
  const [n, c, h, w] = data.shape
  return made('upSampling', options.out, () => {
    const squares = broadcastTo(withShape(data, [n, c, h, 1, w, 1]), [n, c, h, scale, w, scale])
    return withShape(squares, [n, c, h * scale, w * scale])
  })
}
