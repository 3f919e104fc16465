// The same seed gives the same bits with any number of threads.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = new URL('./threads.ts', import.meta.url).pathname

async function digests(threads: number): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', program, String(threads)])
  return stdout.trim().split('\n')
}

it('trains LeNet and NiN to the same bits with 1, 2, 3 and 8 threads', { timeout: 300_000 }, async () => {
  const first = await digests(1)
  expect(first).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)])
  for (const threads of [2, 3, 8]) expect(await digests(threads), `${threads} threads`).toEqual(first)
})
