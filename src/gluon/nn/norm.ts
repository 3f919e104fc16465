// LayerNorm, GroupNorm and InstanceNorm (MXNet 1.9.1, gluon/nn/basic_layers.py), and what all normalisations share.
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape } from '../../core/shape.ts'
import type { Initializer } from '../../init/initializer.ts'
import { groupNorm, instanceNorm, layerNorm } from '../../ops/norm/normalise.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import type { Parameter } from '../parameter.ts'
import { checkCount, checkInput } from './arguments.ts'
import { pythonCall } from './python.ts'

/** Options of every normalisation. */
export interface NormOptions extends BlockOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number
  /** Whether beta, which is added, is trained. Default true. */
  readonly center?: boolean
  /** Whether gamma, the factor, is trained. Default true, of InstanceNorm false. */
  readonly scale?: boolean
  /** How beta is drawn. Default zeros. */
  readonly betaInitializer?: Initializer | string
  /** How gamma is drawn. Default ones. */
  readonly gammaInitializer?: Initializer | string
}

/** The names of NormOptions. */
export const normOptions: OptionNames<NormOptions> = {
  ...blockOptions,
  epsilon: 'number',
  center: 'boolean',
  scale: 'boolean',
  betaInitializer: true,
  gammaInitializer: true,
}

/** Options of normalisations with an axis. */
export interface AxisNormOptions extends NormOptions {
  /** Which axis gamma and beta belong to. Default the last, of BatchNorm and InstanceNorm 1. */
  readonly axis?: number
  /** Size of that axis. By default the first batch shows it. */
  readonly inChannels?: number
}

/** The names of AxisNormOptions. */
export const axisNormOptions: OptionNames<AxisNormOptions> = { ...normOptions, axis: 'number', inChannels: 'number' }

/** Checks that an option is a number from 0 to `most`. */
export function checkRange(op: string, name: string, value: number, most = Number.MAX_VALUE): void {
  if (typeof value === 'number' && value >= 0 && value <= most) return
  const right = most === 1 ? 'from 0 to 1' : 'non-negative'
  throw new OpError(op, `${name} must be a number, ${right}, got ${value}`)
}

/** Base of normalisations: gamma and beta, one number for each channel or group. */
export abstract class Norm extends HybridBlock {
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  readonly gamma: Parameter
  readonly beta: Parameter

  /** `size` is that of gamma and beta, 0 where the first batch shows it; `fixed`: one that is not trained stays so. */
  constructor(options: NormOptions, size: number, { scale: scaled = true, fixed = false } = {}) {
    super(options)
    const { epsilon = 1e-5, center = true, scale = scaled, betaInitializer, gammaInitializer } = options
    checkRange(this.className, 'epsilon', epsilon)
    if (size !== 0) checkCount(this.className, 'inChannels', size)
    this.epsilon = epsilon
    this.center = center
    this.scale = scale
    const factor = (name: string, trained: boolean, init: Initializer | string) => {
      const frozen = fixed ? { differentiable: false } : ({ gradReq: 'null' } as const)
      return this.parameter(name, { shape: [size], init, ...(!trained && frozen) })
    }
    this.gamma = factor('gamma', scale, gammaInitializer ?? 'ones')
    this.beta = factor('beta', center, betaInitializer ?? 'zeros')
  }

  /** The size of an axis of the input, which is that of gamma, beta and `state`: it completes their shapes. */
  protected sizeAlong(x: NDArray, axis: number, state: readonly Parameter[] = []): number {
    checkInput(this.className, x)
    const at = checkAxis(this.className, axis, x.ndim)
    const [size, expected] = [x.shape[at], this.gamma.shape[0]]
    if (size === 0) throw new OpError(this.className, `axis ${axis} of the input ${formatShape(x.shape)} is empty`)
    if (expected !== 0 && expected !== size) {
      const got = `size ${size} along axis ${axis} (shape ${formatShape(x.shape)})`
      throw new OpError(this.className, `the input has ${got}, gamma and beta take ${expected}`)
    }
    for (const parameter of [this.gamma, this.beta, ...state]) parameter.inferShape([size])
    return size
  }

  override toString(): string {
    return this.describe()
  }
}

/** Normalises each row along an axis by its mean and variance, then scales and shifts it. */
export class LayerNorm extends Norm {
  static override readonly className: string = 'LayerNorm'
  readonly axis: number

  constructor(options: AxisNormOptions = {}) {
    checkOptions('LayerNorm', options, '{ axis: -1 }', axisNormOptions)
    super(options, options.inChannels ?? 0)
    this.axis = options.axis ?? -1
  }

  forward(x: NDArray): NDArray {
    this.sizeAlong(x, this.axis)
    return layerNorm(x, this.gamma.data(), this.beta.data(), { axis: this.axis, eps: this.epsilon })
  }

  override describe(): string {
    const { epsilon: eps, axis, center, scale } = this
    return pythonCall(this.className, { eps, axis, center, scale, in_channels: this.gamma.shape[0] })
  }
}

/** Normalises each channel of each sample (N, C, …) by its mean and variance, then scales and shifts it. */
export class InstanceNorm extends Norm {
  static override readonly className: string = 'InstanceNorm'
  readonly axis: number

  constructor(options: AxisNormOptions = {}) {
    checkOptions('InstanceNorm', options, '{ scale: true }', axisNormOptions)
    super(options, options.inChannels ?? 0, { scale: false })
    this.axis = options.axis ?? 1
  }

  forward(x: NDArray): NDArray {
    this.sizeAlong(x, this.axis)
    return instanceNorm(x, this.gamma.data(), this.beta.data(), { axis: this.axis, eps: this.epsilon })
  }

  override describe(): string {
    const { epsilon: eps, axis, center, scale } = this
    return pythonCall(this.className, { eps, axis, center, scale, in_channels: this.gamma.shape[0] })
  }
}

/** Options of GroupNorm. */
export interface GroupNormOptions extends NormOptions {
  /** Into how many groups of neighbours the channels are cut. Default 1. */
  readonly numGroups?: number
}

const groupNormOptions: OptionNames<GroupNormOptions> = { ...normOptions, numGroups: 'number' }

/** Normalises each group of channels of each sample (N, C, …); gamma and beta are of a group, as in Gluon 1.x. */
export class GroupNorm extends Norm {
  static override readonly className: string = 'GroupNorm'
  readonly numGroups: number

  constructor(options: GroupNormOptions = {}) {
    checkOptions('GroupNorm', options, '{ numGroups: 2 }', groupNormOptions)
    const { numGroups = 1 } = options
    checkCount('GroupNorm', 'numGroups', numGroups)
    super(options, numGroups)
    this.numGroups = numGroups
  }

  forward(x: NDArray): NDArray {
    checkInput('GroupNorm', x)
    return groupNorm(x, this.gamma.data(), this.beta.data(), { numGroups: this.numGroups, eps: this.epsilon })
  }

  override describe(): string {
    const { epsilon: eps, numGroups, center, scale } = this
    return pythonCall(this.className, { eps, num_groups: numGroups, center, scale })
  }
}
