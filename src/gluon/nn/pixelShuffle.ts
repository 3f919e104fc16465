// PixelShuffle1D and PixelShuffle2D: channels that become pixels between those of the input (MXNet 1.9.1, gluon/contrib/nn).
import { checkOptions, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatGiven, formatShape } from '../../core/shape.ts'
import { reshape } from '../../ops/view/reshape.ts'
import { transpose } from '../../ops/view/transpose.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import { checkInput } from './arguments.ts'

/** Names of the axes of an input, by how many of them are spatial. */
const layouts = ['', '(N, C, W)', '(N, C, H, W)']

/** What both have: channel (c · f + i) of pixel p becomes channel c of pixel (p · f + i), along each spatial axis. */
class PixelShuffle extends HybridBlock {
  /** By what each spatial axis grows. */
  readonly factor: readonly number[]

  constructor(className: string, axes: number, factor: number | readonly number[], options: BlockOptions) {
    checkOptions(className, options, "{ prefix: 'shuffle_' }", blockOptions)
    super(options)
    this.factor = typeof factor === 'number' ? Array<number>(axes).fill(factor) : factor
    const good = Array.isArray(this.factor) && this.factor.length === axes
    if (good && this.factor.every((n) => Number.isInteger(n) && n > 0)) return
    const expected = axes === 1 ? 'a positive integer' : `a positive integer or a list of ${axes}`
    throw new OpError(className, `factor must be ${expected}, got ${formatGiven(factor)}`)
  }

  forward(x: NDArray): NDArray {
    const { className, factor } = this
    checkInput(className, x)
    const block = factor.reduce((product, n) => product * n, 1)
    if (x.ndim !== factor.length + 2 || x.shape[1] % block !== 0) {
      const expected = `${layouts[factor.length]} with a multiple of ${block} channels`
      throw new OpError(className, `the input must be ${expected}, got ${formatShape(x.shape)}`)
    }
    const [n, depth, ...sizes] = x.shape
    const channels = depth / block
    const axes = sizes.flatMap((_, k) => [2 + factor.length + k, 2 + k])
    const cut = transpose(reshape(x, [n, channels, ...factor, ...sizes]), [0, 1, ...axes])
    return reshape(cut, [n, channels, ...sizes.map((size, k) => size * factor[k])])
  }

  override describe(): string {
    return `${this.className}(${this.factor.join(', ')})`
  }
}

/** Sequences (N, f C, W) as (N, C, f W). */
export class PixelShuffle1D extends PixelShuffle {
  static override readonly className: string = 'PixelShuffle1D'

  constructor(factor: number | readonly [number], options: BlockOptions = {}) {
    super('PixelShuffle1D', 1, factor, options)
  }
}

/** Images (N, f² C, H, W) as (N, C, f H, f W); `factor` is one number, or one for each of height and width. */
export class PixelShuffle2D extends PixelShuffle {
  static override readonly className: string = 'PixelShuffle2D'

  constructor(factor: number | readonly [number, number], options: BlockOptions = {}) {
    super('PixelShuffle2D', 2, factor, options)
  }
}
