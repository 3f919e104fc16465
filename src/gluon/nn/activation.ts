// Activation: a pointwise function as a layer.
import type { NDArray } from '../../core/ndarray.ts'
import { type ActivationName, activate } from '../../ops/pointwise/pointwise.ts'
import { type BlockOptions, HybridBlock } from '../block.ts'

/** Applies relu, sigmoid, tanh, softrelu or softsign to each element. */
export class Activation extends HybridBlock {
  static override readonly className: string = 'Activation'
  /** Name of the function. */
  readonly activation: ActivationName

  constructor(activation: ActivationName, options: BlockOptions = {}) {
    super(options, activation)
    this.activation = activation
  }

  forward(x: NDArray): NDArray {
    return activate(this.activation, x)
  }

  override describe(): string {
    return `Activation(${this.activation})`
  }
}
