// The tutorial's own loop, NiN at 112 with batches of 128 and two reads a step, stays flat over 300 steps.
import { expect, it } from 'vitest'
import { expectFlat, readingsOf } from './readings.ts'

it('keeps memory flat in the tutorial loop', async () => {
  const readings = await readingsOf('tutorial', 300, 128)
  console.log(readings)
  expectFlat(readings)
  expect(readings[1].peakBytes).toBeLessThan(1e9)
})
