// Compose: transforms applied one after the other.
import { nameOfKind, OpError } from '../../../../core/errors.ts'
import type { NDArray } from '../../../../core/ndarray.ts'
import { currentScope, release } from '../../../../core/ownership.ts'
import { AnyBlock } from '../../../block.ts'
import { worksOnBatches } from '../../columns.ts'
import { Transform } from './transform.ts'

/** Applies transforms, blocks or functions, one after the other. */
export class Compose extends Transform {
  static override readonly className: string = 'Compose'
  static readonly sameOnBatches = true
  readonly #transforms: readonly ((x: NDArray) => NDArray)[]

  constructor(transforms: readonly ((x: NDArray) => NDArray)[]) {
    super()
    if (!Array.isArray(transforms)) {
      throw new OpError('Compose', `takes a list of transforms, got ${nameOfKind(transforms)}`)
    }
    const wrong = transforms.find((transform) => typeof transform !== 'function')
    if (wrong !== undefined) throw new OpError('Compose', `takes transforms and functions, got ${nameOfKind(wrong)}`)
    const made = transforms.find((transform) => (transform as { prototype?: unknown }).prototype instanceof AnyBlock)
    if (made) throw new OpError('Compose', `takes transforms, got the class ${made.name}: write new ${made.name}()`)
    this.#transforms = [...transforms]
    transforms.forEach((transform, i) => {
      if (transform instanceof AnyBlock) this.registerChild(transform, String(i))
    })
  }

  override get onBatches(): boolean {
    return super.onBatches && this.#transforms.every(worksOnBatches)
  }

  forward(input: NDArray): NDArray {
    const scope = currentScope()
    let x = input
    for (const transform of this.#transforms) {
      const y = transform(x)
      if (y !== x && x !== input && x.owner === scope) release(x, 'the next transform of Compose has returned')
      x = y
    }
    return x
  }
}
