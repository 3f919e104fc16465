// Metrics, accumulated on the device: `update` enqueues, `await get()` reads (MXNet 1.9.1, metric.py).
import { pause } from '../../autograd/autograd.ts'
import { nameOfKind, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { giveToLibrary, release, within } from '../../core/ownership.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import { numberFromJson, numberToJson } from '../../io/saved.ts'
import { cast } from '../../ops/elementwise/cast.ts'
import { add, equal } from '../../ops/elementwise/elementwise.ts'
import { fill } from '../../ops/fill/fill.ts'
import { argmax } from '../../ops/reduce/argmax.ts'
import { sum } from '../../ops/reduce/reduce.ts'

type OneOrMany = NDArray | readonly NDArray[]

function list(arrays: OneOrMany): readonly NDArray[] {
  return Array.isArray(arrays) ? arrays : [arrays as NDArray]
}

/** A metric's name and value; NaN when nothing was counted. */
export type NameValue = readonly [name: string, value: number]

/** What a metric has gathered. */
export interface MetricState {
  readonly sum: number
  readonly count: number
}

/** A metric's state, which JSON keeps also where the sum is no finite number. */
class Gathered implements MetricState {
  readonly sum: number
  readonly count: number

  constructor(sum: number, count: number) {
    this.sum = sum
    this.count = count
  }

  toJSON(): object {
    return { sum: numberToJson(this.sum), count: this.count }
  }
}

/** Base of metrics: a sum on the device and a count. */
export abstract class EvalMetric {
  readonly name: string
  readonly #dtype: 'int32' | 'float32'
  /** The sum on the device, from the first update on. */
  #sum: NDArray | undefined
  /** What the sum begins with. */
  #start = 0
  #count = 0

  constructor(name: string, dtype: 'int32' | 'float32') {
    this.name = name
    this.#dtype = dtype
  }

  /** The sum over one pair of arrays and how many were counted. */
  protected abstract measure(label: NDArray, pred: NDArray): { sum: NDArray; count: number }

  /** Takes in labels and predictions, single or lists of equal length. */
  update(labels: OneOrMany, preds: OneOrMany): void {
    const [some, others] = [list(labels), list(preds)]
    if (some.length !== others.length) {
      throw new OpError(this.name, `got ${some.length} arrays of labels and ${others.length} of predictions`)
    }
    within('', 'update has returned', () =>
      pause(() => {
        for (let i = 0; i < some.length; i++) this.#take(this.measure(some[i], others[i]))
      }),
    )
  }

  #take({ sum: part, count }: { sum: NDArray; count: number }): void {
    const { context } = part
    if (this.#sum?.context !== context) {
      if (this.#sum)
        throw new OpError(this.name, `got arrays of ${context} after arrays of ${this.#sum.context}: reset it first`)
      this.#sum = giveToLibrary(fill([1], this.#start, { context, dtype: this.#dtype }))
    }
    add(this.#sum, part, { out: this.#sum })
    this.#count += count
  }

  /** Forgets all. */
  reset(): void {
    this.restore({ sum: 0, count: 0 })
  }

  /** Name and value so far. */
  async get(): Promise<NameValue> {
    const { sum: total, count } = await this.state()
    return [this.name, count === 0 ? Number.NaN : total / count]
  }

  /** What was gathered so far. */
  async state(): Promise<MetricState> {
    const count = this.#count
    return new Gathered(this.#sum ? await this.#sum.asscalar() : this.#start, count)
  }

  /** Goes on from a state, to the bits that it would have reached without a stop. */
  restore(state: MetricState): void {
    const { count } = state ?? {}
    const total = numberFromJson(state?.sum)
    const fits = total !== undefined && (this.#dtype === 'float32' || Number.isInteger(total))
    if (!fits || !Number.isInteger(count) || count < 0) {
      const got = `sum ${nameOfKind(state?.sum)} and count ${nameOfKind(count)}`
      throw new OpError(this.name, `the state is not one of this metric: got ${got}`)
    }
    if (this.#sum) release(this.#sum, 'the metric was restored or reset')
    this.#sum = undefined
    this.#start = total
    this.#count = count
  }
}

/** Share of predictions whose class is the label; `axis` is that of the classes. */
export class Accuracy extends EvalMetric {
  readonly axis: number

  constructor({ axis = 1, name = 'accuracy' }: { readonly axis?: number; readonly name?: string } = {}) {
    super(name, 'int32')
    this.axis = axis
  }

  protected measure(label: NDArray, pred: NDArray): { sum: NDArray; count: number } {
    if (!sameShape(pred.shape, label.shape) && this.axis >= pred.ndim) {
      const got = `${formatShape(pred.shape)}, with labels ${formatShape(label.shape)}`
      throw new OpError(
        this.name,
        `update takes labels, then predictions with classes on axis ${this.axis}, got ${got}`,
      )
    }
    const classes = sameShape(pred.shape, label.shape) ? pred : argmax(pred, { axis: this.axis, dtype: 'int32' })
    if (classes.size !== label.size) {
      const got = `${formatShape(pred.shape)} for labels ${formatShape(label.shape)}`
      throw new OpError(this.name, `predictions and labels don't match: got ${got}`)
    }
    const hits = equal(cast(classes, 'int32'), cast(label, 'int32'))
    return { sum: sum(hits), count: label.size }
  }
}

/** Mean of the losses given as predictions; labels are not looked at. */
export class Loss extends EvalMetric {
  constructor({ name = 'loss' }: { readonly name?: string } = {}) {
    super(name, 'float32')
  }

  protected measure(_label: NDArray, pred: NDArray): { sum: NDArray; count: number } {
    return { sum: sum(pred), count: pred.size }
  }
}

/** Several metrics as one. */
export class CompositeEvalMetric {
  readonly name: string
  readonly metrics: EvalMetric[]

  constructor(metrics: readonly EvalMetric[] = [], { name = 'composite' }: { readonly name?: string } = {}) {
    this.name = name
    this.metrics = [...metrics]
  }

  /** Adds a metric. */
  add(metric: EvalMetric): void {
    this.metrics.push(metric)
  }

  /** Takes in labels and predictions for each metric. */
  update(labels: OneOrMany, preds: OneOrMany): void {
    for (const metric of this.metrics) metric.update(labels, preds)
  }

  /** Forgets all. */
  reset(): void {
    for (const metric of this.metrics) metric.reset()
  }

  /** What each metric gathered so far. */
  state(): Promise<readonly MetricState[]> {
    return Promise.all(this.metrics.map((metric) => metric.state()))
  }

  /** Goes on from a state of as many metrics. */
  restore(states: readonly MetricState[]): void {
    if (!Array.isArray(states) || states.length !== this.metrics.length) {
      const got = Array.isArray(states) ? `one of ${states.length} metrics` : nameOfKind(states)
      throw new OpError(this.name, `the state must be one of ${this.metrics.length} metrics, got ${got}`)
    }
    for (const [i, metric] of this.metrics.entries()) metric.restore(states[i])
  }

  /** Names and values so far. */
  async get(): Promise<readonly [names: string[], values: number[]]> {
    const pairs = await Promise.all(this.metrics.map((metric) => metric.get()))
    return [pairs.map(([name]) => name), pairs.map(([, value]) => value)]
  }
}
