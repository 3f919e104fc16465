// A seed gives the same bits with any number of threads, on every rung.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { RUNGS } from '../../src/kernel/wasm/rung.ts'

const program = new URL('./threads.ts', import.meta.url).pathname

async function digests(threads: number, rung: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', program, `${threads}`, rung])
  return stdout.trim().split('\n')
}

it.each(RUNGS)('trains LeNet and NiN to the same bits with 1, 2, 3 and 8 threads, %s', async (rung) => {
  const first = await digests(1, rung)
  expect(first).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)])
  for (const threads of [2, 3, 8]) expect(await digests(threads, rung), `${threads} threads`).toEqual(first)
})
