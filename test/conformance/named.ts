// Which cases call an op, a formula, a reduction or a movement. Usage: node named.ts NAME FILE, which gets them as JSON.
import { writeFileSync } from 'node:fs'
import { argv, exit } from 'node:process'
import { type Call, Context } from '../../src/core/engine.ts'
import { nearest } from '../../src/core/nearest.ts'
import { ReferenceEngine } from '../../src/engines/reference/engine.ts'
import { referenceKernels } from '../../src/engines/reference/kernels.ts'
import type { OpCase } from '../../src/ops/cases.ts'
import { hasGradient, runCase } from './check.ts'
import { type Chosen, loadFamilies } from './families.ts'

/** An engine that notes what is called and computes nothing. */
class NotingEngine extends ReferenceEngine {
  readonly called = new Set<string>()

  override run({ op, name }: Call): void {
    this.called.add(op).add(name)
  }
}

const engine = new NotingEngine(referenceKernels)
const context = new Context('reference', 0, () => engine)

/** Names of what a case calls: forward alone, or with the gradient. */
async function namesIn(of: OpCase, gradient: boolean): Promise<ReadonlySet<string>> {
  engine.called.clear()
  try {
    await runCase(of, { context, gradient })
  } catch (error) {
    if (!of.throws) throw error
  }
  return new Set(engine.called)
}

/** The cases that call a name, those that do so in the gradient alone only where there are no others; and all names. */
async function casesOf(name: string): Promise<{ readonly found: Chosen; readonly names: ReadonlySet<string> }> {
  const names = new Set<string>()
  const forward: Record<string, string[]> = {}
  const backward: Record<string, string[]> = {}
  for (const { name: family, cases } of await loadFamilies()) {
    names.add(family)
    for (const of of cases) {
      const called = await namesIn(of, false)
      const all = hasGradient(of) && !of.throws ? await namesIn(of, true) : called
      for (const one of all) names.add(one)
      const isOwn = family === name || called.has(name) || (of.throws?.startsWith(`[${name}]`) ?? false)
      if (isOwn) (forward[family] ??= []).push(of.name)
      else if (all.has(name)) (backward[family] ??= []).push(of.name)
    }
  }
  return { found: Object.keys(forward).length > 0 ? forward : backward, names }
}

const [, , name, file] = argv
const { found, names } = await casesOf(name)
const counts = Object.entries(found).map(([family, cases]) => `${cases.length} of ${family}`)
if (counts.length === 0) {
  const near = nearest(name, [...names])
  const hint = near ? ` Did you mean ${near}?` : ''
  console.error(`[test] no case calls ${name}.${hint} There are: ${[...names].sort().join(', ')}`)
  exit(2)
}
console.log(`cases that call ${name}: ${counts.join(', ')}`)
writeFileSync(file, JSON.stringify(found))
exit(0)
