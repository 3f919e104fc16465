// The truth of the table is mpmath's, and the reference engine and the rungs of the CPU engine keep to the table.
import { afterAll, describe, expect, it } from 'vitest'
import { golden } from '../test/numbers/formulas.ts'
import { Truth } from './ulpMeasure.ts'
import { testTable } from './ulpPinned.ts'

describe('the truth is within 2^-40 of mpmath', () => {
  const truth = new Truth()
  afterAll(() => truth.close())
  it.each(Object.keys(golden))('%s', async (name) => {
    const stride = 4_567_890 // that of test/golden/formulas.py
    const { truth: got } = await truth.points(name, 0, stride, Math.ceil(2 ** 32 / stride))
    const { bits, values, slopes } = golden[name]
    expect(bits.length).toBeGreaterThan(100)
    for (const [k, want] of [values, slopes].entries()) {
      // mpmath's 50 digits lose slopes of tanh that float32 has no numbers for
      const far = bits.filter(
        (word, i) => Math.abs(got[k][word / stride] - want[i]) > 2 ** -40 * Math.abs(want[i]) + 2 ** -160,
      )
      expect(far).toEqual([])
    }
  })
})

await testTable(['reference', 'relaxed', 'plain'])
