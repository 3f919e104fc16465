// What an event handler of an Estimator is: any object with some of these methods, called in the order of priorities.
import type { NDArray } from '../../../core/ndarray.ts'
import type { Estimator } from './estimator.ts'

/** Data, label and whatever else a batch holds. */
export type Batch = readonly NDArray[]

/** A batch that has been computed. */
export interface BatchResult {
  readonly data: NDArray
  readonly label: NDArray
  readonly pred: NDArray
  /** One value for each sample. */
  readonly loss: NDArray
}

/** A batch and what became of it. Its arrays live until the batch has ended: `detach()` what is to be kept. */
export interface BatchEnd extends BatchResult {
  readonly batch: Batch
}

/** What an event may answer: true ends the training. */
// biome-ignore lint/suspicious/noConfusingVoidType: a method that answers nothing returns void
export type Answer = boolean | undefined | void

/** What happens at events of a training. A method may return a promise, which the training waits for. */
export interface EventHandler {
  /** Handlers with a lower number are called first, those with the same in the order given. Default 0. */
  readonly priority?: number
  trainBegin?(estimator: Estimator): void | Promise<void>
  epochBegin?(estimator: Estimator): void | Promise<void>
  batchBegin?(estimator: Estimator, batch: Batch): void | Promise<void>
  /** True ends the training after this batch. */
  batchEnd?(estimator: Estimator, result: BatchEnd): Answer | Promise<Answer>
  /** True ends the training. */
  epochEnd?(estimator: Estimator): Answer | Promise<Answer>
  trainEnd?(estimator: Estimator): void | Promise<void>
}

/** The events by their names. */
export const events = ['trainBegin', 'epochBegin', 'batchBegin', 'batchEnd', 'epochEnd', 'trainEnd'] as const

/** Handlers in the order in which they are called. */
export class Handlers {
  readonly #sorted: readonly EventHandler[]

  constructor(handlers: readonly EventHandler[]) {
    const priority = (handler: EventHandler) => handler.priority ?? 0
    // infinite ones are equal, where their difference is NaN
    const order = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0)
    this.#sorted = [...handlers].sort((a, b) => order(priority(a), priority(b)))
  }

  /** Calls all handlers of an event; gives whether one of them ends the training. */
  async tell(call: (handler: EventHandler) => Answer | Promise<Answer>): Promise<boolean> {
    let ends = false
    for (const handler of this.#sorted) {
      const answer = call(handler)
      if ((answer instanceof Promise ? await answer : answer) === true) ends = true
    }
    return ends
  }
}
