// 2,000 ONNX files with a wrong byte: each is refused in one line, or read and computed.
import { expect, test } from 'vitest'
import { flipped, smallNetwork } from './damage.ts'

test('a file with a wrong byte is read or refused', async () => {
  const counts = await flipped(await smallNetwork(), 1000, 2000)
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(200)
})
