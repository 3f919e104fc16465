// 2,000 symbol files with a wrong byte: each is refused in one line, or read and computed.
import { expect, test } from 'vitest'
import { flippedSymbols } from './damage.ts'

test('a file with a wrong byte is read or refused', async () => {
  const counts = await flippedSymbols(1000, 2000)
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(200)
})
