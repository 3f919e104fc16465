// MXNet's functional layers without windows: fullyConnected, dropout, embedding and activation.
import { checkFloat } from '../core/dtype.ts'
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { checkAxis, formatShape, listOf } from '../core/shape.ts'
import { mode as tapeMode } from '../core/tape.ts'
import { type ActivationName, checkActivation } from '../ops/activations.ts'
import { copy } from '../ops/copy/copy.ts'
import { dropout as drop } from '../ops/dropout/dropout.ts'
import { activate } from '../ops/elementwise/elementwise.ts'
import { fullyConnect } from '../ops/matmul/fullyConnect.ts'
import { made, type OutOption, outOption, written } from '../ops/out.ts'
import { take } from '../ops/take/index.ts'
import { checkArrays, checkBias } from './arguments.ts'

/** Options of fullyConnected. */
export interface FullyConnectedOptions extends OutOption {
  /** Size of the result's rows. Default the weight's; another number is refused. */
  readonly numHidden?: number
  /** Whether there is no bias. Default true where bias is null. */
  readonly noBias?: boolean
  /** Takes all axes but the first as one; else only the last axis changes. Default true. */
  readonly flatten?: boolean
}

const fullyConnectedOptions: OptionNames<FullyConnectedOptions> = {
  ...outOption,
  numHidden: 'number',
  noBias: 'boolean',
  flatten: 'boolean',
}

/** y = x·Wᵀ + b with `weight` (numHidden, size of a row of `data`) and `bias` (numHidden,). */
export function fullyConnected(
  data: NDArray,
  weight: NDArray,
  bias: NDArray | null = null,
  options: FullyConnectedOptions = {},
  ...more: []
): NDArray {
  checkOptions('fullyConnected', options, '{ numHidden: 10 }', fullyConnectedOptions, more)
  checkArrays('fullyConnected', { data, weight })
  checkBias('fullyConnected', bias, options.noBias)
  const { numHidden = weight.shape[0], flatten = true } = options
  if (numHidden !== weight.shape[0]) {
    const has = `weight ${formatShape(weight.shape)} makes rows of ${weight.shape[0]}`
    throw new OpError('fullyConnected', `numHidden is ${nameOfKind(numHidden)}, and ${has}`)
  }
  return made('fullyConnected', options.out, () => {
    return named('fullyConnected', () => fullyConnect('fullyConnected', data, weight, bias, { flatten }))
  })
}

/** Options of dropout. */
export interface DropoutOptions extends OutOption {
  /** Probability that an element becomes 0, from 0 to below 1. Default 0.5. */
  readonly p?: number
  /** When elements are dropped: 'training' only in training mode, 'always' in prediction too. Default 'training'. */
  readonly mode?: 'training' | 'always'
  /** Axes along which one value of the mask serves all. Default none. */
  readonly axes?: readonly number[]
}

const dropoutOptions: OptionNames<DropoutOptions> = { ...outOption, p: 'number', mode: true, axes: true }

/** Makes elements 0 with probability `p` and multiplies the others by 1 ÷ (1 − p); outside training mode a copy. */
export function dropout(data: NDArray, options: DropoutOptions = {}, ...more: []): NDArray {
  checkOptions('dropout', options, '{ p: 0.5 }', dropoutOptions, more)
  checkArrays('dropout', { data })
  const { p = 0.5, mode = 'training', axes = [] } = options
  if (mode !== 'training' && mode !== 'always') {
    throw new OpError('dropout', `mode must be 'training' or 'always', got ${nameOfKind(mode)}`)
  }
  if (!(p >= 0 && p < 1)) throw new OpError('dropout', `p must be from 0 to below 1, got ${nameOfKind(p)}`)
  checkFloat('dropout', 'the input', data.dtype)
  for (const axis of listOf('dropout', axes)) checkAxis('dropout', axis, data.ndim)
  const drops = p > 0 && (mode === 'always' || tapeMode.training)
  return written('dropout', options.out, () => (drops ? drop(data, p, { axes }) : copy(data)))
}

/** Options of embedding. */
export interface EmbeddingOptions extends OutOption {
  /** Rows of the weight. Default the weight's; another number is refused. */
  readonly inputDim?: number
  /** Size of a row. Default the weight's; another number is refused. */
  readonly outputDim?: number
}

const embeddingOptions: OptionNames<EmbeddingOptions> = { ...outOption, inputDim: 'number', outputDim: 'number' }

/** The rows of `weight` (inputDim, outputDim) that `data` names, of shape (…data, outputDim); indices are clipped. */
export function embedding(data: NDArray, weight: NDArray, options: EmbeddingOptions = {}, ...more: []): NDArray {
  checkOptions('embedding', options, '{ inputDim: 100, outputDim: 8 }', embeddingOptions, more)
  checkArrays('embedding', { data, weight })
  const { inputDim = weight.shape[0], outputDim = weight.shape[1] } = options
  if (weight.ndim !== 2 || inputDim !== weight.shape[0] || outputDim !== weight.shape[1]) {
    const expected = [inputDim, outputDim].map((size, k) => size ?? ['inputDim', 'outputDim'][k]).join(', ')
    throw new OpError('embedding', `wrong shape of weight: got ${formatShape(weight.shape)}, expected (${expected})`)
  }
  return named('embedding', () => take(weight, data, { out: options.out }))
}

/** Options of activation. */
export interface ActivationOptions extends OutOption {
  /** The function: 'relu', 'sigmoid', 'tanh', 'softrelu' or 'softsign'; required. */
  readonly actType: ActivationName
}

/** Applies the function that `actType` names to each element. */
export function activation(data: NDArray, options: ActivationOptions, ...more: []): NDArray {
  checkOptions('activation', options, "{ actType: 'relu' }", { ...outOption, actType: true }, more)
  checkArrays('activation', { data })
  return written('activation', options.out, () =>
    named('activation', () => activate(checkActivation('activation', options.actType), data)),
  )
}
