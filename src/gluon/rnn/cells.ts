// RNNCell, LSTMCell and GRUCell: one step of a recurrent layer (MXNet 1.9.1, gluon/rnn/rnn_cell.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { matmul } from '../../ops/matmul/matmul.ts'
import { gruStep } from '../../ops/rnn/gru.ts'
import { lstmStep } from '../../ops/rnn/lstm.ts'
import { plainStep, type RnnActivation } from '../../ops/rnn/plain.ts'
import { checkCount, checkInput, checkPositions } from '../nn/arguments.ts'
import type { Parameter } from '../parameter.ts'
import { checkInputSize, checkStates, type RecurrentOptions, recurrentOptions, type StateInfo } from './arguments.ts'
import { HybridRecurrentCell } from './recurrentCell.ts'

/** Options of RNNCell. */
export interface RNNCellOptions extends RecurrentOptions {
  /** Default 'tanh'. */
  readonly activation?: RnnActivation
}

const rnnCellOptions: OptionNames<RNNCellOptions> = { ...recurrentOptions, activation: true }

/** Base of cells whose step is made of two products. */
abstract class ProductCell extends HybridRecurrentCell {
  readonly hiddenSize: number
  readonly #gates: number
  // under the names that MXNet saves
  readonly i2h_weight: Parameter
  readonly h2h_weight: Parameter
  readonly i2h_bias: Parameter
  readonly h2h_bias: Parameter

  protected constructor(name: string, gates: number, hiddenSize: number, options: RecurrentOptions) {
    super(options)
    const { inputSize = 0, i2hWeightInitializer = null, h2hWeightInitializer = null } = options
    const { i2hBiasInitializer = 'zeros', h2hBiasInitializer = 'zeros' } = options
    checkCount(name, 'hiddenSize', hiddenSize)
    checkInputSize(name, inputSize)
    const rows = gates * hiddenSize
    this.hiddenSize = hiddenSize
    this.#gates = gates
    this.i2h_weight = this.parameter('i2h_weight', { shape: [rows, inputSize], init: i2hWeightInitializer })
    this.h2h_weight = this.parameter('h2h_weight', { shape: [rows, hiddenSize], init: h2hWeightInitializer })
    this.i2h_bias = this.parameter('i2h_bias', { shape: [rows], init: i2hBiasInitializer })
    this.h2h_bias = this.parameter('h2h_bias', { shape: [rows], init: h2hBiasInitializer })
  }

  stateInfo(batchSize: number): StateInfo[] {
    return [{ shape: [batchSize, this.hiddenSize], layout: 'NC' }]
  }

  /** The products of the input and of the state, each with its bias. */
  protected products(inputs: NDArray, states: readonly NDArray[]): readonly [x: NDArray, h: NDArray] {
    checkInput(this.className, inputs)
    if (inputs.ndim !== 2) {
      throw new OpError(this.className, `the input must be (N, C), got ${formatShape(inputs.shape)}`)
    }
    const [samples, features] = inputs.shape
    const expected = this.i2h_weight.shape[1]
    if (expected > 0 && expected !== features) {
      throw new OpError(this.className, `the input has ${features} features, the weight takes ${expected}`)
    }
    checkStates(this.className, states, this.stateInfo(samples))
    this.i2h_weight.inferShape([this.#gates * this.hiddenSize, features])
    const of = (x: NDArray, weight: Parameter, bias: Parameter) =>
      matmul(x, weight.data(), bias.data(), { transposeB: true })
    return [of(inputs, this.i2h_weight, this.i2h_bias), of(states[0], this.h2h_weight, this.h2h_bias)]
  }

  override describe(): string {
    const [rows, features] = this.i2h_weight.shape
    return `${this.className}(${features || 'None'} -> ${rows})`
  }
}

/** h' = tanh or relu of Wᵢ x + bᵢ + Wₕ h + bₕ. */
export class RNNCell extends ProductCell {
  static override readonly className: string = 'RNNCell'
  static override readonly hint: string | undefined = 'rnn'
  readonly activation: RnnActivation

  constructor(hiddenSize: number, options: RNNCellOptions = {}) {
    checkPositions('RNNCell', ['hiddenSize'], hiddenSize, rnnCellOptions)
    checkOptions('RNNCell', options, "{ activation: 'relu' }", rnnCellOptions)
    const { activation = 'tanh' } = options
    if (activation !== 'relu' && activation !== 'tanh') {
      throw new OpError('RNNCell', `activation must be 'relu' or 'tanh', got ${nameOfKind(activation)}`)
    }
    super('RNNCell', 1, hiddenSize, options)
    this.activation = activation
  }

  forward(inputs: NDArray, states: readonly NDArray[]): [NDArray, NDArray[]] {
    const h = plainStep(...this.products(inputs, states), this.activation)
    return [h, [h]]
  }

  override describe(): string {
    return `${super.describe().slice(0, -1)}, ${this.activation})`
  }
}

/** A step of a long short-term memory; its states are h and c. */
export class LSTMCell extends ProductCell {
  static override readonly className: string = 'LSTMCell'
  static override readonly hint: string | undefined = 'lstm'

  constructor(hiddenSize: number, options: RecurrentOptions = {}) {
    checkPositions('LSTMCell', ['hiddenSize'], hiddenSize, recurrentOptions)
    checkOptions('LSTMCell', options, '{ inputSize: 32 }', recurrentOptions)
    super('LSTMCell', 4, hiddenSize, options)
  }

  override stateInfo(batchSize: number): StateInfo[] {
    const [h] = super.stateInfo(batchSize)
    return [h, h]
  }

  forward(inputs: NDArray, states: readonly NDArray[]): [NDArray, NDArray[]] {
    const next = lstmStep(...this.products(inputs, states), states[1])
    return [next[0], next]
  }
}

/** A step of gated recurrent units. */
export class GRUCell extends ProductCell {
  static override readonly className: string = 'GRUCell'
  static override readonly hint: string | undefined = 'gru'

  constructor(hiddenSize: number, options: RecurrentOptions = {}) {
    checkPositions('GRUCell', ['hiddenSize'], hiddenSize, recurrentOptions)
    checkOptions('GRUCell', options, '{ inputSize: 32 }', recurrentOptions)
    super('GRUCell', 3, hiddenSize, options)
  }

  forward(inputs: NDArray, states: readonly NDArray[]): [NDArray, NDArray[]] {
    const h = gruStep(...this.products(inputs, states), states[0])
    return [h, [h]]
  }
}
