// A page unpacks what a file declares, and no more.
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { encodeIdx } from '../../src/io/idx.ts'
import { testPages } from './browser.ts'
import type { PageTests } from './page.ts'

declare const tests: PageTests

const here = testPages()

it('gzip unpacks to what its content declares, and a bomb or damage to an error', async () => {
  const page = await here.open('page.html')
  const unpack = (bytes: Uint8Array) =>
    page.evaluate((packed) => tests.unpack(packed), Buffer.from(bytes).toString('base64'))
  const content = encodeIdx({ shape: [2, 1, 2], data: Uint8Array.of(1, 2, 3, 4) })
  const packed = gzipSync(content)
  expect(await unpack(packed)).toEqual([...content])
  const bomb = Buffer.alloc(2 ** 28)
  bomb.set(content)
  expect(await unpack(gzipSync(bomb, { level: 1 }))).toContain('has bytes left over: got more than the 20 that')
  expect(await unpack(packed.subarray(0, -1))).toContain('Error')
  packed[packed.length - 6] ^= 1
  expect(await unpack(packed)).toContain('Error')
  await page.close()
})
