// The sweep beside PyTorch: both sides have a program for each operation, and agree on what it computes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { measureProducts } from './blas.ts'
import { sweepCase } from './sweep.ts'
import { sweepCases } from './sweepCases.ts'
import { pytorch } from './systems.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-sweep-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('PyTorch has a program for each operation of the list, and no other', () => {
  const { command, args } = pytorch('sweep.py')
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  const operations = new Set(sweepCases.map(({ op }) => op))
  expect(JSON.parse(stdout).sort()).toEqual([...operations].sort())
})

it.each(['take rows', 'grouped 3x3 g32 256@14 b16 fwd+bwd'])(
  'both compute the same: %s',
  async (name) => {
    const kase = sweepCases.find((one) => one.name === name)!
    const deadline = Date.now() + 600_000
    const rows = await sweepCase(kase, { ...{ threads: 2, turns: 1, folder, deadline, refused: {} }, say: () => {} })
    for (const row of [rows.glueball, rows.pytorch]) expect(row).toMatchObject({ samples: [expect.any(Number)] })
  },
  300_000,
)

it('knows the BLAS of PyTorch and what its products reach', async () => {
  const { small, pytorchMatmul2048, pytorchBlas } = await measureProducts(2)
  expect(small).toBeGreaterThan(0)
  expect(pytorchMatmul2048).toBeGreaterThan(0)
  expect(pytorchBlas).toMatch(/^\/.*blas|^(?!generic|unknown)\w+$/i)
}, 300_000)
