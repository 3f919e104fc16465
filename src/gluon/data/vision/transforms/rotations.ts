// Images turned about their middle, by one angle or by angles that are drawn (MXNet 1.9.1, image.imrotate).
import { isFloat } from '../../../../core/dtype.ts'
import { checkOptions, OpError } from '../../../../core/errors.ts'
import type { NDArray } from '../../../../core/ndarray.ts'
import { formatShape } from '../../../../core/shape.ts'
import { rotateEach } from '../../../../ops/image/rotate.ts'
import { shuffler } from '../../shuffler.ts'
import { asBatch, checkChance, eachImage } from './random.ts'
import { Transform } from './transform.ts'

/** Options of Rotate. */
export interface RotateOptions {
  /** Enlarges so that no corner is empty. */
  readonly zoomIn?: boolean
  /** Shrinks so that the whole image is seen. */
  readonly zoomOut?: boolean
}

function checkRotation(name: string, { zoomIn, zoomOut }: RotateOptions): void {
  if (zoomIn && zoomOut) throw new OpError(name, 'zoomIn and zoomOut exclude each other')
}

/** Images (N, C, H, W) turned, each by its angle in degrees. */
export function rotated(x: NDArray, degrees: readonly number[], options: RotateOptions): NDArray {
  const [height, width] = x.shape.slice(-2)
  const turns = degrees.map((angle) => {
    const radians = (angle * Math.PI) / 180
    const zoom = zoomOf(radians, height, width, options)
    return [zoom * Math.cos(radians), zoom * Math.sin(radians)]
  })
  const [cos, sin] = [0, 1].map((k) =>
    eachImage(
      x,
      turns.map((turn) => turn[k]),
    ),
  )
  return rotateEach(x, cos, sin)
}

/** By how much the source is wider than the result. */
function zoomOf(radians: number, height: number, width: number, { zoomIn, zoomOut }: RotateOptions): number {
  if (!zoomIn && !zoomOut) return 1
  const [diagonal, corner, angle] = [Math.hypot(height, width), Math.atan(height / width), Math.abs(radians)]
  const farthest = (of: (angle: number) => number) =>
    Math.max(...[corner + angle, corner - angle].map((at) => Math.abs(diagonal * of(at))))
  const [x, y] = [farthest(Math.cos), farthest(Math.sin)]
  return zoomOut ? Math.max(x / width, y / height) : Math.min(width / x, height / y)
}

function checkFloats(name: string, { dtype, ndim, shape }: NDArray): void {
  if (ndim !== 3 && ndim !== 4)
    throw new OpError(name, `takes images (C, H, W) or (N, C, H, W), got ${formatShape(shape)}`)
  if (!isFloat(dtype)) throw new OpError(name, `takes floats, got ${dtype}: put it behind ToTensor`)
}

/** Turns (C, H, W) of floats by an angle in degrees; what comes from outside is 0. */
export class Rotate extends Transform {
  static override readonly className: string = 'Rotate'
  static readonly sameOnBatches = true
  readonly degrees: number
  readonly #options: RotateOptions

  constructor(degrees: number, options: RotateOptions = {}) {
    checkOptions('Rotate', options, '{ zoomOut: true }', { zoomIn: 'boolean', zoomOut: 'boolean' })
    super()
    checkRotation('Rotate', options)
    if (!Number.isFinite(degrees)) throw new OpError('Rotate', `takes an angle in degrees, got ${degrees}`)
    this.degrees = degrees
    this.#options = options
  }

  forward(x: NDArray): NDArray {
    checkFloats('Rotate', x)
    return asBatch(x, (batch) => rotated(batch, Array<number>(batch.shape[0]).fill(this.degrees), this.#options))
  }
}

/** Options of RandomRotation. */
export interface RandomRotationOptions extends RotateOptions {
  /** The chance of each image. Default 1. */
  readonly rotateWithProba?: number
}

/** Turns each image (C, H, W) of floats by an angle that is drawn between two. */
export class RandomRotation extends Transform {
  static override readonly className: string = 'RandomRotation'
  static readonly sameOnBatches = true
  readonly angleLimits: readonly [number, number]
  readonly rotateWithProba: number
  readonly #options: RotateOptions

  constructor(angleLimits: readonly [number, number], options: RandomRotationOptions = {}) {
    const names = { zoomIn: 'boolean', zoomOut: 'boolean', rotateWithProba: 'number' } as const
    checkOptions('RandomRotation', options, '{ zoomOut: true }', names)
    super()
    checkRotation('RandomRotation', options)
    const [low, high] = angleLimits
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high))
      throw new OpError('RandomRotation', `takes two angles, the smaller one first, got ${angleLimits}`)
    this.angleLimits = angleLimits
    this.rotateWithProba = checkChance('RandomRotation', options.rotateWithProba ?? 1)
    this.#options = options
  }

  forward(x: NDArray): NDArray {
    checkFloats('RandomRotation', x)
    return asBatch(x, (batch) => {
      const degrees = Array.from({ length: batch.shape[0] }, () => {
        const angle = shuffler.uniform(...this.angleLimits)
        return shuffler.uniform() < this.rotateWithProba ? angle : 0
      })
      return rotated(batch, degrees, this.#options)
    })
  }
}
