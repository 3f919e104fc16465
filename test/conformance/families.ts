// All cases of all ops, by the file they stand in; or those of one op, where `npm test -- --op NAME` has chosen them.
import { readdirSync, readFileSync } from 'node:fs'
import type { OpCase } from '../../src/ops/cases.ts'

/** The cases of one file. */
export interface Family {
  readonly name: string
  readonly cases: readonly OpCase[]
}

/** Families whose shaders take an adapter in software seconds to compile. */
export const dear: readonly string[] = ['conv', 'convolve']

/** Names of the chosen cases, by family. */
export type Chosen = Readonly<Record<string, readonly string[]>>

const file = process.env['GLUEBALL_CASES']

/** The cases that `npm test -- --op NAME` has chosen, if it was called so. */
export const chosen: Chosen | undefined = file ? JSON.parse(readFileSync(file, 'utf8')) : undefined

/** Imports every `*.cases.ts` of the ops; leaves out what was not chosen. */
export async function loadFamilies(): Promise<Family[]> {
  const folder = new URL('../../src/ops/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.cases.ts'))
  const families = await Promise.all(
    files.sort().map(async (file) => {
      const { cases } = (await import(new URL(file, folder).pathname)) as { cases: readonly OpCase[] }
      return { name: file.replace(/^.*[\\/]|\.cases\.ts$/g, ''), cases }
    }),
  )
  if (!chosen) return families
  return families.flatMap((family) => familiesOf([family], (of) => chosen[family.name]?.includes(of.name) ?? false))
}

/** The families narrowed to the cases that hold; those that have none are left out, since a suite must not be empty. */
export function familiesOf(families: readonly Family[], holds: (of: OpCase) => boolean): Family[] {
  return families.flatMap(({ name, cases }) => {
    const kept = cases.filter(holds)
    return kept.length > 0 ? [{ name, cases: kept }] : []
  })
}

/** The families narrowed to the cases that an engine computes: the others fail at the call. */
export const computedBy = (families: readonly Family[]): Family[] => familiesOf(families, ({ throws }) => !throws)
