// Tries cases of every family on the reference engine and the CPU engine beside NumPy and PyTorch.
import { afterAll, test } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { reference } from '../../src/index.ts'
import { checkFamily } from './check.ts'
import { families } from './families.ts'
import { Oracle } from './oracle.ts'

/** Defines a test of `count` cases for each family. */
export function testFamilies(count: number, seed: number): void {
  const engine = makeCpuEngine({ threads: 2 })
  const oracle = new Oracle()
  afterAll(async () => {
    oracle.close()
    await engine.close()
  })
  const contexts = [reference(), new Context('cpu', 0, () => engine)]
  test.each(families)('$name', (family) => checkFamily(family, { count, seed, oracle, contexts }))
}
