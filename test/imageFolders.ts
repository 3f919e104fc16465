// Empty folders for the tests of finding data sets, a new one for each test, and the images that they look for.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { FindOptions, Places } from '../src/gluon/data/vision/source.ts'

/** The embedded subset. */
export const data = join(import.meta.dirname, '../data')
export const images = 't10k-images-idx3-ubyte'
export const labels = 't10k-labels-idx1-ubyte'
export const wanted: FindOptions = { collection: 'fashion-mnist', train: false }

/** The test's folder. */
export let folder: string
/** Places that have nothing, the cache being in the test's folder. */
export let nowhere: Partial<Places>

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'glueball-source-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(() => {
  folder = mkdtempSync(join(root, 'given-'))
  nowhere = { cache: join(folder, 'cache'), system: undefined, mirrors: [], embedded: [], connectTimeoutMs: 600_000 }
})
