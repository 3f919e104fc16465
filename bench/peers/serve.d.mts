// Types of what serve.mjs shares with the TypeScript side of the bench.
import type { Case } from '../cases.ts'

export const options: {
  readonly backend?: string
  readonly threads: string
  readonly data?: string
}
export const kase: Case
export function file(name: string): string
export function chainImages(count?: number): Float32Array[]
export function labels(): Int32Array
export function serve(system: {
  readonly system: string
  readonly version: string
  readonly note: string | undefined
  readonly step: (images: number) => Promise<void>
  readonly logits: () => Promise<number[]>
  readonly turns?: boolean
}): Promise<void>
