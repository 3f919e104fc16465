// Activations as layers (MXNet 1.9.1, gluon/nn/activations.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { Initializer } from '../../init/initializer.ts'
import { Constant } from '../../init/initializers.ts'
import { type ActivationName, checkActivation } from '../../ops/activations.ts'
import { activate } from '../../ops/elementwise/elementwise.ts'
import { leakyReLU, swish } from '../../ops/leakyReLU/leakyReLU.ts'
import { type AnyBlock, type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import type { Parameter } from '../parameter.ts'
import { checkCount, checkInput, checkPositions } from './arguments.ts'

const plainExample = "{ prefix: 'act0_' }"

function checkNumber(op: string, name: string, value: number): void {
  if (typeof value === 'number' && Number.isFinite(value)) return
  throw new OpError(op, `${name} must be a number, got ${nameOfKind(value)}`)
}

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

  /** @internal Whether a layer before may apply the function: nothing watches, and no class has a forward of its own. */
  get foldable(): boolean {
    return !this.hooked && this.forward === Activation.prototype.forward
  }

  override foldInto(previous: AnyBlock, _next: AnyBlock | undefined): number {
    return this.foldable && previous.takeActivation(this.activation) ? 1 : 0
  }

  override describe(): string {
    return `Activation(${this.activation})`
  }
}

/** x above 0, else alpha · x. */
export class LeakyReLU extends HybridBlock {
  static override readonly className: string = 'LeakyReLU'
  readonly alpha: number

  constructor(alpha: number, options: BlockOptions = {}) {
    checkPositions('LeakyReLU', ['alpha'], alpha, blockOptions)
    checkOptions('LeakyReLU', options, plainExample, blockOptions)
    super(options)
    checkNumber('LeakyReLU', 'alpha', alpha)
    if (alpha < 0) throw new OpError('LeakyReLU', `alpha must be a non-negative number, got ${alpha}`)
    this.alpha = alpha
  }

  forward(x: NDArray): NDArray {
    checkInput('LeakyReLU', x)
    return leakyReLU(x, { slope: this.alpha })
  }

  override describe(): string {
    return `LeakyReLU(${this.alpha})`
  }
}

/** Options of PReLU. */
export interface PReLUOptions extends BlockOptions {
  /** How the slopes are drawn. Default 0.25. */
  readonly alphaInitializer?: Initializer | string
  /** Number of slopes: one for all, or one for each channel, axis 1. Default 1. */
  readonly inChannels?: number
}

const preluOptions: OptionNames<PReLUOptions> = { ...blockOptions, alphaInitializer: true, inChannels: 'number' }

/** x above 0, else alpha · x with slopes that are trained. */
export class PReLU extends HybridBlock {
  static override readonly className: string = 'PReLU'
  readonly alpha: Parameter

  constructor(options: PReLUOptions = {}) {
    checkOptions('PReLU', options, '{ inChannels: 8 }', preluOptions)
    super(options)
    const { alphaInitializer = new Constant(0.25), inChannels = 1 } = options
    checkCount('PReLU', 'inChannels', inChannels)
    this.alpha = this.parameter('alpha', { shape: [inChannels], init: alphaInitializer })
  }

  forward(x: NDArray): NDArray {
    checkInput('PReLU', x)
    return leakyReLU(x, { actType: 'prelu', gamma: this.alpha.data() })
  }
}

/** Options of ELU. */
export interface ELUOptions extends BlockOptions {
  /** What the result tends to below 0, with its sign changed. Default 1. */
  readonly alpha?: number
}

/** x above 0, else alpha · (eˣ − 1). */
export class ELU extends HybridBlock {
  static override readonly className: string = 'ELU'
  readonly alpha: number

  constructor(options: ELUOptions = {}) {
    checkOptions('ELU', options, '{ alpha: 0.5 }', { ...blockOptions, alpha: 'number' })
    super(options)
    const { alpha = 1 } = options
    checkNumber('ELU', 'alpha', alpha)
    this.alpha = alpha
  }

  forward(x: NDArray): NDArray {
    checkInput('ELU', x)
    return leakyReLU(x, { actType: 'elu', slope: this.alpha })
  }
}

/** λ x above 0, else λ α (eˣ − 1), with constants that keep mean 0 and variance 1. */
export class SELU extends HybridBlock {
  static override readonly className: string = 'SELU'

  constructor(options: BlockOptions = {}) {
    checkOptions('SELU', options, plainExample, blockOptions)
    super(options)
  }

  forward(x: NDArray): NDArray {
    checkInput('SELU', x)
    return leakyReLU(x, { actType: 'selu' })
  }
}

/** x · Φ(x), with Φ the normal distribution, by the error function. */
export class GELU extends HybridBlock {
  static override readonly className: string = 'GELU'

  constructor(options: BlockOptions = {}) {
    checkOptions('GELU', options, plainExample, blockOptions)
    super(options)
  }

  forward(x: NDArray): NDArray {
    checkInput('GELU', x)
    return leakyReLU(x, { actType: 'gelu' })
  }
}

/** Options of Swish. */
export interface SwishOptions extends BlockOptions {
  /** Factor on x within the sigmoid. Default 1. */
  readonly beta?: number
}

/** x · σ(beta · x). */
export class Swish extends HybridBlock {
  static override readonly className: string = 'Swish'
  readonly beta: number

  constructor(options: SwishOptions = {}) {
    checkOptions('Swish', options, '{ beta: 1.5 }', { ...blockOptions, beta: 'number' })
    super(options)
    const { beta = 1 } = options
    checkNumber('Swish', 'beta', beta)
    this.beta = beta
  }

  forward(x: NDArray): NDArray {
    checkInput('Swish', x)
    return swish(x, this.beta)
  }
}

/** x · σ(x), which is Swish with beta 1. */
export class SiLU extends HybridBlock {
  static override readonly className: string = 'SiLU'

  constructor(options: BlockOptions = {}) {
    checkOptions('SiLU', options, plainExample, blockOptions)
    super(options)
  }

  forward(x: NDArray): NDArray {
    checkInput('SiLU', x)
    return swish(x)
  }
}
