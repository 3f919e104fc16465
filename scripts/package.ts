// Tests the package as users get it: packed, installed elsewhere, type-checked there, run on the machine's own Node.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { checkHosts } from './packageHosts.ts'

/** The machine's own Node: the one npm runs on, else the first on PATH that no package brought. */
export function hostNode(): string {
  if (process.env['npm_node_execpath']) return process.env['npm_node_execpath']
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  const found = folders.map((folder) => join(folder, name)).find((file) => run(file, ['--version']))
  return found ?? process.execPath
}

/** Runs a program and shows what it prints; true when it ends well. */
function run(file: string, args: string[], cwd?: string): boolean {
  const quiet = args[0] === '--version'
  return spawnSync(file, args, { cwd, stdio: quiet ? 'ignore' : 'inherit' }).status === 0
}

/** Runs npm, the one that started this if there is one. */
function npm(args: string[], cwd: string): boolean {
  const script = process.env['npm_execpath']
  return script ? run(hostNode(), [script, ...args], cwd) : run('npm', args, cwd)
}

/** Packs the repository and installs the package into a new project; the tarball's path, or undefined on failure. */
function install(root: string, consumer: string): string | undefined {
  mkdirSync(consumer)
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  if (!npm(['pack', '--silent', '--pack-destination', consumer], root)) return undefined
  const tarball = readdirSync(consumer).find((file) => file.endsWith('.tgz'))
  cpSync(join(root, 'test/node20'), consumer, { recursive: true })
  const installed = npm(
    ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${tarball}`],
    consumer,
  )
  return installed ? join(consumer, String(tarball)) : undefined
}

/** Compilers, from the oldest that reads the declarations, and what a program may be made of. */
const compilers = ['typescript-floor', 'typescript']
const libraries = [['es2022'], ['es2022', 'dom']]
const resolvers = ['node16', 'nodenext', 'bundler']

/** Type-checks the consumer's file and all declarations, as a compiler, a resolver and a set of libraries see them. */
function typeCheck(
  root: string,
  consumer: string,
  compiler: string,
  lib: readonly string[],
  resolver: string,
): boolean {
  const compilerOptions = {
    target: 'es2022',
    lib,
    module: resolver === 'bundler' ? 'esnext' : resolver,
    moduleResolution: resolver,
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
  }
  const name = [compiler, ...lib, resolver].join(' ')
  const project = join(consumer, `tsconfig.${name.replaceAll(' ', '.')}.json`)
  writeFileSync(project, JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
  const passed = run(process.execPath, [join(root, 'node_modules', compiler, 'bin/tsc'), '-p', project])
  if (!passed) console.log(`declarations refused by ${name}`)
  return passed
}

/** All combinations in the long tests; else each compiler, library and resolver once. */
function typeChecks(root: string, consumer: string): boolean[] {
  const all = compilers.flatMap((compiler) =>
    libraries.flatMap((lib) => resolvers.map((resolver) => [compiler, lib, resolver] as const)),
  )
  const chosen = process.env['GLUEBALL_LONG'] === '1' ? all : [all[0], all[8], all[10]]
  return chosen.map((of) => typeCheck(root, consumer, ...of))
}

/** Runs the consumer's tests on the machine's own Node and counts them. */
function runTests(consumer: string): { passed: number; failed: number } {
  const files = readdirSync(consumer).filter((file) => file.endsWith('.test.js'))
  const report = join(consumer, 'tests.tap')
  const reporters = ['spec', 'tap'].map((name) => `--test-reporter=${name}`)
  const places = ['stdout', report].map((place) => `--test-reporter-destination=${place}`)
  const passed = run(hostNode(), ['--test', ...reporters, ...places, ...files], consumer)
  const tap = readFileSync(report, 'utf8')
  const count = (word: string) => Number(tap.match(new RegExp(`^# ${word} (\\d+)$`, 'm'))?.[1] ?? 0)
  return { passed: count('pass'), failed: passed ? 0 : Math.max(count('fail') + count('cancelled'), 1) }
}

/** Tests the package of the repository at `root` in a new folder below `scratch`. */
export async function testPackage(root: string, scratch: string): Promise<{ passed: number; failed: number }> {
  const consumer = join(scratch, 'consumer')
  const tarball = install(root, consumer)
  if (!tarball) return { passed: 0, failed: 1 }
  const checks = [
    run(process.execPath, [join(root, 'node_modules/publint/src/cli.js'), 'run', tarball, '--strict']),
    // CommonJS gets the ES module, which require loads from Node 20.19 on
    run(process.execPath, [
      join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
      ...[tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--quiet'],
    ]),
    ...typeChecks(root, consumer),
    ...(await checkHosts(root, consumer, hostNode(), (packages) =>
      npm(['install', '--no-audit', '--no-fund', '--no-save', ...packages], consumer),
    )),
  ]
  const passed = checks.filter((check) => check).length
  const tests = runTests(consumer)
  return { passed: passed + tests.passed, failed: checks.length - passed + tests.failed }
}
