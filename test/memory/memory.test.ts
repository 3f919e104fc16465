// Memory stays flat over the loops of loops.js, on the Node that runs this test and on the machine's own.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const script = new URL('./loops.js', import.meta.url).pathname

interface Reading {
  readonly storages: number
  readonly peakBytes: number
  readonly rss: number
  readonly handedBytes: number
}

/** Runs a loop in a process of its own; gives the readings after 30 steps and at the end. */
export async function readingsOf(loop: string, steps: number, batch: number): Promise<readonly [Reading, Reading]> {
  const args = ['--conditions=source', script, loop, String(steps), String(batch)]
  const { stdout } = await run(process.execPath, args, { timeout: 1_800_000 })
  return JSON.parse(stdout).readings
}

/** The bars: live storages equal, high water within 64 MB, RSS within 5 %, at least 640 MB given to the user. */
export function expectFlat([early, late]: readonly [Reading, Reading]): void {
  expect(late.storages).toBe(early.storages)
  expect(late.peakBytes - early.peakBytes).toBeLessThan(64e6)
  expect(late.rss).toBeLessThan(early.rss * 1.05)
  expect(late.handedBytes).toBeGreaterThan(640e6)
}

describe('memory is flat from step 30 to step 300', () => {
  it.each([
    ['evaluation', 128],
    ['plain', 128],
    ['sum', 128],
  ])('in the %s loop', async (loop, batch) => {
    expectFlat(await readingsOf(loop, 300, batch))
  })
})
