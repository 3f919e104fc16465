// A page and Node train alike on the CPU engine: the same rung gives the same bits.
import { expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { isolating, testPages } from './browser.ts'
import { lossesOn } from './losses.ts'
import type { PageTests } from './page.ts'

declare const tests: PageTests

const here = testPages()

it.each([
  { rung: 'relaxed', name: 'isolated', headers: isolating },
  { rung: 'plain', name: 'isolated', headers: isolating },
  { rung: 'relaxed', name: 'not isolated', headers: {} },
] as const)('ten steps of NiN on the rung $rung in a page, $name', async ({ rung, headers }) => {
  const engine = makeCpuEngine({ threads: 2, rung })
  const inNode = await lossesOn(new Context('cpu', 0, () => engine), 10)
  await engine.close()
  const page = await here.open('page.html', headers)
  expect(await page.evaluate((on) => tests.losses(on, 10), rung)).toEqual(inNode)
  await page.close()
})
