// The program in docs/optimizers.md is the one that is type-checked here, and it runs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { glueball, root } from './cli.ts'

it('an optimizer of one’s own, as the docs have it, trains', async () => {
  const text = readFileSync(join(root, 'test/ownOptimizer.ts'), 'utf8')
  const program = text.slice(text.indexOf('\n') + 1)
  expect(readFileSync(join(root, 'docs/optimizers.md'), 'utf8')).toContain('```ts\n' + program + '```\n')
  const { code, stdout, stderr } = await glueball('run', 'test/ownOptimizer.ts')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const losses = Array.from(stdout.matchAll(/loss (\S+)/g), ([, loss]) => Number(loss))
  expect(losses.length).toBe(4)
  expect(losses[3]).toBeLessThan(losses[0] / 10)
})
