// Pooling layers (MXNet 1.9.1, gluon/nn/conv_layers.py).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { averagePool, maxPool } from '../../ops/pool/pool.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import { checkInput, checkLayout, type Pair, pairOf } from './arguments.ts'

/** Options of the pooling layers. */
export interface PoolOptions extends BlockOptions {
  /** Size of the window. Default 2. */
  readonly poolSize?: Pair
  /** Steps of the window. Default its size. */
  readonly strides?: Pair | null
  /** At most half the window; default 0. */
  readonly padding?: Pair
  /** Rounds the output size up instead of down; a last window that would start behind the image is left out. */
  readonly ceilMode?: boolean
  readonly layout?: 'NCHW'
}

const poolOptions: OptionNames<PoolOptions> = {
  ...blockOptions,
  poolSize: true,
  strides: true,
  padding: true,
  ceilMode: true,
  layout: true,
}

/** Options of AvgPool2D. */
export interface AvgPoolOptions extends PoolOptions {
  /** Counts padding in the divisor. Default true. */
  readonly countIncludePad?: boolean
}

const avgPoolOptions: OptionNames<AvgPoolOptions> = { ...poolOptions, countIncludePad: true }

const poolExample = '{ poolSize: 3, strides: 2 }'

abstract class Pool extends HybridBlock {
  static override readonly hint: string | undefined = 'pool'
  readonly poolSize: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly ceilMode: boolean
  /** `max` or `avg`, as printed. */
  protected abstract readonly kind: string
  protected readonly isGlobal: boolean = false

  constructor(options: PoolOptions) {
    super(options)
    const name = new.target.className
    checkLayout(name, options.layout)
    this.poolSize = pairOf(name, 'poolSize', options.poolSize ?? 2, 1)
    this.strides = pairOf(name, 'strides', options.strides ?? this.poolSize, 1)
    this.padding = pairOf(name, 'padding', options.padding ?? 0, 0)
    this.ceilMode = options.ceilMode ?? false
  }

  /** The window for an input: its whole area when the pooling is global. */
  protected window(x: NDArray): { kernel: readonly [number, number]; strides: readonly [number, number] } {
    checkInput(this.className, x)
    if (x.ndim !== 4) throw new OpError(this.className, `the input must be (N, C, H, W), got ${formatShape(x.shape)}`)
    const whole = [x.shape[2], x.shape[3]] as const
    return this.isGlobal ? { kernel: whole, strides: whole } : { kernel: this.poolSize, strides: this.strides }
  }

  override describe(): string {
    const python = (flag: boolean): string => (flag ? 'True' : 'False')
    const size = formatShape(this.isGlobal ? [1, 1] : this.poolSize)
    const strides = formatShape(this.isGlobal ? [1, 1] : this.strides)
    const ceil = python(this.isGlobal || this.ceilMode)
    return (
      `${this.className}(size=${size}, stride=${strides}, padding=${formatShape(this.padding)}, ceil_mode=${ceil}, ` +
      `global_pool=${python(this.isGlobal)}, pool_type=${this.kind}, layout=NCHW)`
    )
  }
}

/** The largest element of each window. Padding never wins; the gradient goes to the first of equals. */
export class MaxPool2D extends Pool {
  static override readonly className: string = 'MaxPool2D'
  protected readonly kind = 'max'

  constructor(options: PoolOptions = {}) {
    checkOptions('MaxPool2D', options, poolExample, poolOptions)
    super(options)
  }

  forward(x: NDArray): NDArray {
    return maxPool(x, { ...this.window(x), padding: this.padding, ceilMode: this.ceilMode })
  }
}

/** The mean of each window. */
export class AvgPool2D extends Pool {
  static override readonly className: string = 'AvgPool2D'
  protected readonly kind = 'avg'
  readonly countIncludePad: boolean

  constructor(options: AvgPoolOptions = {}) {
    checkOptions('AvgPool2D', options, poolExample, avgPoolOptions)
    super(options)
    this.countIncludePad = options.countIncludePad ?? true
  }

  forward(x: NDArray): NDArray {
    const { padding, ceilMode, countIncludePad } = this
    return averagePool(x, { ...this.window(x), padding, ceilMode, countIncludePad })
  }
}

/** The largest element of each channel: (N, C, 1, 1). */
export class GlobalMaxPool2D extends MaxPool2D {
  static override readonly className: string = 'GlobalMaxPool2D'
  protected override readonly isGlobal: boolean = true

  constructor(options: BlockOptions = {}) {
    checkOptions('GlobalMaxPool2D', options, "{ prefix: 'pool0_' }", blockOptions)
    super(options)
  }
}

/** The mean of each channel: (N, C, 1, 1). */
export class GlobalAvgPool2D extends AvgPool2D {
  static override readonly className: string = 'GlobalAvgPool2D'
  protected override readonly isGlobal: boolean = true

  constructor(options: BlockOptions = {}) {
    checkOptions('GlobalAvgPool2D', options, "{ prefix: 'pool0_' }", blockOptions)
    super(options)
  }
}
