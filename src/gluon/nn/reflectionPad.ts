// ReflectionPad2D: images with a border that mirrors them (MXNet 1.9.1, gluon/nn/conv_layers.py).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatGiven, formatShape } from '../../core/shape.ts'
import { pad } from '../../ops/view/pad.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import { checkInput } from './arguments.ts'

/** Options of ReflectionPad2D. */
export interface ReflectionPad2DOptions extends BlockOptions {
  /** Pixels on each side of height and width; or eight widths, before and behind N, C, H and W. Default 0. */
  readonly padding?: number | readonly number[]
}

const padOptions: OptionNames<ReflectionPad2DOptions> = { ...blockOptions, padding: true }

/** Images (N, C, H, W) with a border of their own pixels, mirrored at the edge, which is not repeated. */
export class ReflectionPad2D extends HybridBlock {
  static override readonly className: string = 'ReflectionPad2D'
  /** Widths before and behind each axis. */
  readonly padding: readonly number[]

  constructor(options: ReflectionPad2DOptions = {}) {
    checkOptions('ReflectionPad2D', options, '{ padding: 2 }', padOptions)
    super(options)
    const { padding = 0 } = options
    const widths = typeof padding === 'number' ? [0, 0, 0, 0, padding, padding, padding, padding] : padding
    if (!Array.isArray(widths) || widths.length !== 8 || !widths.every((n) => Number.isInteger(n) && n >= 0)) {
      const got = formatGiven(padding)
      throw new OpError('ReflectionPad2D', `padding must be a non-negative integer, or eight of them, got ${got}`)
    }
    this.padding = widths
  }

  forward(x: NDArray): NDArray {
    checkInput('ReflectionPad2D', x)
    if (x.ndim !== 4)
      throw new OpError('ReflectionPad2D', `the input must be (N, C, H, W), got ${formatShape(x.shape)}`)
    return pad(x, 'reflect', this.padding)
  }
}
