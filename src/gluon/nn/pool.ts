// Pooling layers of images and sequences (MXNet 1.9.1, gluon/nn/conv_layers.py).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { average, maximum, type PoolKind, pooling } from '../../ops/pool/pooling.ts'
import { type Sizes, sizesOf } from '../../ops/spatial.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import { checkInput, checkLayout, type Pair, type Single } from './arguments.ts'

/** Options of maximum pooling, with sizes for each spatial axis. */
export interface WindowOptions<Size, Layout> extends BlockOptions {
  /** Size of the window. Default 2. */
  readonly poolSize?: Size
  /** Steps of the window. Default its size. */
  readonly strides?: Size | null
  /** At most half the window. Default 0. */
  readonly padding?: Size
  /** Rounds the output size up instead of down. A last window that would start behind the input is dropped. */
  readonly ceilMode?: boolean
  readonly layout?: Layout
}

/** Options of average pooling, with sizes for each spatial axis. */
export interface AvgWindowOptions<Size, Layout> extends WindowOptions<Size, Layout> {
  /** Counts padding in the divisor. Default true. */
  readonly countIncludePad?: boolean
}

/** Options of MaxPool1D. */
export type Pool1DOptions = WindowOptions<Single, 'NCW'>
/** Options of AvgPool1D. */
export type AvgPool1DOptions = AvgWindowOptions<Single, 'NCW'>
/** Options of MaxPool2D. */
export type PoolOptions = WindowOptions<Pair, 'NCHW'>
/** Options of AvgPool2D. */
export type AvgPoolOptions = AvgWindowOptions<Pair, 'NCHW'>

/** Options of global pooling. */
export interface GlobalPoolOptions<Layout> extends BlockOptions {
  readonly layout?: Layout
}

const maxNames: OptionNames<WindowOptions<Sizes, string>> = {
  ...blockOptions,
  poolSize: true,
  strides: true,
  padding: true,
  ceilMode: 'boolean',
  layout: 'string',
}

const avgNames: OptionNames<AvgWindowOptions<Sizes, string>> = { ...maxNames, countIncludePad: 'boolean' }

const globalNames: OptionNames<GlobalPoolOptions<string>> = { ...blockOptions, layout: 'string' }

/** What a pooling layer is: the same for all of its class. */
interface Form {
  readonly axes: 1 | 2
  readonly kind: PoolKind
  /** Whether its window is the whole input. */
  readonly isGlobal?: boolean
}

/** What all pooling layers have in common; the lists have a number for each spatial axis. */
abstract class Pool<List extends readonly number[]> extends HybridBlock {
  static override readonly hint: string | undefined = 'pool'
  readonly poolSize: List
  readonly strides: List
  readonly padding: List
  readonly ceilMode: boolean
  readonly countIncludePad: boolean
  readonly #form: Form

  constructor(options: AvgWindowOptions<Sizes, string>, form: Form) {
    const name = new.target.className
    const { axes, kind, isGlobal = false } = form
    const names = isGlobal ? globalNames : kind.name === 'avg' ? avgNames : maxNames
    const example = isGlobal ? "{ prefix: 'pool0_' }" : '{ poolSize: 3, strides: 2 }'
    checkOptions(name, options, example, names as OptionNames<typeof options>)
    super(options)
    const { poolSize = isGlobal ? 1 : 2, padding = 0, ceilMode = isGlobal, countIncludePad = true, layout } = options
    const list = (of: string, value: Sizes, least: number) => sizesOf(name, of, value, axes, least) as List
    checkLayout(name, layout, layoutOf(axes))
    this.poolSize = list('poolSize', poolSize, 1)
    this.strides = list('strides', options.strides ?? this.poolSize, 1)
    this.padding = list('padding', padding, 0)
    this.ceilMode = ceilMode
    this.countIncludePad = countIncludePad
    this.#form = form
  }

  forward(x: NDArray): NDArray {
    const { className, poolSize: kernel, strides, padding, ceilMode, countIncludePad } = this
    const { axes, kind, isGlobal } = this.#form
    checkInput(className, x)
    if (x.ndim !== 2 + axes) {
      const form = axes === 1 ? '(N, C, W)' : '(N, C, H, W)'
      throw new OpError(className, `the input must be ${form}, got ${formatShape(x.shape)}`)
    }
    const steps = isGlobal ? null : { kernel, strides, padding, ceilMode }
    return pooling(className, x, { kind, steps, countIncludePad })
  }

  override describe(): string {
    const python = (flag: boolean): string => (flag ? 'True' : 'False')
    const [size, stride, padding] = [this.poolSize, this.strides, this.padding].map(formatShape)
    const { axes, kind, isGlobal = false } = this.#form
    return (
      `${this.className}(size=${size}, stride=${stride}, padding=${padding}, ceil_mode=${python(this.ceilMode)}, ` +
      `global_pool=${python(isGlobal)}, pool_type=${kind.name}, layout=${layoutOf(axes)})`
    )
  }
}

const layoutOf = (axes: 1 | 2) => (axes === 1 ? 'NCW' : 'NCHW')

/** The largest element of each window of (N, C, W). Padding never wins; the gradient goes to the first of equals. */
export class MaxPool1D extends Pool<readonly [number]> {
  static override readonly className: string = 'MaxPool1D'

  constructor(options: Pool1DOptions = {}) {
    super(options, { axes: 1, kind: maximum })
  }
}

/** The largest element of each window of (N, C, H, W). Padding never wins; the gradient goes to the first of equals. */
export class MaxPool2D extends Pool<readonly [number, number]> {
  static override readonly className: string = 'MaxPool2D'

  constructor(options: PoolOptions = {}) {
    super(options, { axes: 2, kind: maximum })
  }
}

/** The mean of each window of (N, C, W). */
export class AvgPool1D extends Pool<readonly [number]> {
  static override readonly className: string = 'AvgPool1D'

  constructor(options: AvgPool1DOptions = {}) {
    super(options, { axes: 1, kind: average })
  }
}

/** The mean of each window of (N, C, H, W). */
export class AvgPool2D extends Pool<readonly [number, number]> {
  static override readonly className: string = 'AvgPool2D'

  constructor(options: AvgPoolOptions = {}) {
    super(options, { axes: 2, kind: average })
  }
}

/** The largest element of each channel: (N, C, 1). */
export class GlobalMaxPool1D extends Pool<readonly [number]> {
  static override readonly className: string = 'GlobalMaxPool1D'

  constructor(options: GlobalPoolOptions<'NCW'> = {}) {
    super(options, { axes: 1, kind: maximum, isGlobal: true })
  }
}

/** The largest element of each channel: (N, C, 1, 1). */
export class GlobalMaxPool2D extends Pool<readonly [number, number]> {
  static override readonly className: string = 'GlobalMaxPool2D'

  constructor(options: GlobalPoolOptions<'NCHW'> = {}) {
    super(options, { axes: 2, kind: maximum, isGlobal: true })
  }
}

/** The mean of each channel: (N, C, 1). */
export class GlobalAvgPool1D extends Pool<readonly [number]> {
  static override readonly className: string = 'GlobalAvgPool1D'

  constructor(options: GlobalPoolOptions<'NCW'> = {}) {
    super(options, { axes: 1, kind: average, isGlobal: true })
  }
}

/** The mean of each channel: (N, C, 1, 1). */
export class GlobalAvgPool2D extends Pool<readonly [number, number]> {
  static override readonly className: string = 'GlobalAvgPool2D'

  constructor(options: GlobalPoolOptions<'NCHW'> = {}) {
    super(options, { axes: 2, kind: average, isGlobal: true })
  }
}
