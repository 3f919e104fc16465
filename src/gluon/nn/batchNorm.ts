// BatchNorm (MXNet 1.9.1, gluon/nn/basic_layers.py; S. Ioffe, C. Szegedy: Batch Normalization, 2015).
import type { DType } from '../../core/dtype.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import { tracing } from '../../core/listen.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { mode } from '../../core/tape.ts'
import type { Initializer } from '../../init/initializer.ts'
import type { ActivationName } from '../../ops/activations.ts'
import { fill } from '../../ops/fill/fill.ts'
import type { AnyBlock } from '../block.ts'
import { normaliseBatch } from '../normaliseBatch.ts'
import type { Parameter } from '../parameter.ts'
import { Activation } from './activations.ts'
import { Convolution } from './conv.ts'
import { canFold, Folding } from './folding.ts'
import { type AxisNormOptions, axisNormOptions, checkRange, Norm } from './norm.ts'
import { pythonCall } from './python.ts'

/** Options of BatchNorm. */
export interface BatchNormOptions extends AxisNormOptions {
  /** Share of the running statistics that a training step keeps. Default 0.9. */
  readonly momentum?: number
  /** Normalises by the running statistics in training too, and leaves them as they are. Default false. */
  readonly useGlobalStats?: boolean
  /** How the running mean starts. Default zeros. */
  readonly runningMeanInitializer?: Initializer | string
  /** How the running variance starts. Default ones. */
  readonly runningVarianceInitializer?: Initializer | string
}

const batchNormOptions: OptionNames<BatchNormOptions> = {
  ...axisNormOptions,
  momentum: 'number',
  useGlobalStats: 'boolean',
  runningMeanInitializer: true,
  runningVarianceInitializer: true,
}

/**
 * Normalises each channel, along `axis`, and then scales and shifts it. Training takes the mean and the biased variance of
 * the batch, and moves the running ones: running ← momentum · running + (1 − momentum) · batch, once for each call.
 * Prediction takes the running ones. Without `scale` gamma is 1, whatever the parameter holds.
 */
export class BatchNorm extends Norm {
  static override readonly className: string = 'BatchNorm'
  readonly axis: number
  readonly momentum: number
  readonly useGlobalStats: boolean
  /** Parameters are saved under the names of their properties, and Gluon's files have this one. */
  readonly running_mean: Parameter
  readonly running_var: Parameter
  readonly #folding = new Folding()
  /** The activation of the next call. */
  #behind: ActivationName | undefined

  constructor(options: BatchNormOptions = {}) {
    checkOptions(new.target.className, options, '{ momentum: 0.99 }', batchNormOptions)
    const { axis = 1, momentum = 0.9, useGlobalStats = false, inChannels = 0 } = options
    super(options, inChannels, { fixed: true })
    checkRange(this.className, 'momentum', momentum, 1)
    this.axis = axis
    this.momentum = momentum
    this.useGlobalStats = useGlobalStats
    const state = (name: string, init: Initializer | string) =>
      this.parameter(name, { shape: [inChannels], init, differentiable: false })
    this.running_mean = state('running_mean', options.runningMeanInitializer ?? 'zeros')
    this.running_var = state('running_var', options.runningVarianceInitializer ?? 'ones')
  }

  /** The running mean of each channel. */
  get runningMean(): Parameter {
    return this.running_mean
  }

  /** The running variance of each channel. */
  get runningVar(): Parameter {
    return this.running_var
  }

  forward(x: NDArray): NDArray {
    const activation = this.#behind
    this.#behind = undefined
    return this.normalised(x, activation)
  }

  /** With an activation behind it, the values of both take no pass more than those of this layer. */
  override takeActivation(activation: ActivationName): boolean {
    if (tracing() || this.hooked || this.forward !== BatchNorm.prototype.forward) return false
    // while recording, values of given statistics have the gradients of their formulas
    if (mode.recording && (!mode.training || this.useGlobalStats)) return false
    this.#behind = activation
    return true
  }

  /** The result, and an activation of it. */
  protected normalised(x: NDArray, activation: ActivationName | undefined): NDArray {
    const { axis, epsilon, momentum, running_mean, running_var } = this
    if (mode.training) this.#folding.drop() // the update would make it stale, and memory is wanted until then
    const channels = this.sizeAlong(x, axis, [running_mean, running_var])
    const { context, dtype } = x
    const gamma = this.scale ? this.gamma.data() : fill([channels], 1, { context, dtype })
    const beta = this.beta.data()
    const running = [running_mean.data(), running_var.data()] as const
    if (x.size === 0 && mode.training && !this.useGlobalStats) {
      throw new OpError(this.className, `cannot take statistics of an empty batch: got ${formatShape(x.shape)}`)
    }
    const { useGlobalStats } = this
    const steps = { axis, eps: epsilon, momentum, useGlobalStats, activation }
    return normaliseBatch(x, gamma, beta, running, steps)
  }

  /** A convolution takes this layer, and an activation behind it, into its weight and bias in prediction. */
  override foldInto(previous: AnyBlock, next: AnyBlock | undefined): number {
    if (this.forward !== BatchNorm.prototype.forward) return 0
    const act = next instanceof Activation && next.foldable
    return this.foldWith(previous, act ? next.activation : undefined) ? (act ? 2 : 1) : 0
  }

  /** Does so with an activation; false where it can't be. */
  protected foldWith(previous: AnyBlock, activation: ActivationName | undefined): boolean {
    if (mode.recording || mode.training || tracing() || this.axis !== 1 || this.hooked) return false
    if (!(previous instanceof Convolution) || !previous.foldable) return false
    const { weight, bias, channels } = previous
    const { beta, running_mean: mean, running_var: variance } = this
    const layers = { weight, bias, gamma: this.scale ? this.gamma : null, beta, mean, variance }
    if (!canFold(layers, channels)) return false
    previous.fold = () => {
      for (const parameter of [this.gamma, beta, mean, variance]) parameter.inferShape([channels])
      return { ...this.#folding.of(layers, this.epsilon), activation }
    }
    return true
  }

  /** Changes the element type of all parameters, but for float16, whose statistics stay float32, as in Gluon. */
  override cast(dtype: DType): void {
    super.cast(dtype === 'float16' ? 'float32' : dtype)
  }

  override describe(): string {
    const { axis, epsilon: eps, momentum, scale, useGlobalStats } = this
    const shown = { axis, eps, momentum, fix_gamma: !scale, use_global_stats: useGlobalStats }
    return pythonCall(this.className, { ...shown, in_channels: this.gamma.shape[0] || null })
  }
}

/** BatchNorm with a relu behind it. */
export class BatchNormReLU extends BatchNorm {
  static override readonly className: string = 'BatchNormReLU'

  override forward(x: NDArray): NDArray {
    return this.normalised(x, 'relu')
  }

  override foldInto(previous: AnyBlock, _next: AnyBlock | undefined): number {
    return this.forward === BatchNormReLU.prototype.forward && this.foldWith(previous, 'relu') ? 1 : 0
  }
}
