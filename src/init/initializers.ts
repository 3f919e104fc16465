// The initializers of MXNet: constants, uniform, normal, Xavier and MSRAPrelu (MXNet 1.9.1, initializer.py).
import { checkOptions, GlueballError, nameOfKind, type OptionNames, refuseMore } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape } from '../core/shape.ts'
import { fill } from '../ops/fill/fill.ts'
import { normal, uniform } from '../ops/random/random.ts'
import { Initializer, registerInitializer } from './initializer.ts'

function checkNumber(name: string, what: string, value: number): void {
  if (typeof value === 'number') return
  throw new GlueballError(`${name} takes ${what}, a number, got ${nameOfKind(value)}`)
}

/** A constant. */
export class Constant extends Initializer {
  readonly value: number

  constructor(value: number, ...more: []) {
    super()
    refuseMore('Constant', more)
    checkNumber('Constant', 'a value', value)
    this.value = value
  }

  initialize(_name: string, array: NDArray): void {
    fill(array.shape, this.value, { out: array })
  }
}

/** Zeros. */
export class Zero extends Constant {
  constructor(...more: []) {
    refuseMore('Zero', more)
    super(0)
  }
}

/** Ones. */
export class One extends Constant {
  constructor(...more: []) {
    refuseMore('One', more)
    super(1)
  }
}

/** Options of Uniform. */
export interface UniformInitOptions {
  /** Bound of the values. Default 0.07. */
  readonly scale?: number
}

/** Uniform in [−scale, scale). */
export class Uniform extends Initializer {
  readonly scale: number

  constructor(options: UniformInitOptions = {}) {
    super()
    checkOptions('Uniform', options, '{ scale: 0.07 }', { scale: 'number' })
    const { scale = 0.07 } = options
    checkNumber('Uniform', 'a scale', scale)
    this.scale = scale
  }

  initialize(_name: string, array: NDArray): void {
    uniform(array.shape, { low: -this.scale, high: this.scale, out: array })
  }
}

/** Options of Normal. */
export interface NormalInitOptions {
  /** Standard deviation. Default 0.01. */
  readonly sigma?: number
}

/** Normal of mean 0 and deviation sigma. */
export class Normal extends Initializer {
  readonly sigma: number

  constructor(options: NormalInitOptions = {}) {
    super()
    checkOptions('Normal', options, '{ sigma: 0.01 }', { sigma: 'number' })
    const { sigma = 0.01 } = options
    checkNumber('Normal', 'a sigma', sigma)
    this.sigma = sigma
  }

  initialize(_name: string, array: NDArray): void {
    normal(array.shape, { loc: 0, scale: this.sigma, out: array })
  }
}

/** Options of Xavier. */
export interface XavierOptions {
  readonly rndType?: 'uniform' | 'gaussian'
  /** Which fan the variance is divided by. */
  readonly factorType?: 'avg' | 'in' | 'out'
  readonly magnitude?: number
}

const xavierOptions: OptionNames<XavierOptions> = { rndType: true, factorType: true, magnitude: 'number' }

function checkOneOf(name: string, got: string, known: readonly string[]): void {
  if (known.includes(got)) return
  throw new GlueballError(`Xavier takes for ${name} '${known.join("', '")}', got ${nameOfKind(got)}`)
}

/** Xavier (Glorot and Bengio 2010): scale √(magnitude ÷ factor), factor from fan-in and fan-out. */
export class Xavier extends Initializer {
  readonly rndType: 'uniform' | 'gaussian'
  readonly factorType: 'avg' | 'in' | 'out'
  readonly magnitude: number

  constructor(options: XavierOptions = {}) {
    super()
    checkOptions('Xavier', options, '{ magnitude: 3 }', xavierOptions)
    const { rndType = 'uniform', factorType = 'avg', magnitude = 3 } = options
    checkOneOf('rndType', rndType, ['uniform', 'gaussian'])
    checkOneOf('factorType', factorType, ['avg', 'in', 'out'])
    if (!(magnitude >= 0)) throw new GlueballError(`Xavier takes a non-negative magnitude, got ${magnitude}`)
    this.rndType = rndType
    this.factorType = factorType
    this.magnitude = magnitude
  }

  initialize(name: string, array: NDArray): void {
    if (array.size === 0) return
    const scale = Math.sqrt(this.magnitude / this.#factor(name, array.shape))
    if (this.rndType === 'uniform') uniform(array.shape, { low: -scale, high: scale, out: array })
    else normal(array.shape, { loc: 0, scale, out: array })
  }

  #factor(name: string, shape: readonly number[]): number {
    if (shape.length < 2) {
      throw new GlueballError(`Xavier cannot initialize ${name}: it needs at least 2 axes, got ${formatShape(shape)}`)
    }
    const area = shape.slice(2).reduce((product, size) => product * size, 1)
    const fans = { in: shape[1] * area, out: shape[0] * area }
    return this.factorType === 'avg' ? (fans.in + fans.out) / 2 : fans[this.factorType]
  }
}

/** Options of MSRAPrelu. */
export interface MSRAPreluOptions {
  readonly factorType?: 'avg' | 'in' | 'out'
  /** Slope of the PReLU that follows; 0 for ReLU. */
  readonly slope?: number
}

/** He et al. 2015: normal of variance 2 ÷ ((1 + slope²) · factor). */
export class MSRAPrelu extends Xavier {
  constructor(options: MSRAPreluOptions = {}) {
    checkOptions('MSRAPrelu', options, '{ slope: 0 }', { factorType: true, slope: 'number' })
    const { factorType = 'avg', slope = 0.25 } = options
    super({ rndType: 'gaussian', factorType, magnitude: 2 / (1 + slope * slope) })
  }
}

registerInitializer(['zero', 'zeros'], () => new Zero())
registerInitializer(['one', 'ones'], () => new One())
registerInitializer(['uniform'], () => new Uniform())
registerInitializer(['normal'], () => new Normal())
registerInitializer(['xavier'], () => new Xavier())
registerInitializer(['msraprelu'], () => new MSRAPrelu())
