// Sizes, crops, normalisation and rotation of images (H, W, C) (MXNet 1.9.1, image/image.py).
import { OpError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape } from '../core/shape.ts'
import { shuffler } from '../gluon/data/shuffler.ts'
import { type CropOptions, cropped, drawPart, resized, scaledDown } from '../gluon/data/vision/transforms/crops.ts'
import { checkInterpolation } from '../gluon/data/vision/transforms/interpolate.ts'
import { Rotate, type RotateOptions } from '../gluon/data/vision/transforms/rotations.ts'
import { divide, subtract } from '../ops/elementwise/elementwise.ts'

type Pair = readonly [width: number, height: number]

/** Where a crop was taken. */
export type Place = readonly [x: number, y: number, width: number, height: number]

function sizeOf(name: string, { shape, ndim }: NDArray): [width: number, height: number] {
  if (ndim === 3) return [shape[1], shape[0]]
  throw new OpError(name, `takes an image (H, W, C), got ${formatShape(shape)}`)
}

/** The largest size of the ratio of `size` that fits into `srcSize`; `size` itself where it fits. */
export function scaleDown(srcSize: Pair, size: Pair): [width: number, height: number] {
  return scaledDown(srcSize, size)
}

/** The image resized to w × h; bilinear by default. */
export function imresize(src: NDArray, w: number, h: number, { interpolation }: CropOptions = {}): NDArray {
  sizeOf('imresize', src)
  checkInterpolation('imresize', interpolation)
  return resized(src, [w, h], interpolation)
}

/** The image resized so that its shorter edge has `size` pixels; cubic by default, as all below that resize. */
export function resizeShort(src: NDArray, size: number, options: CropOptions = {}): NDArray {
  const [w, h] = sizeOf('resizeShort', src)
  const to: Pair = h > w ? [size, Math.trunc((size * h) / w)] : [Math.trunc((size * w) / h), size]
  return resized(src, to, given('resizeShort', options))
}

/** The interpolation of options; MXNet's functions take 2, cubic. */
function given(name: string, { interpolation = 2 }: CropOptions): number {
  checkInterpolation(name, interpolation)
  return interpolation
}

/** The part of w × h pixels at x0, y0, resized where a `size` is given. */
export function fixedCrop(
  src: NDArray,
  x0: number,
  y0: number,
  w: number,
  h: number,
  size?: Pair,
  options: CropOptions = {},
): NDArray {
  sizeOf('fixedCrop', src)
  const interpolation = given('fixedCrop', options)
  const part = cropped(src, { x: x0, y: y0, width: w, height: h })
  return size ? resized(part, size, interpolation) : part
}

/** A part of a size at a place that is drawn, and where it was; of a smaller image the largest part, resized. */
export function randomCrop(src: NDArray, size: Pair, options: CropOptions = {}): [NDArray, Place] {
  const [w, h] = sizeOf('randomCrop', src)
  const [width, height] = scaledDown([w, h], size)
  const [x, y] = [shuffler.integer(0, w - width), shuffler.integer(0, h - height)]
  return [fixedCrop(src, x, y, width, height, size, options), [x, y, width, height]]
}

/** The middle of a size, and where it was; of a smaller image the largest part, resized. */
export function centerCrop(src: NDArray, size: Pair, options: CropOptions = {}): [NDArray, Place] {
  const [w, h] = sizeOf('centerCrop', src)
  const [width, height] = scaledDown([w, h], size)
  const [x, y] = [Math.trunc((w - width) / 2), Math.trunc((h - height) / 2)]
  return [fixedCrop(src, x, y, width, height, size, options), [x, y, width, height]]
}

/** A part of an area and ratio that are drawn, resized to a size, and where it was; else the middle. */
export function randomSizeCrop(
  src: NDArray,
  size: Pair,
  area: number | Pair,
  ratio: Pair,
  options: CropOptions = {},
): [NDArray, Place] {
  const part = drawPart(sizeOf('randomSizeCrop', src), typeof area === 'number' ? [area, 1] : area, ratio)
  if (!part) return centerCrop(src, size, options)
  const { x, y, width, height } = part
  return [fixedCrop(src, x, y, width, height, size, options), [x, y, width, height]]
}

/** The image less a mean, divided by a deviation: numbers, or arrays that are broadcast, such as one of three numbers. */
export function colorNormalize(src: NDArray, mean: NDArray | number, std?: NDArray | number): NDArray {
  const centred = subtract(src, mean)
  return std === undefined ? centred : divide(centred, std)
}

/** Floats (C, H, W) or (N, C, H, W) turned by an angle in degrees. */
export function imrotate(src: NDArray, rotationDegrees: number, options: RotateOptions = {}): NDArray {
  return new Rotate(rotationDegrees, options)(src)
}

/** Floats (C, H, W) or (N, C, H, W) turned by one angle that is drawn between two. */
export function randomRotate(src: NDArray, angleLimits: Pair, options: RotateOptions = {}): NDArray {
  return imrotate(src, shuffler.uniform(...angleLimits), options)
}
