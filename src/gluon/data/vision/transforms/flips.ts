// Random mirror images, and transforms that are applied by chance (MXNet 1.9.1, vision/transforms.py).
import type { NDArray } from '../../../../core/ndarray.ts'
import { checkImages } from '../../../../ops/resize/resize.ts'
import { flip } from '../../../../ops/view/flip.ts'
import { shuffler } from '../../shuffler.ts'
import { asBatch, checkChance, sometimes } from './random.ts'
import { Transform } from './transform.ts'

abstract class RandomFlip extends Transform {
  /** The axis of a batch that is reversed. */
  abstract readonly axis: number
  /** The chance of each image. */
  readonly p: number

  constructor(p = 0.5) {
    super()
    this.p = checkChance((new.target as unknown as { className: string }).className, p)
  }

  forward(x: NDArray): NDArray {
    checkImages(this.name, x.shape)
    return asBatch(x, (batch) => sometimes(batch, this.p, (images) => flip(images, this.axis)))
  }
}

/** Mirrors each image (H, W, C) from left to right with a chance of `p`, default 0.5. */
export class RandomFlipLeftRight extends RandomFlip {
  static override readonly className: string = 'RandomFlipLeftRight'
  static readonly sameOnBatches = true
  readonly axis = 2
}

/** Mirrors each image (H, W, C) from top to bottom with a chance of `p`, default 0.5. */
export class RandomFlipTopBottom extends RandomFlip {
  static override readonly className: string = 'RandomFlipTopBottom'
  static readonly sameOnBatches = true
  readonly axis = 1
}

/** Applies a transform with a chance of `p`, default 0.5; samples are made one by one. */
export class RandomApply extends Transform {
  static override readonly className: string = 'RandomApply'
  readonly p: number
  readonly #transform: (x: NDArray) => NDArray

  constructor(transform: (x: NDArray) => NDArray, p = 0.5) {
    super()
    this.p = checkChance('RandomApply', p)
    this.#transform = transform
    if (transform instanceof Transform) this.registerChild(transform, 'transforms')
  }

  forward(x: NDArray): NDArray {
    return shuffler.uniform() < this.p ? this.#transform(x) : x
  }
}
