// Activation: a pointwise function as a layer.
import { checkOptions } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { type ActivationName, checkActivation } from '../../ops/activations.ts'
import { activate } from '../../ops/elementwise/elementwise.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import { checkInput } from './arguments.ts'

/** Applies relu, sigmoid, tanh, softrelu or softsign to each element. */
export class Activation extends HybridBlock {
  static override readonly className: string = 'Activation'
  /** Name of the function. */
  readonly activation: ActivationName

  constructor(activation: ActivationName, options: BlockOptions = {}) {
    checkOptions('Activation', options, "{ prefix: 'relu0_' }", blockOptions)
    super(options, checkActivation('Activation', activation))
    this.activation = activation
  }

  forward(x: NDArray): NDArray {
    checkInput(this.className, x)
    return activate(this.activation, x)
  }

  override describe(): string {
    return `Activation(${this.activation})`
  }
}
