// Dense, Dropout and Flatten.
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, listOf } from '../../core/shape.ts'
import { dropInTraining } from '../../ops/dropout/inTraining.ts'
import { fullyConnect, rowSize } from '../../ops/matmul/fullyConnect.ts'
import { flatten } from '../../ops/view/reshape.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import { Affine, type AffineOptions, affineOptions, type BiasOf } from './affine.ts'
import { checkCount, checkInput, checkPositions } from './arguments.ts'

/** Options of Dense. */
export interface DenseOptions<Bias extends boolean = boolean> extends AffineOptions {
  readonly useBias?: Bias
  /** Takes all axes but the first as one. Default otherwise only the last axis changes. True. */
  readonly flatten?: boolean
  /** Size of the input. By default the first batch shows it. */
  readonly inUnits?: number
}

const denseOptions: OptionNames<DenseOptions> = { ...affineOptions, flatten: 'boolean', inUnits: 'number' }

/** y = x·Wᵀ + b, W of shape (units, inUnits). */
export class Dense<Bias extends boolean = true> extends Affine {
  declare readonly bias: BiasOf<Bias>
  static override readonly className: string = 'Dense'
  readonly units: number
  readonly #flatten: boolean

  constructor(units: number, options: DenseOptions<Bias> = {}) {
    checkPositions('Dense', ['units'], units, denseOptions)
    checkOptions('Dense', options, "{ activation: 'relu' }", denseOptions)
    checkCount('Dense', 'units', units)
    super(options, [units, options.inUnits ?? 0], units)
    this.units = units
    this.#flatten = options.flatten ?? true
  }

  forward(x: NDArray): NDArray {
    checkInput(this.className, x)
    const flatten = this.#flatten
    const inUnits = rowSize(x, flatten)
    const expected = this.weight.shape[1]
    if ((expected > 0 || this.weight.initialized) && expected !== inUnits) {
      throw new OpError(
        'Dense',
        `the input has ${inUnits} units (shape ${formatShape(x.shape)}), the weight takes ${expected}`,
      )
    }
    this.weight.inferShape([this.units, inUnits])
    const y = fullyConnect('Dense', x, this.weight.data(), this.bias?.data() ?? null, { flatten, ...this.fused })
    return this.activated(y)
  }

  override describe(): string {
    const from = this.weight.shape[1] || 'None'
    return `Dense(${from} -> ${this.units}, ${this.act ? this.act.describe() : 'linear'})`
  }
}

/** Options of Dropout. */
export interface DropoutOptions extends BlockOptions {
  /** Axes along which one mask value is shared. */
  readonly axes?: readonly number[]
}

const dropoutOptions: OptionNames<DropoutOptions> = { ...blockOptions, axes: true }

/** In training keeps each element with probability 1 − rate and scales it by 1 ÷ (1 − rate); else the identity. */
export class Dropout extends HybridBlock {
  static override readonly className: string = 'Dropout'
  readonly rate: number
  readonly axes: readonly number[]

  constructor(rate: number, options: DropoutOptions = {}) {
    checkPositions('Dropout', ['rate'], rate, dropoutOptions)
    checkOptions('Dropout', options, '{ axes: [1] }', dropoutOptions)
    super(options)
    if (!(typeof rate === 'number' && rate >= 0 && rate < 1)) {
      throw new OpError('Dropout', `the rate must be from 0 to below 1, got ${nameOfKind(rate)}`)
    }
    this.rate = rate
    this.axes = listOf('Dropout', options.axes ?? [])
  }

  forward(x: NDArray): NDArray {
    checkInput(this.className, x)
    return dropInTraining(x, this.rate, { axes: this.axes })
  }

  override describe(): string {
    return `Dropout(p = ${this.rate}, axes=${formatShape(this.axes)})`
  }
}

/** (N, …) becomes (N, product of the rest). */
export class Flatten extends HybridBlock {
  static override readonly className: string = 'Flatten'

  constructor(options: BlockOptions = {}) {
    checkOptions('Flatten', options, "{ prefix: 'flatten0_' }", blockOptions)
    super(options)
  }

  forward(x: NDArray): NDArray {
    checkInput(this.className, x)
    return flatten(x)
  }
}
