// Memory stays flat over the loops of loops.js, each in a process of its own.
import { describe, it } from 'vitest'
import { expectFlat, readingsOf } from './readings.ts'

describe('memory is flat from step 30 to step 150', () => {
  it.each(['evaluation', 'plain', 'average', 'sum'])('in the %s loop', async (loop) => {
    expectFlat(await readingsOf(loop, 150, 128))
  })
})
