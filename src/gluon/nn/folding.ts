// A convolution's weight and bias with a BatchNorm taken into them, kept until one of the parameters is written to.
import { bytesOf } from '../../core/dtype.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { giveToLibrary, release } from '../../core/ownership.ts'
import type { Reading, Storage } from '../../core/storage.ts'
import { foldChannels } from '../../ops/norm/batchNorm.ts'
import type { Parameter } from '../parameter.ts'

/** What a convolution and the BatchNorm behind it consist of. */
export interface Foldable {
  readonly weight: Parameter
  readonly bias: Parameter | null
  /** Null where the factor is 1. */
  readonly gamma: Parameter | null
  readonly beta: Parameter
  readonly mean: Parameter
  readonly variance: Parameter
}

/** A parameter's values when they were read. */
interface Source {
  readonly storage: Storage
  readonly offset: number
  readonly reading: Reading
}

/** The weight (O, C ÷ groups, …) and bias (O,) of both layers as one convolution. */
type Made = Readonly<Record<'weight' | 'bias', NDArray>>

const parametersOf = (layers: Foldable) =>
  Object.values(layers).filter((parameter): parameter is Parameter => parameter !== null)

/** Whether all parameters have values, or get them by the first batch, of one type and for the convolution's channels. */
export function canFold(layers: Foldable, channels: number): boolean {
  const { dtype } = layers.weight
  const fits = ({ initialized, deferred, dtype: own, shape }: Parameter) =>
    (initialized || deferred) && own === dtype && (shape[0] === 0 || shape[0] === channels)
  return dtype !== 'float16' && parametersOf(layers).every(fits)
}

/** Takes a BatchNorm into the convolution before it. */
export class Folding {
  #sources: readonly Source[] = []
  #made: Made | undefined

  /** Weight and bias of both as one. */
  of(layers: Foldable, epsilon: number): Made {
    const parameters = parametersOf(layers)
    const arrays = parameters.map((parameter) => parameter.data())
    if (this.#made && this.#holds(arrays)) return this.#made
    this.drop()
    this.#sources = arrays.map(({ storage, offset, value }) => {
      return { storage, offset, reading: storage.watch(offset, bytesOf(value)) }
    })
    const { weight, bias, gamma, beta, mean, variance } = layers
    const made = foldChannels(
      ...([weight.data(), bias?.data() ?? null, gamma?.data() ?? null] as const),
      ...([beta.data(), mean.data(), variance.data(), epsilon] as const),
    )
    this.#made = { weight: giveToLibrary(made[0]), bias: giveToLibrary(made[1]) }
    return this.#made
  }

  /** Whether the arrays are those that were read, with the values of then. */
  #holds(arrays: readonly NDArray[]): boolean {
    const same = ({ storage, offset }: NDArray, source: Source | undefined) =>
      source?.storage === storage && source.offset === offset && !source.reading.stale
    return arrays.length === this.#sources.length && arrays.every((array, i) => same(array, this.#sources[i]))
  }

  /** Releases what was made. */
  drop(): void {
    for (const { storage, reading } of this.#sources) storage.unwatch(reading)
    this.#sources = []
    if (!this.#made) return
    for (const array of [this.#made.weight, this.#made.bias]) release(array, 'a parameter of its layers was written to')
    this.#made = undefined
  }
}
