// Affine: what layers with a weight, a bias and an activation behind them have in common.
import type { OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { Initializer } from '../../init/initializer.ts'
import { type ActivationName, checkActivation } from '../../ops/activations.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import type { Parameter } from '../parameter.ts'
import { Activation } from './activations.ts'

/** Options of layers with a weight and a bias. */
export interface AffineOptions extends BlockOptions {
  /** Applied to the result. Default nothing. */
  readonly activation?: ActivationName | null
  /** Whether there is a bias. Default true. */
  readonly useBias?: boolean
  /** How the weight is drawn. Default as the network's parameters. */
  readonly weightInitializer?: Initializer | string | null
  /** How the bias is drawn. Default zeros. */
  readonly biasInitializer?: Initializer | string
}

/** The bias of a layer by its option `useBias`, as far as that is known. */
export type BiasOf<Bias extends boolean> = Bias extends true ? Parameter : null

/** The names of AffineOptions. */
export const affineOptions: OptionNames<AffineOptions> = {
  ...blockOptions,
  activation: true,
  useBias: 'boolean',
  weightInitializer: true,
  biasInitializer: true,
}

/** Base of layers with a weight, a bias and an activation, which the op fuses while no hook watches it. */
export abstract class Affine extends HybridBlock {
  readonly weight: Parameter
  readonly bias: Parameter | null
  /** The activation, as a child with a name of its own. */
  readonly act: Activation | null

  /** The bias has `outputs` elements; sizes of 0 in the weight's shape are shown by the first batch. */
  constructor(options: AffineOptions, weightShape: readonly number[], outputs: number) {
    super(options)
    const { activation, useBias = true, weightInitializer = null, biasInitializer = 'zeros' } = options
    this.weight = this.parameter('weight', { shape: weightShape, init: weightInitializer })
    this.bias = useBias ? this.parameter('bias', { shape: [outputs], init: biasInitializer }) : null
    const name = activation && checkActivation('Activation', activation)
    this.act = name ? this.nameScope(() => new Activation(name, { prefix: `${name}_` })) : null
  }

  /** The activation that the op is to fuse, as the last part of its attributes. */
  protected get fused(): { readonly activation?: ActivationName } {
    return this.act && !this.act.hooked ? { activation: this.act.activation } : {}
  }

  /** The activation of what the op gave, unless that has it already. */
  protected activated(y: NDArray): NDArray {
    return this.act?.hooked ? this.act(y) : y
  }

  override toString(): string {
    return this.describe()
  }
}
