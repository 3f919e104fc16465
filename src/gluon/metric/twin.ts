// A metric by the rule of another, with sums of its own: what Gluon's deepcopy of a metric is for.
import type { EvalMetric, Gathering, Metric, NameValue, OneOrMany } from './metric.ts'
import type { AnyMetricState, Sums } from './state.ts'

/** Any metric that gathers sums. */
export type AnyEvalMetric = EvalMetric<Sums>

/** Measures as `source` does, under another name. */
export class Twin implements Metric {
  name: string
  readonly source: AnyEvalMetric
  readonly #gathered: Gathering

  constructor(source: AnyEvalMetric, name: string) {
    this.name = name
    this.source = source
    this.#gathered = source.nothing()
  }

  update(labels: OneOrMany, preds: OneOrMany): void {
    this.#with(() => this.source.update(labels, preds))
  }

  reset(): void {
    this.#with(() => this.source.reset())
  }

  async get(): Promise<NameValue> {
    const [, value] = await this.#with(() => this.source.get())
    return [this.name, value]
  }

  state(): Promise<AnyMetricState> {
    return this.#with(() => this.source.state())
  }

  restore(state: AnyMetricState): void {
    this.#with(() => this.source.restore(state as never))
  }

  /** A metric reads its sums before it first waits, so that its promise belongs to these sums. */
  #with<T>(run: () => T): T {
    return this.source.on(this.#gathered, run)
  }
}
