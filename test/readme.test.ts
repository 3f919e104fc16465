// The READMEs' program runs: its blocks, joined top to bottom, on few images and one epoch.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { glueball, scratch } from './cli.ts'

const root = new URL('../', import.meta.url)

async function blocksOf(file: string): Promise<string[]> {
  const text = await readFile(new URL(file, root), 'utf8')
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1])
}

/** Makes the program short; each replacement must hit, or the README has changed. */
function shortened(program: string): string {
  const changes: [string, string][] = [
    ['epoch < 20', 'epoch < 1'],
    ['train.transformFirst', 'train.take(256).transformFirst'],
    ['test.transformFirst', 'test.take(128).transformFirst'],
  ]
  return changes.reduce((text, [from, to]) => {
    expect(text).toContain(from)
    return text.replace(from, to)
  }, program)
}

const folder = scratch()
afterAll(() => folder.remove())

it('runs top to bottom', async () => {
  const file = join(folder.path, 'readme.ts')
  await writeFile(file, shortened((await blocksOf('README.md')).join('\n')))
  const { code, stdout, stderr } = await glueball('run', file)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('(1, 16, 2, 2)')
  expect(stdout).toMatch(/Epoch 0, Loss:2\.\d+, Train acc:0\.\d+, Test acc:0\.\d+/)
})

it('is the same program in Chinese', async () => {
  expect(await blocksOf('README.zh-CN.md')).toEqual(await blocksOf('README.md'))
})
