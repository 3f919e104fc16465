// Actions in order, of which some must wait for a value that is still on its way.

/** Runs actions one after the other, at once unless one before them waits. */
export class Line {
  #open = true
  readonly #drained: () => void
  readonly #waiting: (() => void)[] = []

  /** `drained` is called when all that waited has run. */
  constructor(drained: () => void = () => {}) {
    this.#drained = drained
  }

  /** Whether an action given now would have to wait. */
  get waiting(): boolean {
    return !this.#open
  }

  /** Runs an action in its turn. */
  do(action: () => void): void {
    if (this.#open) action()
    else this.#waiting.push(action)
  }

  /** In its turn, lets everything behind it wait until the promise is settled, and runs what follows from that first. */
  after<T>(promise: Promise<T>, fulfilled: (value: T) => void, rejected: (error: unknown) => void): void {
    // a rejection reaches the code that awaits the promise, which may do so later
    promise.catch(() => {})
    this.do(() => {
      this.#open = false
      promise.then(fulfilled, rejected).finally(() => this.#goOn())
    })
  }

  #goOn(): void {
    this.#open = true
    while (this.#open && this.#waiting.length > 0) this.#waiting.shift()?.()
    if (this.#open) this.#drained()
  }
}
