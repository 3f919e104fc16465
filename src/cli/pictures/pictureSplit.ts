// Which pictures of a folder are for tests: decided by each name alone, so that no other file changes it.
import { createHash } from 'node:crypto'

/** The share of pictures that are for tests, about. */
export const testShare = 0.2

/** Whether the picture of a name, as `cats/tom.png`, is for tests: by the first 32 bits of its SHA-256. */
export function isForTests(name: string): boolean {
  return createHash('sha256').update(name).digest().readUInt32BE() < testShare * 2 ** 32
}

/** Indices of the pictures for training and for tests, each in order. */
export interface Split {
  readonly train: readonly number[]
  readonly test: readonly number[]
}

/** Splits pictures. A class whose names are all for tests trains on all of its pictures. */
export function splitByName(names: readonly string[], labels: readonly number[]): Split {
  const trained = new Set(labels.filter((_, i) => !isForTests(names[i])))
  const tested = names.map((name, i) => isForTests(name) && trained.has(labels[i]))
  const all = names.map((_, i) => i)
  return { train: all.filter((i) => !tested[i]), test: all.filter((i) => tested[i]) }
}

/** How often the largest class may be as large as the smallest one before classes are weighted. */
const even = 1.5

/** What each sample of a class counts, 1 on average; undefined where the classes are even enough. */
export function classWeights(counts: readonly number[]): number[] | undefined {
  if (Math.max(...counts) <= even * Math.min(...counts)) return undefined
  const all = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => all / (counts.length * count))
}
