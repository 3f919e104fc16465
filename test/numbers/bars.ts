// Distances to a golden file's tensors beside the bars they must keep to.
import { expect } from 'vitest'
import type { Tensors } from './nin.ts'
import { distance, type Summary } from './probe.ts'
import { table } from './table.ts'

/** A tensor's distance, and the most it may be. */
export interface Row {
  readonly tensor: string
  readonly own: number
  readonly bar: number
}

/** The rows of all tensors. */
export function rowsOf<T extends Summary>(
  found: Tensors,
  expected: Readonly<Record<string, T>>,
  barOf: (golden: T) => number,
): Row[] {
  expect([...found.keys()]).toEqual(Object.keys(expected))
  return Object.entries(expected).map(([tensor, of]) => ({
    tensor,
    own: distance(found.get(tensor)!, of),
    bar: barOf(of),
  }))
}

/** Those that are too far. */
export const beyond = (rows: readonly Row[]): Row[] => rows.filter(({ own, bar }) => own > bar)

/** Prints the rows with their share of the bar. */
export function print(title: string, rows: readonly Row[]): void {
  const cells = rows.map(({ tensor, own, bar }) => [tensor, own, bar, `${Math.round((100 * own) / bar)} %`])
  console.log(`${title}\n${table(['tensor', 'ours', 'bar', 'of it'], cells)}`)
}
