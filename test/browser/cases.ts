// Cases of ops in a page.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { chosen } from '../conformance/families.ts'
import type { PageEngine, PageTests } from './page.ts'

declare const tests: PageTests

/** Expects the cases of a family to be right, or one in `every` of them; where some are chosen, those. */
export async function check(page: Page, family: string, engine: PageEngine, every = 1): Promise<void> {
  const args = [family, engine, every, chosen?.[family]] as const
  const { cases, wrong } = await page.evaluate((given) => tests.check(...given), args)
  expect(wrong).toEqual([])
  expect(cases, family).toBeGreaterThan(0)
}
