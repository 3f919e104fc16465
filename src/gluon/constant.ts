// Constant: a parameter with a value of its own that training leaves alone (MXNet 1.9.1, gluon/parameter.py).
import { NDArray } from '../core/ndarray.ts'
import { giveToLibrary, within } from '../core/ownership.ts'
import { Initializer } from '../init/initializer.ts'
import { array } from '../nd/creation.ts'
import type { NestedNumbers } from '../nd/values.ts'
import { assign, copy } from '../ops/copy/copy.ts'
import { type GradReq, Parameter } from './parameter.ts'

/** Copies a value held on any context. */
class Held extends Initializer {
  readonly #value: NDArray

  constructor(value: NDArray) {
    super()
    this.#value = value
  }

  initialize(_name: string, target: NDArray): void {
    within('', 'a constant was set', () => {
      const value = this.#value.asInContext(target.context).astype(target.dtype, { copy: false })
      assign(target, value)
    })
  }
}

/** A parameter that is saved and loaded, and gets no gradient: numbers of any nesting, or an array. */
export class Constant extends Parameter {
  constructor(name: string, value: NDArray | NestedNumbers) {
    const held = giveToLibrary(value instanceof NDArray ? copy(value) : array(value))
    super(name, { shape: held.shape, dtype: held.dtype, init: new Held(held), gradReq: 'null' })
  }

  override get gradReq(): GradReq {
    return 'null'
  }

  /** Stays 'null'; another request is passed over with a warning, so that `setattr` on a network works. */
  override set gradReq(request: GradReq) {
    if (request !== 'null') console.warn(`${this.name} is a constant: its gradReq stays 'null', got '${request}'`)
  }
}
