// Types of what serve.mjs shares with the TypeScript side of the bench.

export const options: {
  readonly backend?: string
  readonly threads: string
  readonly data?: string
}
/** A `Case`, or one of the sweep. */
export const kase: unknown
export function file(name: string): string
export function floats(name: string): Float32Array
export function serve(system: {
  readonly system: string
  readonly version: string
  readonly note: string | undefined
  readonly step: (images: number) => Promise<void> | void
  /** Waits for what the steps of a sample left running. */
  readonly settle?: () => Promise<void>
  /** Seconds of warm-up; default 3. */
  readonly warmUp?: number
  /** Numbers of each result, which all systems must agree on. */
  readonly check: () => Promise<readonly (readonly number[])[]>
  readonly turns?: boolean
}): Promise<void>
