// EvalMetric: sums on the device and a count; `update` enqueues, `await get()` reads (MXNet 1.9.1, metric.py).

import { pause } from '../../autograd/autograd.ts'
import { nameOfKind, OpError } from '../../core/errors.ts'
import { hintOn } from '../../core/hints.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { giveToLibrary, release, within } from '../../core/ownership.ts'
import { add } from '../../ops/elementwise/elementwise.ts'
import { fill } from '../../ops/fill/fill.ts'
import { type AnyMetricState, Gathered, type MetricState, numbersOf, type Sums } from './state.ts'

/** An array, or a list of arrays. */
export type OneOrMany = NDArray | readonly NDArray[]

/** An array as a list. */
export function listOf(arrays: OneOrMany): readonly NDArray[] {
  return Array.isArray(arrays) ? arrays : [arrays as NDArray]
}

/** A metric's name and value; NaN when nothing was counted. */
export type NameValue = readonly [name: string, value: number]

/** What all metrics can do. */
export interface Metric {
  name: string
  /** Takes in labels and predictions, single or lists of equal length. */
  update(labels: OneOrMany, preds: OneOrMany): void
  /** Forgets all. */
  reset(): void
  /** Name and value so far. */
  get(): Promise<NameValue>
  /** What was gathered so far. */
  state(): Promise<AnyMetricState>
  /** Goes on from a state, to the bits that it would have reached without a stop. */
  restore(state: AnyMetricState): void
}

/** What an update adds: sums of one element each, of the metric's types in order, and a count. */
export interface Measured {
  readonly sum: NDArray | readonly NDArray[]
  readonly count: number
}

/** What a metric has gathered since it was reset: sums on the device from the first update on, and what they start with. */
export interface Gathering {
  sums: readonly NDArray[] | undefined
  start: readonly number[]
  count: number
}

/** Type of a sum. */
export type SumType = 'int32' | 'float32'

/** Base of metrics: one sum on the device, or several, of the types given, and a count. */
export abstract class EvalMetric<Sum extends Sums = number> implements Metric {
  name: string
  readonly #dtypes: readonly SumType[]
  /** The sums on the device, from the first update on. */
  #sums: readonly NDArray[] | undefined
  /** What the sums start with. */
  #start: readonly number[]
  #count = 0

  constructor(name: string, ...dtypes: readonly SumType[]) {
    this.name = name
    this.#dtypes = dtypes
    this.#start = dtypes.map(() => 0)
  }

  /** The sums over one pair of arrays and how many were counted. */
  protected abstract measure(label: NDArray, pred: NDArray): Measured

  /** The value of the metric, made of sums and a count that is not 0. Default the first sum ÷ count. */
  protected value(sums: readonly number[], count: number): number {
    return sums[0] / count
  }

  /** What an update of several pairs of arrays adds, in order. Default what each pair gives. */
  protected measureAll(labels: readonly NDArray[], preds: readonly NDArray[]): readonly Measured[] {
    return labels.map((label, i) => this.measure(label, preds[i]))
  }

  update(labels: OneOrMany, preds: OneOrMany): void {
    const [some, others] = [listOf(labels), listOf(preds)]
    if (some.length !== others.length) {
      throw new OpError(this.name, `got ${some.length} arrays of labels and ${others.length} of predictions`)
    }
    within('', 'update has returned', () =>
      pause(() => {
        for (const measured of this.measureAll(some, others)) this.#take(measured)
      }),
    )
  }

  #take({ sum, count }: Measured): void {
    const parts = [sum].flat()
    const { context } = parts[0]
    const sums =
      this.#sums ?? this.#dtypes.map((dtype, i) => giveToLibrary(fill([1], this.#start[i], { context, dtype })))
    if (sums[0].context !== context) {
      throw new OpError(this.name, `got arrays of ${context} after arrays of ${sums[0].context}: reset it first`)
    }
    this.#sums = sums
    for (const [i, part] of parts.entries()) add(sums[i], part, { out: sums[i] })
    this.#count += count
  }

  reset(): void {
    this.#begin(
      this.#dtypes.map(() => 0),
      0,
    )
  }

  async get(): Promise<NameValue> {
    const { sum, count } = await this.state()
    return [this.name, count === 0 ? Number.NaN : this.value([sum as Sums].flat(), count)]
  }

  async state(): Promise<MetricState<Sum>> {
    const count = this.#count
    const sums = this.#sums ? await Promise.all(this.#sums.map((sum) => sum.asscalar())) : this.#start
    return new Gathered(sums, count)
  }

  restore(state: MetricState<Sum>): void {
    const { count } = state ?? {}
    const sums = numbersOf(state)
    const fits = (value: number, i: number) => this.#dtypes[i] === 'float32' || Number.isInteger(value)
    if (sums?.length !== this.#dtypes.length || !sums.every(fits) || !Number.isInteger(count) || count < 0) {
      const got = `sum ${nameOfKind(state?.sum)} and count ${nameOfKind(count)}`
      throw new OpError(this.name, `the state is not one of this metric: got ${got}`)
    }
    this.#begin(sums, count)
  }

  /** @internal Runs a function on other sums, which it may change; the metric's own are as before then. */
  on<T>(gathered: Gathering, run: () => T): T {
    const own: Gathering = { sums: this.#sums, start: this.#start, count: this.#count }
    const enter = ({ sums, start, count }: Gathering) => {
      this.#sums = sums
      this.#start = start
      this.#count = count
    }
    enter(gathered)
    try {
      return run()
    } finally {
      Object.assign(gathered, { sums: this.#sums, start: this.#start, count: this.#count })
      enter(own)
    }
  }

  /** @internal Sums of nothing. */
  nothing(): Gathering {
    return { sums: undefined, start: this.#dtypes.map(() => 0), count: 0 }
  }

  #begin(sums: readonly number[], count: number): void {
    for (const sum of this.#sums ?? []) release(sum, 'the metric was restored or reset')
    this.#sums = undefined
    this.#start = sums
    this.#count = count
  }
}

hintOn(EvalMetric.prototype, 'metric', {
  get_name_value: 'await metric.get()',
  num_inst: 'a share of await metric.get()',
  sum_metric: 'a share of await metric.get()',
})
