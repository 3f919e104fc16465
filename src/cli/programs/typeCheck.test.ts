// `glueball run --check`: what the type checker says of programs, with and without settings of their own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { glueball } from '../../../test/cli.ts'
import { typeCheck } from './typeCheck.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const right =
  "import { nd } from 'glueball'\nconsole.log(await nd.ones([2]).sum().asscalar(), process.argv.slice(2).join())\n"
const wrong =
  "import { nd } from 'glueball'\nnd.zerosLike(nd.ones([2]), { dtype: 'int32' })\nconst n: string = nd.ones([2]).size\n"

it('lets a program run whose types are right, and no other', async () => {
  expect(await glueball('run', '--check', write('right.ts', right), '--check')).toMatchObject({
    code: 0,
    stdout: '2 --check\n',
  })
  const file = write('wrong.ts', wrong)
  const { code, stdout, stderr } = await glueball('run', '--check', file)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/wrong\.ts\(2,30\): error TS2353: .*'dtype' does not exist.*\n/)
  expect(stderr).toMatch(/wrong\.ts\(3,7\): error TS2322: .*\n/)
  expect(stderr).toContain(`[run] ${file} was not run: its types are wrong, says typescript `)
})

it('finds unknown names in JavaScript, and asks for no types there', () => {
  expect(
    typeCheck(write('plain.js', "import { nd } from 'glueball'\nexport const twice = (x) => nd.add(x, x)\n")),
  ).toMatchObject({
    passed: true,
    report: '',
  })
  const { passed, report } = typeCheck(write('python.js', "import { nd } from 'glueball'\nnd.ones_like([2])\n"))
  expect(passed).toBe(false)
  expect(report).toMatch(
    /^.*python\.js\(2,4\): error TS2551: Property 'ones_like' does not exist .* Did you mean 'onesLike'\?\n$/,
  )
})

it("goes by the program's own settings", () => {
  const loose = write('loose.ts', 'export const same = (x) => x\n')
  expect(typeCheck(loose).report).toContain("error TS7006: Parameter 'x' implicitly has an 'any' type.")
  write('tsconfig.json', JSON.stringify({ compilerOptions: { strict: false, module: 'esnext', target: 'esnext' } }))
  expect(typeCheck(loose)).toMatchObject({ passed: true })
})
