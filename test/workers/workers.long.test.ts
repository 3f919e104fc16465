// A user's main thread and workers train at once, fifty times on each Node: none crashes, all reach the same bits.
// GLUEBALL_NODES names more Nodes than this one, as PATH names folders; they run the built package.
import { spawnSync } from 'node:child_process'
import { delimiter } from 'node:path'
import { beforeAll, test } from 'vitest'
import { root } from '../cli.ts'
import { trainBeside, type Way } from './running.ts'

const runs = 50
const nodes = [process.execPath, ...(process.env['GLUEBALL_NODES'] ?? '').split(delimiter).filter(Boolean)]
const versioned = nodes.map((node) => ({ node, version: String(spawnSync(node, ['--version']).stdout).trim() }))

beforeAll(() => {
  const { status } = spawnSync(process.execPath, ['scripts/build.js'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('the build failed, see above')
}, 600_000)

test.concurrent.for(versioned)(`${runs} runs on $version`, async ({ node, version }, { expect }) => {
  const ends = new Map<string, number>()
  for (let run = 0; run < runs; run++) {
    const way = (['default', 'wide', 'late'] as Way[])[run % 3]
    const { code, signal, threads } = await trainBeside(node, 1 + (run % 3), way, [])
    const digests = new Set(threads.map(({ digest }) => digest)).size
    const end = `${signal ?? `code ${code}`}, ${digests} digest${digests === 1 ? '' : 's'}`
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  console.log(`${version}: ${[...ends].map(([end, count]) => `${count} × ${end}`).join('; ')}`)
  expect([...ends]).toEqual([['code 0, 1 digest', runs]])
})
