// The sizes of bundles: the bounds, and the table of docs/sizes.md, which `vitest run test/sizes.test.ts -u` writes.
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { measured, mended, programs, type Row } from './sizes.ts'

let rows: readonly Row[] = []
beforeAll(async () => {
  rows = await measured()
})

const find = (program: string, bundler: string) =>
  rows.find((row) => row.program === program && row.bundler === bundler)

it('keeps what a page loads small', () => {
  // 100,000 is wanted; the kernels of depthwise, strided and dilated convolutions and of pools in either order came on top
  expect(find('LeNet, training', 'Vite (rolldown)')?.brotli).toBeLessThan(108_500)
  // 213,286 is wanted, as before Gluon's layers and optimizers were complete; `out` and ranks came on top
  expect(find('an array', 'Vite (rolldown)')?.bytes).toBeLessThan(214_000)
})

it('drops the kernels of ops that a program never names', () => {
  const [array, lenet] = ['an array', 'LeNet, training'].map((program) => find(program, 'Vite (rolldown)') as Row)
  expect(array.bytes).toBeLessThan(0.75 * lenet.bytes)
})

it('comes to what Vite leaves of it by esbuild too, where each namespace is imported from its own entry', () => {
  for (const program of Object.keys(programs)) {
    const [bySubpath, byVite] = ['esbuild, glueball/nd', 'Vite (rolldown)'].map(
      (bundler) => find(program, bundler) as Row,
    )
    expect(bySubpath.bytes).toBeLessThan(1.12 * byVite.bytes)
  }
})

it('has an entry for each namespace, with the same names', async () => {
  const root = await import('glueball')
  const namespaces = Object.entries(root).filter(
    ([, value]) => Object.prototype.toString.call(value) === '[object Module]',
  )
  const entries = readdirSync(new URL('../src/entries/', import.meta.url)).map((file) => file.replace(/\.ts$/, ''))
  expect(entries.sort()).toEqual(namespaces.map(([name]) => name).sort())
  for (const [name, namespace] of namespaces)
    expect(Object.keys(await import(`../src/entries/${name}.ts`))).toEqual(Object.keys(namespace))
})

it('has the sizes of docs/sizes.md, within 3 %: where this fails, `npx vitest run test/sizes.test.ts -u` mends it', async () => {
  const page = readFileSync(new URL('../docs/sizes.md', import.meta.url), 'utf8')
  await expect(mended(page, rows)).toMatchFileSnapshot('../docs/sizes.md')
})
