// Transforms of images as blocks: each works on a sample and on a batch (MXNet 1.9.1, vision/transforms.py).
import type { DType } from '../../../../core/dtype.ts'
import { checkOptions, OpError } from '../../../../core/errors.ts'
import type { NDArray } from '../../../../core/ndarray.ts'
import { formatShape } from '../../../../core/shape.ts'
import { cast } from '../../../../ops/elementwise/cast.ts'
import { normalize } from '../../../../ops/resize/normalize.ts'
import { checkImages } from '../../../../ops/resize/resize.ts'
import { toTensor } from '../../../../ops/resize/toTensor.ts'
import { checkInterpolation, interpolated } from './interpolate.ts'
import { Transform } from './transform.ts'

/** Changes the element type. */
export class Cast extends Transform {
  static override readonly className: string = 'Cast'
  static readonly sameOnBatches = true
  readonly dtype: DType

  constructor(dtype: DType = 'float32') {
    super()
    this.dtype = dtype
  }

  forward(x: NDArray): NDArray {
    return cast(x, this.dtype)
  }

  override describe(): string {
    return `Cast(${this.dtype})`
  }
}

/** (H, W, C) of any dtype becomes (C, H, W) float32, divided by 255. */
export class ToTensor extends Transform {
  static override readonly className: string = 'ToTensor'
  static readonly sameOnBatches = true

  forward(x: NDArray): NDArray {
    return toTensor(x)
  }
}

/** (C, H, W) less the mean of each channel, divided by its deviation; 1 or 3 channels. */
export class Normalize extends Transform {
  static override readonly className: string = 'Normalize'
  static readonly sameOnBatches = true
  readonly mean: number | readonly number[]
  readonly std: number | readonly number[]

  constructor(mean: number | readonly number[] = 0, std: number | readonly number[] = 1) {
    super()
    this.mean = mean
    this.std = std
  }

  forward(x: NDArray): NDArray {
    return normalize(x, this.mean, this.std)
  }
}

/** One number for both sides, or (width, height). */
export type Size = number | readonly [width: number, height: number]

/** Throws what is no size. */
export function checkSize(name: string, size: Size): void {
  const sizes = typeof size === 'number' ? [size] : size
  if (sizes.length <= 2 && sizes.every((n) => Number.isInteger(n) && n > 0)) return
  throw new OpError(name, `size is a positive integer or (width, height), got ${formatShape(sizes)}`)
}

/** Width and height of a size. */
export function sidesOf(name: string, size: Size): readonly [width: number, height: number] {
  checkSize(name, size)
  return typeof size === 'number' ? [size, size] : size
}

/** Options of Resize. */
export interface ResizeOptions {
  /** Whether a size that is one number is that of the shorter edge, and the ratio is kept. */
  readonly keepRatio?: boolean
  /** By OpenCV's number: 0 nearest, 1 bilinear, 2 cubic, 3 area, 4 Lanczos; 9 cubic to enlarge, area to shrink. Default 1. */
  readonly interpolation?: number
}

/** Brings (H, W, C) to a size: one number for both edges, or (width, height); as OpenCV does, bilinear by default. */
export class Resize extends Transform {
  static override readonly className: string = 'Resize'
  static readonly sameOnBatches = true
  readonly size: Size
  readonly keepRatio: boolean
  readonly interpolation: number

  constructor(size: Size, options: ResizeOptions = {}) {
    checkOptions('Resize', options, '{ keepRatio: true }', { keepRatio: 'boolean', interpolation: 'number' })
    super()
    const { keepRatio = false, interpolation = 1 } = options
    checkSize('Resize', size)
    checkInterpolation('Resize', interpolation)
    this.size = size
    this.keepRatio = keepRatio
    this.interpolation = interpolation
  }

  forward(x: NDArray): NDArray {
    checkImages('Resize', x.shape)
    const [rows, columns] = x.shape.slice(-3)
    const [width, height] = this.#target(rows, columns)
    return interpolated(x, { height, width }, this.interpolation)
  }

  #target(rows: number, columns: number): readonly [width: number, height: number] {
    const { size } = this
    if (typeof size !== 'number') return size
    if (!this.keepRatio) return [size, size]
    if (rows > columns) return [size, Math.trunc((rows * size) / columns)]
    return [Math.trunc((columns * size) / rows), size]
  }
}
