// Arena: the parameters of a context, their gradients and their optimizer state, each in one flat piece of memory.
import { pause } from '../autograd/autograd.ts'
import { bytesPer } from '../core/dtype.ts'
import type { Context } from '../core/engine.ts'
import { GlueballError } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { giveToLibrary, release } from '../core/ownership.ts'
import { shapeOf } from '../core/shape.ts'
import { assign } from '../ops/copy/copy.ts'
import { fill } from '../ops/fill/fill.ts'
import type { Parameter } from './parameter.ts'

/** Entries begin at multiples of this, so that they can be bound and sent by themselves. */
const padding = 256

/** Where a parameter lies, in elements. */
export interface ArenaEntry {
  readonly parameter: Parameter
  readonly begin: number
  /** Elements with the padding after it. */
  readonly length: number
}

/** One flat array for the values, one for the gradients and some for optimizer state, all of one layout. */
export class Arena {
  readonly entries: readonly ArenaEntry[]
  readonly values: NDArray
  readonly gradients: NDArray
  readonly states: readonly NDArray[]

  /** Moves initialised parameters of one context and dtype in, the last first, since backward meets them so. */
  constructor(parameters: readonly Parameter[], stateCount: number) {
    const { context, dtype } = parameters[0].data()
    const other = parameters.find((parameter) => parameter.context !== context || parameter.dtype !== dtype)
    if (other) {
      const got = `${dtype} on ${context} and ${other.dtype} on ${other.context}`
      throw new GlueballError(`the parameters of a Trainer must have one element type and one context, got ${got}`)
    }
    const step = padding / bytesPer(dtype)
    const entries: ArenaEntry[] = []
    let total = 0
    for (const parameter of [...parameters].reverse()) {
      const length = Math.ceil(parameter.data().size / step) * step
      entries.push({ parameter, begin: total, length })
      total += length
    }
    this.entries = entries
    const flat = (): NDArray => giveToLibrary(fill([total], 0, { context, dtype }))
    this.values = flat()
    this.gradients = flat()
    this.states = Array.from({ length: stateCount }, flat)
    pause(() => {
      for (const entry of entries) this.#moveIn(entry)
    })
  }

  /** The context of all. */
  get context(): Context {
    return this.values.context
  }

  /**
   * Whether every parameter and its gradient still lie here, and no other of the parameters given has a gradient: a new
   * initialization, element type or gradReq moves them.
   */
  holds(parameters: readonly Parameter[]): boolean {
    const here = new Set(this.entries.map(({ parameter }) => parameter))
    if (parameters.some((parameter) => parameter.leaf && !here.has(parameter))) return false
    return this.entries.every(({ parameter, begin }) => {
      const { leaf, storage, offset } = parameter.data()
      const from = this.values.offset + begin * bytesPer(this.values.dtype)
      return (
        storage === this.values.storage && offset === from && (!leaf || leaf.grad.storage === this.gradients.storage)
      )
    })
  }

  /** Takes over the optimizer state of those parameters that an older arena holds too, and ends that one. */
  replace(old: Arena): void {
    if (old.values.dtype === this.values.dtype && old.context === this.context) {
      for (const { parameter, begin } of old.entries) {
        const entry = this.entries.find((entry) => entry.parameter === parameter)
        if (entry) this.states.forEach((state, i) => moveState(old.states[i], begin, state, entry))
      }
    }
    for (const flat of [old.values, old.gradients, ...old.states]) release(flat, 'its parameters moved to a new arena')
  }

  #moveIn({ parameter, begin }: ArenaEntry): void {
    const data = parameter.data()
    moveTo(data, this.values, begin)
    if (data.leaf) moveTo(data.leaf.grad, this.gradients, begin)
  }

  /** A range of a flat array, as an array of the given shape; the caller releases it. */
  static range(flat: NDArray, begin: number, shape: readonly number[]): NDArray {
    const { context, dtype } = flat
    const offset = flat.offset + begin * bytesPer(dtype)
    return new NDArray({ context, value: { shape: shapeOf(shape), dtype, storage: flat.storage.retain(), offset } })
  }
}

function moveState(from: NDArray, begin: number, to: NDArray, { parameter, begin: place }: ArenaEntry): void {
  const [source, target] = [Arena.range(from, begin, parameter.shape), Arena.range(to, place, parameter.shape)]
  assign(target, source)
  for (const range of [source, target]) release(range, 'its parameter moved to a new arena')
}

function moveTo(array: NDArray, flat: NDArray, begin: number): void {
  const place = Arena.range(flat, begin, array.shape)
  assign(place, array)
  array.rehome(place.value)
}
