// Embedding: a vector for each word of a vocabulary (MXNet 1.9.1, gluon/nn/basic_layers.py).
import type { DType } from '../../core/dtype.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { Initializer } from '../../init/initializer.ts'
import { take } from '../../ops/take/index.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import type { Parameter } from '../parameter.ts'
import { checkCount, checkInput, checkPositions } from './arguments.ts'

/** Options of Embedding. */
export interface EmbeddingOptions extends BlockOptions {
  /** Element type of the vectors. Default 'float32'. */
  readonly dtype?: DType
  /** How the vectors are drawn. Default as the network's parameters. */
  readonly weightInitializer?: Initializer | string | null
  /** The gradient is always dense: only false. */
  readonly sparseGrad?: false
}

const embeddingOptions: OptionNames<EmbeddingOptions> = {
  ...blockOptions,
  dtype: true,
  weightInitializer: true,
  sparseGrad: 'boolean',
}

/**
 * The rows of the weight (inputDim, outputDim) that indices name: indices of shape (…) give (…, outputDim). Indices out of
 * range become the nearest in range, as in Gluon.
 */
export class Embedding extends HybridBlock {
  static override readonly className: string = 'Embedding'
  readonly inputDim: number
  readonly outputDim: number
  readonly weight: Parameter

  constructor(inputDim: number, outputDim: number, options: EmbeddingOptions = {}) {
    checkPositions('Embedding', ['inputDim', 'outputDim'], inputDim, embeddingOptions)
    checkOptions('Embedding', options, "{ weightInitializer: 'xavier' }", embeddingOptions)
    checkCount('Embedding', 'inputDim', inputDim)
    checkCount('Embedding', 'outputDim', outputDim)
    const { dtype = 'float32', weightInitializer = null, sparseGrad = false } = options
    if (sparseGrad) throw new OpError('Embedding', 'there are no sparse gradients: leave out sparseGrad')
    super(options)
    this.inputDim = inputDim
    this.outputDim = outputDim
    this.weight = this.parameter('weight', { shape: [inputDim, outputDim], dtype, init: weightInitializer })
  }

  forward(x: NDArray): NDArray {
    checkInput('Embedding', x, 'indices')
    return take(this.weight.data(), x)
  }

  override describe(): string {
    return `Embedding(${this.inputDim} -> ${this.outputDim}, ${this.weight.dtype})`
  }
}
