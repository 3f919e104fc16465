// Concurrent and HybridConcurrent: blocks side by side, whose results are joined (MXNet 1.9.1, gluon/contrib/nn).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { concat } from '../../ops/concat/concat.ts'
import { type Block, type BlockOptions, blockOptions } from '../block.ts'
import { checkInput } from './arguments.ts'
import { HybridSequential, Sequential } from './sequential.ts'

/** Options of Concurrent and HybridConcurrent. */
export interface ConcurrentOptions extends BlockOptions {
  /** Along which axis the results are joined. Default the last, -1. */
  readonly axis?: number
}

const concurrentOptions: OptionNames<ConcurrentOptions> = { ...blockOptions, axis: 'number' }

/** The options of the container, without the axis. */
function checked(op: string, options: ConcurrentOptions): BlockOptions {
  checkOptions(op, options, '{ axis: 1 }', concurrentOptions)
  const { axis: _, ...others } = options
  return others
}

function joined(op: string, blocks: Iterable<Block>, x: NDArray, axis: number): NDArray {
  checkInput(op, x)
  const results = Array.from(blocks, (block) => block(x))
  if (results.length === 0) throw new OpError(op, 'has no blocks whose results it could join: add some')
  return concat(...results, { dim: axis })
}

/** Gives its input to each of its blocks, and joins their results along an axis. */
export class Concurrent extends Sequential {
  static override readonly className: string = 'Concurrent'
  static override readonly hint: string | undefined = 'concurrent'
  /** Along which axis the results are joined. */
  axis: number

  constructor(options: ConcurrentOptions = {}) {
    super(checked('Concurrent', options))
    this.axis = options.axis ?? -1
  }

  override forward(x: NDArray): NDArray {
    return joined('Concurrent', this, x, this.axis)
  }

  override slice(begin?: number, end?: number): this {
    return Object.assign(super.slice(begin, end), { axis: this.axis })
  }
}

/** A Concurrent that may be captured; its blocks are HybridBlocks. */
export class HybridConcurrent extends HybridSequential {
  static override readonly className: string = 'HybridConcurrent'
  static override readonly hint: string | undefined = 'hybridconcurrent'
  /** Along which axis the results are joined. */
  axis: number

  constructor(options: ConcurrentOptions = {}) {
    super(checked('HybridConcurrent', options))
    this.axis = options.axis ?? -1
  }

  override forward(x: NDArray): NDArray {
    return joined('HybridConcurrent', this, x, this.axis)
  }

  override slice(begin?: number, end?: number): this {
    return Object.assign(super.slice(begin, end), { axis: this.axis })
  }
}
