// Every wrong call that is made from a right one is answered by one line that names what is wrong.
import { expect, it } from 'vitest'
import { faults } from './wrong.ts'

it('answers all of them', async () => {
  const { tried, found } = await faults(() => true)
  expect(tried).toBeGreaterThan(40_000)
  expect(found).toEqual([])
}, 300_000)
