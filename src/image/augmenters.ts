// createAugmenter: the usual list of functions that turn a picture into a network's input (MXNet 1.9.1, image/image.py).
import { checkOptions, OpError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { CenterCrop, RandomCrop, RandomResizedCrop } from '../gluon/data/vision/transforms/crops.ts'
import { RandomFlipLeftRight } from '../gluon/data/vision/transforms/flips.ts'
import { RandomColorJitter, RandomGray, RandomHue, RandomLighting } from '../gluon/data/vision/transforms/jitter.ts'
import { Cast } from '../gluon/data/vision/transforms/transforms.ts'
import { array } from '../nd/creation.ts'
import { colorNormalize, resizeShort } from './functions.ts'

/** Options of createAugmenter; all are off by default. */
export interface AugmenterOptions {
  /** Pixels of the shorter edge to which pictures are resized first. */
  readonly resize?: number
  /** How pictures are resized, as `Resize` does it. Default 2, cubic. */
  readonly interMethod?: number
  /** Whether crops are at random places, not in the middle. */
  readonly randCrop?: boolean
  /** Whether crops are of random areas and ratios; asks for randCrop. */
  readonly randResize?: boolean
  readonly randMirror?: boolean
  /** The mean to subtract, by channel, or true for ImageNet's. */
  readonly mean?: true | readonly number[]
  /** The deviation to divide by, or true for ImageNet's. */
  readonly std?: true | readonly number[]
  readonly brightness?: number
  readonly contrast?: number
  readonly saturation?: number
  readonly hue?: number
  /** Deviation of the noise along the main directions of colours. */
  readonly pcaNoise?: number
  /** The chance that a picture becomes grey. */
  readonly randGray?: number
}

const names: OptionNames<AugmenterOptions> = {
  resize: 'number',
  interMethod: 'number',
  randCrop: 'boolean',
  randResize: 'boolean',
  randMirror: 'boolean',
  mean: true,
  std: true,
  brightness: 'number',
  contrast: 'number',
  saturation: 'number',
  hue: 'number',
  pcaNoise: 'number',
  randGray: 'number',
}

type Augmenter = (image: NDArray) => NDArray

/** ImageNet's mean and deviation, of bytes. */
const imageNet = { mean: [123.68, 116.28, 103.53], std: [58.395, 57.12, 57.375] } as const

/** Functions of an image (H, W, C), to be called one after the other; `dataShape` is (channels, height, width). */
export function createAugmenter(
  dataShape: readonly [channels: number, height: number, width: number],
  options: AugmenterOptions = {},
): Augmenter[] {
  checkOptions('createAugmenter', options, '{ randMirror: true }', names)
  const { resize = 0, randCrop, randResize, randMirror, hue = 0, pcaNoise = 0, randGray = 0 } = options
  const { interMethod: interpolation = 2 } = options
  const { brightness = 0, contrast = 0, saturation = 0 } = options
  if (randResize && !randCrop) throw new OpError('createAugmenter', 'randResize asks for randCrop')
  const size = [dataShape[2], dataShape[1]] as const
  const list: Augmenter[] = resize > 0 ? [(image) => resizeShort(image, resize, { interpolation })] : []
  if (randResize) list.push(new RandomResizedCrop(size, { interpolation }))
  else list.push(randCrop ? new RandomCrop(size, { interpolation }) : new CenterCrop(size, { interpolation }))
  if (randMirror) list.push(new RandomFlipLeftRight())
  list.push(new Cast())
  if (brightness || contrast || saturation) list.push(new RandomColorJitter(brightness, contrast, saturation))
  if (hue) list.push(new RandomHue(hue))
  if (pcaNoise > 0) list.push(new RandomLighting(pcaNoise))
  if (randGray > 0) list.push(new RandomGray(randGray))
  const [mean, std] = (['mean', 'std'] as const).map((name) =>
    options[name] === true ? imageNet[name] : options[name],
  )
  if (mean || std) list.push((image) => normalized(image, mean ?? [0], std))
  return list
}

function normalized(image: NDArray, mean: readonly number[], std: readonly number[] | undefined): NDArray {
  const [subtracted, divisor] = [mean, std].map((values) => values && array([...values], { ctx: image.context }))
  return colorNormalize(image, subtracted as NDArray, divisor)
}
