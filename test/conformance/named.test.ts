// `npm test -- --op NAME` finds the cases that call an op, and answers a slip with the name that was meant.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import type { OpCase } from '../../src/ops/cases.ts'
import { type Chosen, computedBy, familiesOf } from './families.ts'

const script = fileURLToPath(new URL('named.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'glueball-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What the script says, and the cases it chose. */
function choose(name: string) {
  const file = join(folder, `${name}.json`)
  const { status, stderr } = spawnSync(process.execPath, ['--conditions=source', script, name, file], {
    encoding: 'utf8',
  })
  return { status, stderr, chosen: status === 0 ? (JSON.parse(readFileSync(file, 'utf8')) as Chosen) : {} }
}

it('finds ops, formulas, and what gradients alone call', () => {
  expect(Object.keys(choose('resize').chosen)).toEqual(['resize'])
  expect(Object.keys(choose('pick').chosen)).toContain('take')
  expect(choose('softsign').chosen['elementwise']?.every((name) => name.includes('softsign'))).toBe(true)
  expect(choose('maxPoolGradient').chosen['pool']?.length).toBeGreaterThan(0)
})

it('answers a wrong name', () => {
  const { status, stderr } = choose('softmx')
  expect(status).toBe(2)
  expect(stderr).toMatch(/no case calls softmx\. Did you mean softmax\? There are: .*abs, .*writeSlice/)
})

it('leaves out families of which no case is left', () => {
  const wrong: OpCase = { name: 'wrong', inputs: [], run: () => [], throws: '[sum] …' }
  const right: OpCase = { name: 'right', inputs: [], run: () => [] }
  const families = [
    { name: 'reduce', cases: [wrong] },
    { name: 'softmax', cases: [wrong, right] },
  ]
  expect(computedBy(families)).toEqual([{ name: 'softmax', cases: [right] }])
  expect(familiesOf(families, ({ throws }) => throws !== undefined).map(({ cases }) => cases)).toEqual([
    [wrong],
    [wrong],
  ])
  expect(familiesOf(families, () => false)).toEqual([])
})
