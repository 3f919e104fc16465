// Some wrong calls, drawn by a fixed seed: each is answered by one line that names what is wrong.
import { describe, expect, it } from 'vitest'
import { randomNumbers } from '../random.ts'
import { right } from './right.ts'
import { faults } from './wrong.ts'

describe('the calls that wrong ones are made of', () => {
  it.each(right.map((one) => [one.name, one] as const))('%s', async (_name, { call, args }) => {
    await call(...args)
  })
})

it('answers wrong ones', async () => {
  const next = randomNumbers(1)
  const { tried, found } = await faults(() => next() < 0.05)
  expect(tried).toBeGreaterThan(200)
  expect(found).toEqual([])
})
