// Runs every check in turn and ends with `N passed, N failed`; a step that is not Vitest counts as one check.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { testPackage } from './package.ts'
import { findPeer, peers } from './peers.ts'

const usage = `Usage: npm test -- [--only STEP,…] [--op NAME] [--long] [PART OF A TEST FILE'S PATH…]

  --only STEP,…  only these steps: types, lint, tests, examples, package
  --op NAME      only the cases that call an op, a formula, a reduction or a movement, on every engine;
                 or those of a file: NAME.cases.ts
  --long         the long tests
  PART…          only the test files whose path contains one of these`

interface Count {
  passed: number
  failed: number
}

const root = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'glueball-test-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const tools = join(root, 'node_modules')

/** What each example is given so that it ends within a minute or two. */
const exampleArguments: Record<string, string[]> = {
  'nin.ts': ['--epochs', '1', '--limit-train', '256'],
}

/** The checks by name, in the order in which they run. */
const steps: Record<string, (filters: string[]) => Count | Promise<Count>> = {
  types: () =>
    sum(['.', 'app'].map((project) => one(node(join(tools, 'typescript/bin/tsc'), '--noEmit', '-p', project)))),
  lint: () => one(node(join(tools, '@biomejs/biome/bin/biome'), 'check', '.')),
  tests: vitest,
  examples: () => sum(examples().map((file) => one(example(file)))),
  package: () => testPackage(root, scratch),
}

/** Runs a script with this Node in the repository; true when it ends well. */
function node(...args: string[]): boolean {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0
}

function one(passed: boolean): Count {
  return passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

function sum(counts: Count[]): Count {
  return counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), {
    passed: 0,
    failed: 0,
  })
}

function vitest(filters: string[]): Count {
  const report = join(scratch, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const passed = node(join(tools, 'vitest/vitest.mjs'), 'run', ...reporters, ...filters)
  if (!existsSync(report)) return one(false)
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
  return { passed: numPassedTests, failed: passed ? 0 : Math.max(numFailedTests, 1) }
}

function examples(): string[] {
  return existsSync(join(root, 'examples'))
    ? readdirSync(join(root, 'examples')).filter((file) => /\.ts$/.test(file))
    : []
}

function example(file: string): boolean {
  console.log(`examples/${file}`)
  return node('runtime/launch.js', 'run', join('examples', file), ...(exampleArguments[file] ?? []))
}

/** One line for each test file that has no peer to compare with on this machine. */
function leftOut(): string[] {
  return peers
    .filter((peer) => !findPeer(peer))
    .flatMap(({ name, suffix }) =>
      globSync(`{src,test,bench}/**/*.${suffix}{,.*}.test.ts`, { cwd: root })
        .filter((file) => /\.long\./.test(file) === (process.env['GLUEBALL_LONG'] === '1'))
        .map((file) => `left out, ${name} is absent: ${file}`),
    )
}

async function main(): Promise<void> {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const
  const options = { only: text, op: text, long: flag, help: flag }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help) return console.log(usage)
  if (values.long) process.env['GLUEBALL_LONG'] = '1'
  if (values.op !== undefined) positionals.push(...casesOf(values.op))
  const narrowed = values.long || positionals.length > 0
  const wanted = values.only?.split(',') ?? (narrowed ? ['tests'] : Object.keys(steps))
  const unknown = wanted.find((name) => !(name in steps))
  if (unknown) {
    console.error(`[test] there is no step ${unknown}: the steps are ${Object.keys(steps).join(', ')}`)
    process.exit(2)
  }
  const counts: Count[] = []
  for (const name of wanted) counts.push(await timed(name, () => steps[name](positionals)))
  const total = sum(counts)
  if (wanted.includes('tests') && positionals.length === 0) for (const line of leftOut()) console.log(line)
  console.log(`${total.passed} passed, ${total.failed} failed`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

/** Chooses the cases that call an op, and gives the test files that run them: on every engine, and the GPU in a page too. */
function casesOf(op: string): readonly string[] {
  const chosen = join(scratch, 'cases.json')
  const found = node('--conditions=source', join(root, 'test/conformance/named.ts'), op, chosen)
  if (!found) process.exit(2)
  process.env['GLUEBALL_CASES'] = chosen
  return ['test/conformance/ops.test.ts', 'test/conformance/ops.webgpu.test.ts', 'test/browser/conformance.chromium']
}

async function timed(name: string, step: () => Count | Promise<Count>): Promise<Count> {
  console.log(`== ${name}`)
  const start = performance.now()
  const count = await step()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`== ${name}: ${count.passed} passed, ${count.failed} failed, ${seconds} s`)
  return count
}

await main()
