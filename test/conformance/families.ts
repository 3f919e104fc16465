// All cases of all ops, by the file they stand in.
import { readdirSync } from 'node:fs'
import type { OpCase } from '../../src/ops/cases.ts'

/** The cases of one file. */
export interface Family {
  readonly name: string
  readonly cases: readonly OpCase[]
}

/** Imports every `*.cases.ts` of the ops. */
export async function loadFamilies(): Promise<Family[]> {
  const folder = new URL('../../src/ops/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.cases.ts'))
  return Promise.all(
    files.sort().map(async (file) => {
      const { cases } = (await import(new URL(file, folder).pathname)) as { cases: readonly OpCase[] }
      return { name: file.replace(/^.*[\\/]|\.cases\.ts$/g, ''), cases }
    }),
  )
}
