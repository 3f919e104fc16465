// Initializers whose values are arranged: Orthogonal, Bilinear and LSTMBias (MXNet 1.9.1, initializer.py).
import { checkOptions, GlueballError, nameOfKind, refuseMore } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { formatShape } from '../core/shape.ts'
import { array } from '../nd/creation.ts'
import { setSlice, setValues } from '../nd/inPlace.ts'
import { divide, multiply, subtract } from '../ops/elementwise/elementwise.ts'
import { matmul } from '../ops/matmul/matmul.ts'
import { normal, uniform } from '../ops/random/random.ts'
import { norm } from '../ops/reduce/reduce.ts'
import { withShape } from '../ops/view/reshape.ts'
import { Initializer, registerInitializer } from './initializer.ts'

/** Options of Orthogonal. */
export interface OrthogonalOptions {
  /** Length of each vector. Default 1.414, for layers with ReLU. */
  readonly scale?: number
  /** Which random matrix is made orthogonal: numbers from [−1, 1), or normal ones. Default 'uniform'. */
  readonly randType?: 'uniform' | 'normal'
}

/**
 * The orthogonal matrix nearest to a random one, times a scale (Saxe et al. 2013): rows of axis 0, or columns where there
 * are more rows than columns, are orthogonal vectors. Further axes count as columns.
 */
export class Orthogonal extends Initializer {
  readonly scale: number
  readonly randType: 'uniform' | 'normal'

  constructor(options: OrthogonalOptions = {}) {
    super()
    checkOptions('Orthogonal', options, "{ scale: 1, randType: 'normal' }", { scale: 'number', randType: true })
    // biome-ignore lint/suspicious/noApproximativeNumericConstant: Gluon's scale has four digits
    const { scale = 1.414, randType = 'uniform' } = options
    if (typeof scale !== 'number')
      throw new GlueballError(`Orthogonal takes a scale, a number, got ${nameOfKind(scale)}`)
    if (randType !== 'uniform' && randType !== 'normal') {
      throw new GlueballError(`Orthogonal takes for randType 'uniform', 'normal', got ${nameOfKind(randType)}`)
    }
    this.scale = scale
    this.randType = randType
  }

  initialize(name: string, target: NDArray): void {
    const { shape, context, dtype, size } = target
    if (size === 0) return
    if (shape.length < 2) {
      throw new GlueballError(
        `Orthogonal cannot initialize ${name}: it needs at least 2 axes, got ${formatShape(shape)}`,
      )
    }
    within('', 'the parameter was initialized', () => {
      const sizes = [shape[0], size / shape[0]]
      const options = { context, dtype }
      const drawn =
        this.randType === 'uniform' ? uniform(sizes, { ...options, low: -1, high: 1 }) : normal(sizes, options)
      setValues(target, withShape(multiply(orthogonal(drawn), this.scale), shape))
    })
  }
}

/**
 * Steps of the iteration. Each makes small singular values 1.5 times as large, and then squares their distances from 1:
 * 60 are enough for 1e-9 of the largest, which float32 hardly tells from 0.
 */
const steps = 60

/** The orthogonal factor of the polar decomposition, by Newton and Schulz: X ← 1.5 X − 0.5 X Xᵀ X (N. J. Higham 2008). */
function orthogonal(matrix: NDArray): NDArray {
  const [rows, columns] = matrix.shape
  let x = divide(matrix, norm(matrix))
  for (let step = 0; step < steps; step++) {
    const cubed =
      rows <= columns
        ? matmul(matmul(x, x, null, { transposeB: true }), x)
        : matmul(x, matmul(x, x, null, { transposeA: true }))
    x = subtract(multiply(x, 1.5), multiply(cubed, 0.5))
  }
  return x
}

/** The weights of bilinear interpolation, for transposed convolutions that enlarge images: (…, …, height, width). */
export class Bilinear extends Initializer {
  constructor(...more: []) {
    super()
    refuseMore('Bilinear', more)
  }

  initialize(name: string, target: NDArray): void {
    const { shape, context } = target
    if (shape.length !== 4) {
      throw new GlueballError(`Bilinear cannot initialize ${name}: it needs 4 axes, got ${formatShape(shape)}`)
    }
    const [, , height, width] = shape
    const half = Math.ceil(width / 2)
    const centre = (2 * half - 1 - (half % 2)) / (2 * half)
    const along = (k: number) => 1 - Math.abs(k / half - centre)
    const values = Float32Array.from({ length: height * width }, (_, i) => {
      return along(i % width) * along(Math.floor(i / width))
    })
    within('', 'the parameter was initialized', () =>
      setValues(target, array(values, { shape: [height, width], ctx: context, dtype: target.dtype })),
    )
  }
}

/** Options of LSTMBias. */
export interface LSTMBiasOptions {
  /** The bias of the forget gate. Default 1. */
  readonly forgetBias?: number
}

/** For a bias of an LSTM, (4 · H,): zeros, but `forgetBias` for the forget gate, the second of i, f, c, o. */
export class LSTMBias extends Initializer {
  readonly forgetBias: number

  constructor(options: LSTMBiasOptions = {}) {
    super()
    checkOptions('LSTMBias', options, '{ forgetBias: 1 }', { forgetBias: 'number' })
    this.forgetBias = options.forgetBias ?? 1
    if (typeof this.forgetBias === 'number') return
    throw new GlueballError(`LSTMBias takes a forgetBias, a number, got ${nameOfKind(this.forgetBias)}`)
  }

  initialize(name: string, target: NDArray): void {
    const hidden = target.shape[0] / 4
    if (!Number.isInteger(hidden)) {
      const got = formatShape(target.shape)
      throw new GlueballError(`LSTMBias cannot initialize ${name}: it needs four gates along axis 0, got ${got}`)
    }
    setValues(target, 0)
    setSlice(target, [hidden], [2 * hidden], this.forgetBias)
  }
}

registerInitializer(['orthogonal'], () => new Orthogonal())
registerInitializer(['bilinear'], () => new Bilinear())
registerInitializer(['lstmbias'], () => new LSTMBias())
