// Metrics of one's own: CustomMetric, of arrays on the device, and ofValues, of values that were read.

import type { TypedArray } from '../../core/dtype.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { cast } from '../../ops/elementwise/cast.ts'
import { fill } from '../../ops/fill/fill.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { EvalMetric, listOf, type Measured, type Metric, type NameValue, type OneOrMany } from './metric.ts'
import { Gathered, type MetricState, numbersOf } from './state.ts'

/** Options of CustomMetric and ofValues. */
export interface CustomMetricOptions {
  /** Default the name of the function. */
  readonly name?: string | null
  /** Whether predictions beyond the number of labels are ignored. Default false: they are refused. */
  readonly allowExtraOutputs?: boolean
}

const customOptions: OptionNames<CustomMetricOptions> = { name: 'string', allowExtraOutputs: 'boolean' }

function nameOf(kind: string, feval: unknown, options: CustomMetricOptions): string {
  if (typeof feval !== 'function') {
    throw new OpError(kind, `takes a function of labels and predictions, got ${nameOfKind(feval)}`)
  }
  checkOptions(kind, options, "{ name: 'error' }", customOptions)
  return options.name ?? (feval.name || 'custom(<lambda>)')
}

/** Pairs of arrays. An array without a partner is ignored if `extra` is true, and refused otherwise. */
function pairsOf(
  name: string,
  labels: OneOrMany,
  preds: OneOrMany,
  extra: boolean,
): [labels: NDArray[], preds: NDArray[]] {
  const [some, others] = [listOf(labels), listOf(preds)]
  if (some.length !== others.length && !extra) {
    throw new OpError(name, `got ${some.length} arrays of labels and ${others.length} of predictions`)
  }
  const count = Math.min(some.length, others.length)
  return [some.slice(0, count), others.slice(0, count)]
}

/** What a function of a pair of arrays gives: a value that counts once, or a sum and how many it counts for. */
export type Evaluated<T> = T | readonly [sum: T, count: number]

/** What CustomMetric calls: it computes with arrays, and does not wait. */
export type ArrayFunction = (label: NDArray, pred: NDArray) => Evaluated<NDArray | number>

/**
 * The mean of a function of labels and predictions, which gives an array of one element: `new metric.CustomMetric((label,
 * pred) => label.subtract(pred).abs().mean())`. A pair is a sum and how many it counts for.
 */
export class CustomMetric extends EvalMetric {
  readonly #feval: ArrayFunction
  readonly #extra: boolean

  constructor(feval: ArrayFunction, options: CustomMetricOptions = {}) {
    super(nameOf('CustomMetric', feval, options), 'float32')
    this.#feval = feval
    this.#extra = options.allowExtraOutputs ?? false
  }

  override update(labels: OneOrMany, preds: OneOrMany): void {
    super.update(...pairsOf(this.name, labels, preds, this.#extra))
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    const given = this.#feval(label, pred)
    const [sum, count] = Array.isArray(given) ? (given as readonly [NDArray | number, number]) : [given as NDArray, 1]
    if (!(Number.isInteger(count) && count >= 0)) {
      throw new OpError(this.name, `a count must be a non-negative integer, got ${nameOfKind(count)}`)
    }
    if (typeof sum === 'number') return { sum: fill([1], sum, { context: pred.context }), count }
    if (sum instanceof NDArray && sum.size === 1) return { sum: cast(withShape(sum, [1]), 'float32'), count }
    const got = sum instanceof NDArray ? String(sum) : nameOfKind(sum)
    throw new OpError(this.name, `the function must give an array of one element, or a number: got ${got}`)
  }
}

/** Values of an array: flat, in row-major order. */
export interface Values {
  readonly values: TypedArray
  readonly shape: readonly number[]
}

/** What ofValues calls, when the values have been read. */
export type ValueFunction = (label: Values, pred: Values) => Evaluated<number>

/** What was gathered since the start or the last reset. */
interface Gathering {
  sum: number
  count: number
  /** Settles when all updates were evaluated. */
  done: Promise<void>
}

const begun = (sum = 0, count = 0): Gathering => ({ sum, count, done: Promise.resolve() })

/** A metric whose function runs here, not on the device: MXNet's `metric.np`. */
class ValueMetric implements Metric {
  name: string
  readonly #feval: ValueFunction
  readonly #extra: boolean
  #sums = begun()

  constructor(feval: ValueFunction, options: CustomMetricOptions) {
    this.name = nameOf('ofValues', feval, options)
    this.#feval = feval
    this.#extra = options.allowExtraOutputs ?? false
  }

  update(labels: OneOrMany, preds: OneOrMany): void {
    const [some, others] = pairsOf(this.name, labels, preds, this.#extra)
    const sums = this.#sums
    // the values are read as they are now; the function is called in the order of updates
    const read = Promise.all([...some, ...others].map(valuesOf))
    const before = sums.done
    sums.done = (async () => {
      const values = await read
      await before
      for (const [i, label] of values.slice(0, some.length).entries()) this.#add(sums, label, values[some.length + i])
    })()
    // `get` and `state` throw what went wrong
    for (const waiting of [read, sums.done]) waiting.catch(() => {})
  }

  #add(sums: Gathering, label: Values, pred: Values): void {
    const given = this.#feval(label, pred)
    const [sum, count] = typeof given === 'number' ? [given, 1] : (given ?? [])
    if (typeof sum !== 'number' || typeof count !== 'number') {
      throw new OpError(this.name, `the function must give a number, or a sum and a count: got ${nameOfKind(given)}`)
    }
    sums.sum += sum
    sums.count += count
  }

  reset(): void {
    this.#sums = begun()
  }

  async get(): Promise<NameValue> {
    const { sum, count } = await this.state()
    return [this.name, count === 0 ? Number.NaN : sum / count]
  }

  async state(): Promise<MetricState> {
    const sums = this.#sums
    await sums.done
    return new Gathered([sums.sum], sums.count)
  }

  restore(state: MetricState): void {
    const { count } = state ?? {}
    const sums = numbersOf(state)
    if (sums?.length !== 1 || typeof count !== 'number' || !(count >= 0)) {
      const got = `sum ${nameOfKind(state?.sum)} and count ${nameOfKind(count)}`
      throw new OpError(this.name, `the state is not one of this metric: got ${got}`)
    }
    this.#sums = begun(sums[0], count)
  }
}

async function valuesOf(array: NDArray): Promise<Values> {
  const { shape } = array
  return { values: await array.toArray(), shape }
}

/**
 * A metric of a function of values, for what no op computes: `metric.ofValues((label, pred) => …)`, where both have
 * `values`, a typed array, and `shape`. The function is called when the values have arrived; training does not wait.
 */
export function ofValues(feval: ValueFunction, options: CustomMetricOptions = {}): Metric {
  return new ValueMetric(feval, options)
}
