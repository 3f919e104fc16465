// What the built-in transforms have in common: they do to a batch what they do to each of its samples.
import { HybridBlock } from '../../../block.ts'
import type { BatchFunction } from '../../columns.ts'

/** Base of transforms. A class that does the same to batches says so by `static readonly sameOnBatches = true`. */
export abstract class Transform extends HybridBlock implements BatchFunction {
  static override readonly className: string = 'Transform'

  /** Whether it may be called on batches now: a hook expects samples, and so may a subclass. */
  get onBatches(): boolean {
    return Object.hasOwn(this.constructor, 'sameOnBatches') && !this.hooked
  }
}
