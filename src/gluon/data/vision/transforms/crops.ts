// Parts of images: in the middle, at a place given, and at places that are drawn (MXNet 1.9.1, image/image.py).
import { checkOptions, OpError } from '../../../../core/errors.ts'
import type { NDArray } from '../../../../core/ndarray.ts'
import { formatShape, shapeOf } from '../../../../core/shape.ts'
import { upload } from '../../../../nd/creation.ts'
import { stack } from '../../../../ops/concat/stack.ts'
import { cropEach } from '../../../../ops/image/crop.ts'
import { checkImages } from '../../../../ops/resize/resize.ts'
import { pad } from '../../../../ops/view/pad.ts'
import { slice } from '../../../../ops/view/slice.ts'
import { shuffler } from '../../shuffler.ts'
import { checkInterpolation, interpolated } from './interpolate.ts'
import { asBatch } from './random.ts'
import { Transform } from './transform.ts'
import { checkSize, type Size, sidesOf } from './transforms.ts'

type Pair = readonly [width: number, height: number]

/** A part of an image, in pixels. */
export interface Part {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The largest size of the ratio of `size` that fits into an image, where `size` itself does not. */
export function scaledDown(
  [columns, rows]: readonly [number, number],
  size: readonly [number, number],
): [width: number, height: number] {
  let [width, height] = size
  if (rows < height) [width, height] = [(width * rows) / height, rows]
  if (columns < width) [width, height] = [columns, (height * columns) / width]
  return [Math.trunc(width), Math.trunc(height)]
}

/** A part of (H, W, C) or (N, H, W, C). */
export function cropped(images: NDArray, { x, y, width, height }: Part): NDArray {
  const before = images.shape.slice(0, -3)
  const channels = images.shape[images.ndim - 1]
  const zeros = before.map(() => 0)
  return slice(images, [...zeros, y, x, 0], [...before, y + height, x + width, channels])
}

/** Images resized where they are not of the size already. */
export function resized(images: NDArray, [width, height]: Pair, interpolation?: number): NDArray {
  const [rows, columns] = images.shape.slice(-3)
  return rows === height && columns === width ? images : interpolated(images, { height, width }, interpolation)
}

/** The middle of images, of a size; where they are smaller, the largest part of its ratio, resized. */
export function centred(images: NDArray, size: Pair, interpolation?: number): NDArray {
  return resized(cropped(images, middleOf(images, size)), size, interpolation)
}

function middleOf(images: NDArray, size: readonly [number, number]): Part {
  const [rows, columns] = images.shape.slice(-3)
  const [width, height] = scaledDown([columns, rows], size)
  return { x: Math.trunc((columns - width) / 2), y: Math.trunc((rows - height) / 2), width, height }
}

/** Options of transforms that may resize. */
export interface CropOptions {
  /** How what has another size is resized, as `Resize` does it. Default 1, bilinear. */
  readonly interpolation?: number
}

/** Takes the middle of (H, W, C) in a size, (width, height) or one number for both. */
export class CenterCrop extends Transform {
  static override readonly className: string = 'CenterCrop'
  static readonly sameOnBatches = true
  readonly size: Pair
  readonly interpolation: number

  constructor(size: Size, options: CropOptions = {}) {
    checkOptions('CenterCrop', options, '{ interpolation: 1 }', { interpolation: 'number' })
    super()
    checkInterpolation('CenterCrop', options.interpolation)
    this.size = sidesOf('CenterCrop', size)
    this.interpolation = options.interpolation ?? 1
  }

  forward(x: NDArray): NDArray {
    checkImages('CenterCrop', x.shape)
    return centred(x, this.size, this.interpolation)
  }
}

/** Options of CropResize. */
export interface CropResizeOptions extends CropOptions {
  /** (width, height), or one number for both, to which the part is resized. Default the part's own. */
  readonly size?: Size
}

/** Takes the part of (H, W, C) whose upper left corner is at x, y, and resizes it. */
export class CropResize extends Transform {
  static override readonly className: string = 'CropResize'
  static readonly sameOnBatches = true
  readonly part: Part
  readonly size: Pair
  readonly interpolation: number

  constructor(x: number, y: number, width: number, height: number, options: CropResizeOptions = {}) {
    checkOptions('CropResize', options, '{ size: 32 }', { size: true, interpolation: 'number' })
    super()
    checkInterpolation('CropResize', options.interpolation)
    checkSize('CropResize', [width, height])
    if (![x, y].every((at) => Number.isInteger(at) && at >= 0))
      throw new OpError('CropResize', `x and y are non-negative integers, got ${x} and ${y}`)
    this.part = { x, y, width, height }
    this.size = sidesOf('CropResize', options.size ?? [width, height])
    this.interpolation = options.interpolation ?? 1
  }

  forward(images: NDArray): NDArray {
    checkImages('CropResize', images.shape)
    const { x, y, width, height } = this.part
    const [rows, columns] = images.shape.slice(-3)
    if (x + width > columns || y + height > rows) {
      const part = `${width}×${height} at ${x}, ${y}`
      throw new OpError('CropResize', `the part (${part}) does not lie in images ${formatShape(images.shape)}`)
    }
    return resized(cropped(images, this.part), this.size, this.interpolation)
  }
}

/** Options of RandomCrop. */
export interface RandomCropOptions extends CropOptions {
  /** Pixels added on each side first. Default 0. */
  readonly pad?: number
  /** What added pixels hold. Default 0. */
  readonly padValue?: number
}

/** Takes a part of each image at a place that is drawn, in a size: (width, height), or one number for both. */
export class RandomCrop extends Transform {
  static override readonly className: string = 'RandomCrop'
  static readonly sameOnBatches = true
  readonly size: Pair
  readonly interpolation: number
  readonly pad: number
  readonly padValue: number

  constructor(size: Size, options: RandomCropOptions = {}) {
    checkOptions('RandomCrop', options, '{ pad: 4 }', { pad: 'number', padValue: 'number', interpolation: 'number' })
    super()
    checkInterpolation('RandomCrop', options.interpolation)
    const { pad: border = 0, padValue = 0 } = options
    if (!Number.isInteger(border) || border < 0)
      throw new OpError('RandomCrop', `pad is a non-negative integer, got ${border}`)
    this.size = sidesOf('RandomCrop', size)
    this.pad = border
    this.interpolation = options.interpolation ?? 1
    this.padValue = padValue
  }

  forward(x: NDArray): NDArray {
    checkImages('RandomCrop', x.shape)
    const { pad: border, padValue: constantValue } = this
    return asBatch(x, (batch) => {
      const around = [0, 0, border, border, border, border, 0, 0]
      return cropRandomly(
        border > 0 ? pad(batch, 'constant', around, { constantValue }) : batch,
        this.size,
        this.interpolation,
      )
    })
  }
}

/** A part of each image of a batch, at a place that is drawn; smaller images give the largest part, resized. */
export function cropRandomly(batch: NDArray, size: Pair, interpolation?: number): NDArray {
  const [count, rows, columns] = batch.shape
  const [width, height] = scaledDown([columns, rows], size)
  const starts = Array.from({ length: count }, (_, n) => {
    const x = shuffler.integer(0, columns - width)
    return (n * rows + shuffler.integer(0, rows - height)) * columns + x
  })
  const places = upload(starts, shapeOf([count, 1, 1]), 'int32', batch.context)
  return resized(cropEach(batch, places, height, width), size, interpolation)
}

/** Options of RandomResizedCrop. */
export interface RandomResizedCropOptions extends CropOptions {
  /** Shares of the area between which that of the part is drawn. Default 0.08 to 1. */
  readonly scale?: readonly [number, number]
  /** Ratios of width to height between which that of the part is drawn. Default 3/4 to 4/3. */
  readonly ratio?: readonly [number, number]
}

/** Takes a part of each image, of an area, ratio and place that are drawn, and resizes it. */
export class RandomResizedCrop extends Transform {
  static override readonly className: string = 'RandomResizedCrop'
  static readonly sameOnBatches = true
  readonly size: Pair
  readonly interpolation: number
  readonly scale: readonly [number, number]
  readonly ratio: readonly [number, number]

  constructor(size: Size, options: RandomResizedCropOptions = {}) {
    const names = { scale: true, ratio: true, interpolation: 'number' } as const
    checkOptions('RandomResizedCrop', options, '{ scale: [0.5, 1] }', names)
    super()
    checkInterpolation('RandomResizedCrop', options.interpolation)
    const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options
    for (const [name, range] of Object.entries({ scale, ratio })) {
      const [low, high] = range
      if (range.length !== 2 || !(low > 0 && high >= low))
        throw new OpError('RandomResizedCrop', `${name} is two positive numbers, the smaller one first, got ${range}`)
    }
    this.size = sidesOf('RandomResizedCrop', size)
    this.scale = scale
    this.ratio = ratio
    this.interpolation = options.interpolation ?? 1
  }

  forward(x: NDArray): NDArray {
    checkImages('RandomResizedCrop', x.shape)
    if (x.ndim === 3) return this.#one(x)
    const images = Array.from({ length: x.shape[0] }, (_, n) => this.#one(slice(x, [n], [n + 1])))
    return stack(...images.map((image) => image.reshape(image.shape.slice(1))))
  }

  #one(image: NDArray): NDArray {
    const [rows, columns] = image.shape.slice(-3)
    const part = drawPart([columns, rows], this.scale, this.ratio)
    return part
      ? resized(cropped(image, part), this.size, this.interpolation)
      : centred(image, this.size, this.interpolation)
  }
}

/** A part of an image, by up to ten draws; undefined where none fits. */
export function drawPart(
  [columns, rows]: readonly [number, number],
  scale: readonly [number, number],
  ratio: readonly [number, number],
): Part | undefined {
  for (let i = 0; i < 10; i++) {
    const area = shuffler.uniform(...scale) * rows * columns
    const shape = Math.exp(shuffler.uniform(Math.log(ratio[0]), Math.log(ratio[1])))
    const [width, height] = [Math.round(Math.sqrt(area * shape)), Math.round(Math.sqrt(area / shape))]
    if (width > columns || height > rows || width * height === 0) continue
    return { x: shuffler.integer(0, columns - width), y: shuffler.integer(0, rows - height), width, height }
  }
  return undefined
}
