// Runs a loop of loops.js in a process of its own, and holds its two readings to the bars.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'

const script = new URL('./loops.js', import.meta.url).pathname

/** What is held at one point of a loop. */
export interface Reading {
  readonly storages: number
  readonly liveBytes: number
  readonly peakBytes: number
  readonly rss: number
  readonly handedBytes: number
}

/** The readings after 30 steps and at the end. */
export async function readingsOf(loop: string, steps: number, batch: number): Promise<readonly [Reading, Reading]> {
  const args = ['--conditions=source', script, loop, String(steps), String(batch)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout).readings
}

/**
 * Live storages equal, high water within 64 MB, at least 640 MB given to the user in between. RSS varies with when V8
 * compiles and collects, so it may grow by an eighth of what was given.
 */
export function expectFlat([early, late]: readonly [Reading, Reading]): void {
  expect(late.storages).toBe(early.storages)
  expect(late.peakBytes - early.peakBytes).toBeLessThan(64e6)
  expect(late.rss - early.rss).toBeLessThan(late.handedBytes / 8)
  expect(late.handedBytes).toBeGreaterThan(640e6)
}
