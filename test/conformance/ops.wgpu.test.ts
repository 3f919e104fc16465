// Every case of every op on wgpu, the other implementation of WebGPU, in Deno.
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { loadFamilies } from './families.ts'

const run = promisify(execFile)
const script = fileURLToPath(new URL('wgpu.ts', import.meta.url))
const families = await loadFamilies()

/** Deno takes the machine's own driver, not the one in software that the tests on Dawn use; it fetches nothing. */
const { VK_ICD_FILENAMES: _, ...environment } = process.env
const env = { ...environment, DENO_DIR: join(tmpdir(), 'glueball-deno'), DENO_NO_UPDATE_CHECK: '1' }
const options = ['--allow-all', '--no-remote', '--no-lock', '--conditions=source']

it.each(families)('$name on wgpu', async ({ name, cases }) => {
  const { stdout } = await run(process.env['GLUEBALL_DENO'] as string, ['run', ...options, script, name], { env })
  const count = cases.filter(({ throws }) => !throws).length
  expect(JSON.parse(stdout)).toEqual({ cases: count, wrong: [] })
})
