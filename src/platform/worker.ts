// What both platforms hand out for a running worker.

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
