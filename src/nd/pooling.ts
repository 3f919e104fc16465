// pooling: MXNet's functional pooling of images (N, C, H, W) and sequences (N, C, W).
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape } from '../core/shape.ts'
import { made, type OutOption, outOption } from '../ops/out.ts'
import { average, maximum, type PoolKind, type PoolSteps, pooling as pool, total } from '../ops/pool/pooling.ts'
import { checkSpatial, type Sizes, sizesOf } from '../ops/spatial.ts'

/** Options of pooling; sizes are one number for all spatial axes, or one for each. */
export interface PoolingOptions extends OutOption {
  /** Size of the window; required unless `globalPool` is true. */
  readonly kernel?: Sizes
  /** The largest element of each window, their mean, or their sum. Default 'max'. */
  readonly poolType?: PoolKind['name']
  /** One window on the whole; kernel, stride and pad then have no effect. Default false. */
  readonly globalPool?: boolean
  /** How the number of windows is rounded: 'valid' down, 'full' up. Default 'valid'. */
  readonly poolingConvention?: 'valid' | 'full'
  /** Elements from one window to the next. Default 1. */
  readonly stride?: Sizes
  /** Zeros around the input, of at most half the window; a maximum never takes them. Default 0. */
  readonly pad?: Sizes
  /** Whether the divisor of a mean counts padding. Default true. */
  readonly countIncludePad?: boolean
  readonly layout?: 'NCW' | 'NCHW'
}

const poolingOptions: OptionNames<PoolingOptions> = {
  ...outOption,
  kernel: true,
  poolType: true,
  globalPool: 'boolean',
  poolingConvention: true,
  stride: true,
  pad: true,
  countIncludePad: 'boolean',
  layout: true,
}

const kinds: Readonly<Record<PoolKind['name'], PoolKind>> = { max: maximum, avg: average, sum: total }

/** The maximum, mean or sum of each window of `data` (N, C, H, W) or (N, C, W). */
export function pooling(data: NDArray, options: PoolingOptions, ...more: []): NDArray {
  checkOptions('pooling', options, '{ kernel: [2, 2], stride: [2, 2] }', poolingOptions, more)
  const axes = checkSpatial('pooling', 'data', data)
  const { poolType = 'max', poolingConvention = 'valid', layout, globalPool = false, countIncludePad = true } = options
  checkOneOf('poolType', poolType, Object.keys(kinds))
  checkOneOf('poolingConvention', poolingConvention, ['valid', 'full'])
  if (layout !== undefined) checkOneOf('layout', layout, [axes === 1 ? 'NCW' : 'NCHW'])
  const steps = globalPool ? null : stepsOf(data, options, axes)
  return made('pooling', options.out, () =>
    named('pooling', () => pool('pooling', data, { kind: kinds[poolType], steps, countIncludePad })),
  )
}

function stepsOf(data: NDArray, options: PoolingOptions, axes: number): PoolSteps {
  const { kernel, stride = 1, pad = 0, poolingConvention } = options
  if (kernel === undefined) {
    throw new OpError('pooling', `needs kernel, or globalPool: true, for data ${formatShape(data.shape)}`)
  }
  return {
    kernel: sizesOf('pooling', 'kernel', kernel, axes, 1),
    strides: sizesOf('pooling', 'stride', stride, axes, 1),
    padding: sizesOf('pooling', 'pad', pad, axes, 0),
    ceilMode: poolingConvention === 'full',
  }
}

function checkOneOf(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return
  const names = known.map((one) => `'${one}'`)
  const expected = [names.slice(0, -1).join(', '), names.slice(-1)].filter((part) => part.length > 0).join(' or ')
  throw new OpError('pooling', `${name} must be ${expected}, got ${nameOfKind(value)}`)
}
