// What both platforms take and hand out for workers.

/** What a worker runs. */
export interface WorkerProgram {
  /** A function body in which `glueballData`, `glueballPost(message)` and `glueballReceive(listener)` are defined. */
  readonly text: string
  /** In a page: a module that does the same when it gets a message `{ program, data }`; then the text is not used. */
  readonly url?: string | { readonly href: string } | undefined
  /** Which program of the module. */
  readonly name: string
}

/** A running worker. */
export interface WorkerHandle {
  /** Sends a message to what the worker gave to `glueballReceive`. */
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void
  /** Keeps the process alive while the worker runs. */
  ref(): void
  /** Lets the process end while the worker runs. */
  unref(): void
  /** Stops the worker at once. */
  terminate(): Promise<void>
}
