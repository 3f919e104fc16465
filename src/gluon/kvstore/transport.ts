// What a group of processes can do together, whatever carries it.

/** Element types that are summed. */
export type SumType = 'float32' | 'float64'

/** Memory of an engine in which a transport can sum without a copy: it waits for a signal, and answers. */
export interface SharedRange {
  readonly memory: { readonly buffer: ArrayBufferLike; grow(pages: number): number }
  /** Bytes from the memory's start. */
  readonly address: number
  readonly bytes: number
  /** Indices of the 32-bit words that count signals and answers. */
  readonly signalled: number
  readonly answered: number
  /** The number of the signal after which the range may be summed, and of the answer. */
  readonly count: number
}

/** Processes of ranks 0 to size − 1. All ranks make the same calls in the same order, or wait for each other in vain. */
export interface Transport {
  readonly rank: number
  readonly size: number
  /** What carries it, for people: `Open MPI 4.1.4`. */
  readonly description: string
  /** Overwrites the bytes with those of rank `root`. */
  broadcast(bytes: Uint8Array, root: number): Promise<void>
  /** Overwrites the elements with their sums over all ranks, to the same bits on each. */
  sum(bytes: Uint8Array, type: SumType): Promise<void>
  /** Resolves when all ranks have called it. */
  barrier(): Promise<void>
  /** Ends all ranks, after a line on the standard error. */
  abort(reason: string): void
  /** Sums a range of an engine's memory in its turn, between a signal and its answer. */
  sumShared?(range: SharedRange, type: SumType): void
}
