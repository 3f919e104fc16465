// RNN, LSTM and GRU as layers over whole sequences (MXNet 1.9.1, gluon/rnn/rnn_layer.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { mode } from '../../core/tape.ts'
import { concat } from '../../ops/concat/concat.ts'
import { stack } from '../../ops/concat/stack.ts'
import { dropout } from '../../ops/dropout/dropout.ts'
import type { Cell } from '../../ops/rnn/gates.ts'
import { gru } from '../../ops/rnn/gru.ts'
import { lstm } from '../../ops/rnn/lstm.ts'
import { plainCells, type RnnActivation } from '../../ops/rnn/plain.ts'
import { recurrence } from '../../ops/rnn/recurrence.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { sliceAxis } from '../../ops/view/slice.ts'
import { swapaxes } from '../../ops/view/transpose.ts'
import { HybridBlock } from '../block.ts'
import { checkCount, checkInput, checkPositions } from '../nn/arguments.ts'
import type { Parameter } from '../parameter.ts'
import {
  checkInputSize,
  checkSequenceLayout,
  checkStates,
  type Layout,
  type RecurrentOptions,
  recurrentOptions,
  type StateInfo,
} from './arguments.ts'
import { type BeginStateOptions, makeStates } from './states.ts'

/** Options of LSTM and GRU. */
export interface RecurrentLayerOptions extends RecurrentOptions {
  /** Layers on top of each other. Default 1. */
  readonly numLayers?: number
  /** The order of the axes of inputs and outputs: T steps, N samples, C features. Default 'TNC'. */
  readonly layout?: Layout
  /** Share of the outputs of each layer but the last that training drops. Default 0. */
  readonly dropout?: number
  /** Whether each layer also goes from the last step to the first; outputs have twice the features. Default false. */
  readonly bidirectional?: boolean
}

/** Options of RNN. */
export interface RNNOptions extends RecurrentLayerOptions {
  /** Default 'relu'. */
  readonly activation?: RnnActivation
}

const layerOptions: OptionNames<RecurrentLayerOptions> = {
  ...recurrentOptions,
  numLayers: 'number',
  layout: true,
  dropout: 'number',
  bidirectional: 'boolean',
}

const rnnOptions: OptionNames<RNNOptions> = { ...layerOptions, activation: true }

/** The parameters of a layer in one direction. */
interface Weights {
  readonly i2hWeight: Parameter
  readonly h2hWeight: Parameter
  readonly i2hBias: Parameter
  readonly h2hBias: Parameter
}

/**
 * Base of recurrent layers. Called with inputs (T, N, C) it starts from zeros and returns the outputs
 * (T, N, hiddenSize); called with states too, it returns the outputs and the list of the last states.
 */
export abstract class RecurrentLayer extends HybridBlock {
  readonly hiddenSize: number
  readonly numLayers: number
  readonly layout: Layout
  readonly dropout: number
  readonly bidirectional: boolean
  readonly #cell: Cell

  protected constructor(cell: Cell, hiddenSize: number, options: RecurrentLayerOptions) {
    super(options)
    this.#cell = cell
    const { numLayers = 1, layout = 'TNC', dropout = 0, bidirectional = false, inputSize = 0 } = options
    checkCount(cell.name, 'hiddenSize', hiddenSize)
    checkCount(cell.name, 'numLayers', numLayers)
    checkSequenceLayout(cell.name, layout)
    checkInputSize(cell.name, inputSize)
    if (!(dropout >= 0 && dropout < 1)) {
      throw new OpError(cell.name, `dropout must be from 0 to below 1, got ${nameOfKind(dropout)}`)
    }
    this.hiddenSize = hiddenSize
    this.numLayers = numLayers
    this.layout = layout
    this.dropout = dropout
    this.bidirectional = bidirectional
    for (let layer = 0; layer < numLayers; layer++) {
      const features = layer === 0 ? inputSize : hiddenSize * this.#directions.length
      for (const direction of this.#directions) this.#define(direction + layer, features, options)
    }
  }

  get #directions(): readonly string[] {
    return this.bidirectional ? ['l', 'r'] : ['l']
  }

  /** Makes the parameters of a layer in one direction, as properties under MXNet's names. */
  #define(place: string, features: number, options: RecurrentLayerOptions): void {
    const rows = this.#cell.gates * this.hiddenSize
    const { i2hWeightInitializer = null, h2hWeightInitializer = null } = options
    const { i2hBiasInitializer = 'zeros', h2hBiasInitializer = 'zeros' } = options
    const made = {
      i2h_weight: { shape: [rows, features], init: i2hWeightInitializer },
      h2h_weight: { shape: [rows, this.hiddenSize], init: h2hWeightInitializer },
      i2h_bias: { shape: [rows], init: i2hBiasInitializer },
      h2h_bias: { shape: [rows], init: h2hBiasInitializer },
    }
    const own = this as unknown as Record<string, Parameter>
    for (const [name, given] of Object.entries(made)) {
      own[`${place}_${name}`] = this.parameter(`${place}_${name}`, given)
    }
  }

  #weights(place: string): Weights {
    const own = this as unknown as Record<string, Parameter>
    return {
      i2hWeight: own[`${place}_i2h_weight`],
      h2hWeight: own[`${place}_h2h_weight`],
      i2hBias: own[`${place}_i2h_bias`],
      h2hBias: own[`${place}_h2h_bias`],
    }
  }

  /** What the states are for a batch: (layers · directions, N, hiddenSize) each. */
  stateInfo(batchSize: number): StateInfo[] {
    const shape = [this.numLayers * this.#directions.length, batchSize, this.hiddenSize]
    return Array.from({ length: this.#cell.states }, () => ({ shape, layout: 'LNC' }))
  }

  /** States to start from, zeros by default. */
  beginState(batchSize: number, options: BeginStateOptions = {}): NDArray[] {
    const { context } = this.#weights('l0').h2hWeight
    return makeStates(`${this.className}.beginState`, batchSize, (n) => this.stateInfo(n), options, context)
  }

  forward(inputs: NDArray): NDArray
  forward(inputs: NDArray, states: NDArray | readonly NDArray[]): [outputs: NDArray, states: NDArray[]]
  forward(inputs: NDArray, states?: NDArray | readonly NDArray[]): NDArray | [NDArray, NDArray[]] {
    checkInput(this.className, inputs)
    if (inputs.ndim !== 3) {
      const axes = [...this.layout].join(', ')
      throw new OpError(this.className, `the input must be (${axes}), got ${formatShape(inputs.shape)}`)
    }
    const steps = this.layout === 'NTC' ? swapaxes(inputs, 0, 1) : inputs
    this.#complete(inputs.shape[2])
    const given = states instanceof NDArray ? [states] : states
    if (given) checkStates(this.className, given, this.stateInfo(steps.shape[1]))
    const { context: ctx, dtype } = inputs
    const [outputs, last] = this.#run(steps, given ?? this.beginState(steps.shape[1], { ctx, dtype }))
    const shown = this.layout === 'NTC' ? swapaxes(outputs, 0, 1) : outputs
    return given ? [shown, last()] : shown
  }

  /** Completes the shapes that the first batch shows. */
  #complete(features: number): void {
    const rows = this.#cell.gates * this.hiddenSize
    for (const direction of this.#directions) {
      const { i2hWeight } = this.#weights(`${direction}0`)
      const expected = i2hWeight.shape[1]
      if (expected > 0 && expected !== features) {
        throw new OpError(this.className, `the input has ${features} features, the weight takes ${expected}`)
      }
      i2hWeight.inferShape([rows, features])
    }
  }

  /** Layer by layer; the states of all of them, stacked, are made when they are asked for. */
  #run(inputs: NDArray, states: readonly NDArray[]): [NDArray, () => NDArray[]] {
    const all: NDArray[][] = states.map(() => [])
    const [, N] = inputs.shape
    let x = inputs
    for (let layer = 0; layer < this.numLayers; layer++) {
      const ways = this.#directions.map((direction, way) => {
        const at = layer * this.#directions.length + way
        const first = states.map((state) => withShape(sliceAxis(state, 0, at, at + 1), [N, this.hiddenSize]))
        const { i2hWeight, h2hWeight, i2hBias, h2hBias } = this.#weights(`${direction}${layer}`)
        const weights = {
          ...{ i2hWeight: i2hWeight.data(), h2hWeight: h2hWeight.data() },
          ...{ i2hBias: i2hBias.data(), h2hBias: h2hBias.data() },
        }
        const { y, states: last } = recurrence(this.#cell, x, first, weights, direction === 'r')
        last.forEach((state, i) => all[i].push(state))
        return y
      })
      x = ways.length > 1 ? concat(...ways, { dim: 2 }) : ways[0]
      const drops = this.dropout > 0 && mode.training && layer < this.numLayers - 1
      if (drops) x = dropout(x, this.dropout)
    }
    return [x, () => all.map((of) => stack(...of))]
  }

  override describe(): string {
    const { shape } = this.#weights('l0').i2hWeight
    const parts = [`${shape[1] || 'None'} -> ${this.hiddenSize}`, this.layout]
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`)
    if (this.dropout !== 0) parts.push(`dropout=${this.dropout}`)
    if (this.bidirectional) parts.push('bidirectional')
    return `${this.className}(${parts.join(', ')})`
  }
}

/** A recurrent layer is called with inputs, or with inputs and states. */
export interface RecurrentLayer {
  (inputs: NDArray): NDArray
  (inputs: NDArray, states: NDArray | readonly NDArray[]): [outputs: NDArray, states: NDArray[]]
}

/** h' = relu or tanh of Wᵢ x + bᵢ + Wₕ h + bₕ, over whole sequences. */
export class RNN extends RecurrentLayer {
  static override readonly className: string = 'RNN'
  readonly activation: RnnActivation

  constructor(hiddenSize: number, options: RNNOptions = {}) {
    checkPositions('RNN', ['hiddenSize'], hiddenSize, rnnOptions)
    checkOptions('RNN', options, '{ numLayers: 2 }', rnnOptions)
    const { activation = 'relu' } = options
    if (activation !== 'relu' && activation !== 'tanh') {
      throw new OpError('RNN', `activation must be 'relu' or 'tanh', got ${nameOfKind(activation)}`)
    }
    super(plainCells[activation], hiddenSize, options)
    this.activation = activation
  }
}

/** A long short-term memory over whole sequences; its states are h and c. */
export class LSTM extends RecurrentLayer {
  static override readonly className: string = 'LSTM'

  constructor(hiddenSize: number, options: RecurrentLayerOptions = {}) {
    checkPositions('LSTM', ['hiddenSize'], hiddenSize, layerOptions)
    checkOptions('LSTM', options, '{ numLayers: 2 }', layerOptions)
    super(lstm, hiddenSize, options)
  }
}

/** Gated recurrent units over whole sequences. */
export class GRU extends RecurrentLayer {
  static override readonly className: string = 'GRU'

  constructor(hiddenSize: number, options: RecurrentLayerOptions = {}) {
    checkPositions('GRU', ['hiddenSize'], hiddenSize, layerOptions)
    checkOptions('GRU', options, '{ numLayers: 2 }', layerOptions)
    super(gru, hiddenSize, options)
  }
}
