// Hints for names that a namespace does not have.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as library from 'glueball'
import { expect, it } from 'vitest'
import { glueball } from '../../../test/cli.ts'
import { namespaceHint } from './namespaceHints.ts'

const { gluon, nd, nn } = library as unknown as {
  readonly nd: { ones_like(): void; nothing_like_it(): void }
  readonly nn: { readonly Conv2d: new () => object }
  readonly gluon: { readonly utils: { split_data(): void } }
}
const { other } = { other: {} as { ones_like(): void } }

it.each<[call: () => unknown, hint: string | undefined]>([
  [() => nd.ones_like(), 'nd.ones_like is nd.onesLike here'],
  [() => new nn.Conv2d(), 'nn.Conv2d is nn.Conv2D here'],
  [() => gluon.utils.split_data(), 'utils.split_data is utils.splitData here'],
  [() => nd.nothing_like_it(), undefined],
  [() => other.ones_like(), undefined],
])('%s', (call, hint) => {
  let error: unknown
  try {
    call()
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(TypeError)
  expect(namespaceHint(error, () => library)).toBe(hint)
})

it('stand before the error that ends a program', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'glueball-'))
  try {
    const file = join(folder, 'program.js')
    writeFileSync(file, "import { nd } from 'glueball'\nconst x = nd.zeros([2])\nconsole.log(nd.ones_like(x))\n")
    const { code, stderr } = await glueball('run', file)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^hint: nd\.ones_like is nd\.onesLike here\n[\s\S]*TypeError: nd\.ones_like is not a function/,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
