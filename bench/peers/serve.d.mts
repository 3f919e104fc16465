// Types of what serve.mjs shares with the TypeScript side of the bench.
export const options: {
  readonly case?: string
  readonly backend?: string
  readonly threads: string
  readonly data?: string
}
export function file(name: string): string
export function floats(name: string): Float32Array
export function serve(system: {
  readonly system: string
  readonly version: string
  readonly note: string | undefined
  readonly step: (images: number) => Promise<void>
  readonly logits: () => Promise<number[]>
  readonly warmups?: number
}): Promise<void>
