// Random changes of colour, each image's its own (MXNet 1.9.1, vision/transforms.py and image_random-inl.h).
import { OpError } from '../../../../core/errors.ts'
import type { NDArray } from '../../../../core/ndarray.ts'
import { shapeOf } from '../../../../core/shape.ts'
import { upload } from '../../../../nd/creation.ts'
import { brightness, checkPixels, contrast, hue, lighting, saturation } from '../../../../ops/image/colour.ts'
import { shuffler } from '../../shuffler.ts'
import { asBatch, checkChance, drawEach } from './random.ts'
import { Transform } from './transform.ts'

type Change = (x: NDArray, factor: NDArray) => NDArray

function checkAmount(name: string, amount: number): number {
  if (amount >= 0 && Number.isFinite(amount)) return amount
  throw new OpError(name, `takes a non-negative number, got ${amount}`)
}

/** Images (H, W, C) of bytes or floats changed by a factor for each. */
function changed(name: string, x: NDArray, change: Change, low: number, high: number): NDArray {
  return asBatch(x, (batch) => {
    checkPixels(name, batch)
    return change(
      batch,
      drawEach(batch, () => shuffler.uniform(low, high)),
    )
  })
}

abstract class Jitter extends Transform {
  abstract readonly change: Change
  /** How far factors lie from 1. */
  readonly amount: number

  constructor(amount: number) {
    super()
    this.amount = checkAmount((new.target as unknown as { className: string }).className, amount)
  }

  forward(x: NDArray): NDArray {
    return changed(this.name, x, this.change, Math.max(0, 1 - this.amount), 1 + this.amount)
  }

  override describe(): string {
    return `${(this.constructor as typeof Jitter).className}(${this.amount})`
  }
}

/** Multiplies each image by a factor from max(0, 1 − brightness) to 1 + brightness. */
export class RandomBrightness extends Jitter {
  static override readonly className: string = 'RandomBrightness'
  static readonly sameOnBatches = true
  readonly change = brightness
}

/** Moves each image towards its mean luma or away from it, by a factor from max(0, 1 − contrast) to 1 + contrast. */
export class RandomContrast extends Jitter {
  static override readonly className: string = 'RandomContrast'
  static readonly sameOnBatches = true
  readonly change = contrast
}

/** Moves each pixel towards its luma or away from it, by a factor from max(0, 1 − saturation) to 1 + saturation. */
export class RandomSaturation extends Jitter {
  static override readonly className: string = 'RandomSaturation'
  static readonly sameOnBatches = true
  readonly change = saturation
}

/** Turns the hues of each image by a share of the circle from −hue to hue; colours are from 0 to 255. */
export class RandomHue extends Jitter {
  static override readonly className: string = 'RandomHue'
  static readonly sameOnBatches = true
  readonly change = hue
}

/** Brightness, contrast, saturation and hue, those that are not 0, in an order that is drawn for each batch. */
export class RandomColorJitter extends Transform {
  static override readonly className: string = 'RandomColorJitter'
  static readonly sameOnBatches = true
  readonly #changes: readonly (readonly [change: Change, low: number, high: number])[]

  constructor(brightnessBy = 0, contrastBy = 0, saturationBy = 0, hueBy = 0) {
    super()
    const amounts = [brightnessBy, contrastBy, saturationBy, hueBy]
    const changes = [brightness, contrast, saturation, hue]
    for (const amount of amounts) checkAmount('RandomColorJitter', amount)
    this.#changes = changes.flatMap((change, i) => {
      const middle = change === hue ? 0 : 1
      return amounts[i] > 0 ? [[change, middle - amounts[i], middle + amounts[i]] as const] : []
    })
  }

  forward(x: NDArray): NDArray {
    const order = shuffler.shuffleIndices(this.#changes.length)
    return order.reduce((y, i) => changed(this.name, y, ...this.#changes[i]), x)
  }
}

/** The standard deviations of ImageNet's colours along their three main directions, and these directions (AlexNet). */
const deviations = [55.46, 4.794, 1.148] as const
const directions = [
  [-0.5675, 0.7192, 0.4009],
  [-0.5808, -0.0045, -0.814],
  [-0.5836, -0.6948, 0.4203],
] as const

/** Adds to the colours of each image along ImageNet's main directions, by normal amounts of deviation `alpha`. */
export class RandomLighting extends Transform {
  static override readonly className: string = 'RandomLighting'
  static readonly sameOnBatches = true
  readonly alpha: number

  constructor(alpha: number) {
    super()
    this.alpha = checkAmount('RandomLighting', alpha)
  }

  forward(x: NDArray): NDArray {
    return asBatch(x, (batch) => {
      checkPixels('RandomLighting', batch)
      const [count, , , channels] = batch.shape
      if (channels === 1) return batch
      const shifts = Array.from({ length: count }, () => {
        const amounts = deviations.map((deviation) => deviation * shuffler.normal(this.alpha))
        return directions.map((direction) => direction.reduce((sum, value, k) => sum + value * amounts[k], 0))
      })
      return lighting(batch, upload(shifts.flat(), shapeOf([count, 1, 1, 3]), 'float32', batch.context))
    })
  }
}

/** Makes each image grey with a chance of `p`, default 0.5; it keeps its channels. */
export class RandomGray extends Transform {
  static override readonly className: string = 'RandomGray'
  static readonly sameOnBatches = true
  readonly p: number

  constructor(p = 0.5) {
    super()
    this.p = checkChance('RandomGray', p)
  }

  forward(x: NDArray): NDArray {
    return asBatch(x, (batch) => {
      checkPixels('RandomGray', batch)
      return saturation(
        batch,
        drawEach(batch, () => (shuffler.uniform() < this.p ? 0 : 1)),
      )
    })
  }
}
