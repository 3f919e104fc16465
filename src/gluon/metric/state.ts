// States of metrics: plain data, which JSON keeps to the bit.
import { numberFromJson, numberToJson } from '../../io/saved.ts'

/** The sum of a metric, or the sums of one that needs several. */
export type Sums = number | readonly number[]

/** What a metric has gathered. */
export interface MetricState<Sum extends Sums = number> {
  readonly sum: Sum
  readonly count: number
}

/** What some metric has gathered. */
export type AnyMetricState = MetricState<Sums>

/** A metric's state, which JSON keeps also where a sum is no finite number. */
export class Gathered<Sum extends Sums> implements MetricState<Sum> {
  readonly sum: Sum
  readonly count: number

  constructor(sums: readonly number[], count: number) {
    this.sum = (sums.length === 1 ? sums[0] : sums) as Sum
    this.count = count
  }

  toJSON(): object {
    const { count } = this
    const sum: Sums = this.sum
    return { sum: typeof sum === 'number' ? numberToJson(sum) : sum.map(numberToJson), count }
  }
}

/** The sums of a state, as it was or as JSON gives it back; undefined where they are none. */
export function numbersOf(state: AnyMetricState | undefined): readonly number[] | undefined {
  const sums = [state?.sum].flat().map(numberFromJson)
  return sums.every((sum) => sum !== undefined) ? sums : undefined
}
