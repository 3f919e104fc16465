// The type checker for `glueball run --check`: the package typescript that is installed beside the program.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../usage.ts'
import { launcher } from './launcher.ts'

/** What a check found. */
export interface TypeCheck {
  readonly passed: boolean
  /** What the compiler says, as it says it. */
  readonly report: string
  /** The compiler's version. */
  readonly version: string
}

/** Where a package is, seen from a file; undefined where it is not installed. */
function packageOf(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(`${name}/package.json`)
  } catch {
    return undefined
  }
}

/** The program `tsc`: that of the program's own folders, else that of this package's. */
function compilerFor(file: string): { readonly tsc: string; readonly version: string } {
  const manifest = packageOf('typescript', file) ?? packageOf('typescript', here)
  if (!manifest) {
    throw new UsageError(
      '[run] --check needs the package typescript beside the program: npm install --save-dev typescript',
    )
  }
  const { bin, version } = JSON.parse(readFileSync(manifest, 'utf8'))
  return { tsc: join(dirname(manifest), bin.tsc), version }
}

/** The nearest tsconfig.json above a file. */
function configAbove(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const config = join(folder, 'tsconfig.json')
    if (existsSync(config)) return config
    if (folder === dirname(folder)) return undefined
  }
}

const here = fileURLToPath(import.meta.url)

/** The library's source in the repository, whose own types are not the program's matter. */
function ownSource(): string | undefined {
  const file = launcher()
  return file && join(dirname(dirname(file)), 'src')
}

/** Settings for a program that has none of its own; plain JavaScript is not asked for types. */
function settingsWithout(file: string, hasNode: boolean): object {
  const script = /\.[cm]?jsx?$/.test(file)
  return {
    target: 'esnext',
    module: 'esnext',
    moduleResolution: 'bundler',
    moduleDetection: 'force',
    lib: ['esnext', 'dom'],
    strict: !script,
    skipLibCheck: true,
    ...(script && { allowJs: true, checkJs: true }),
    types: hasNode ? ['node'] : [],
  }
}

function settingsFor(file: string): object {
  const config = configAbove(file)
  const source = ownSource()
  const node = packageOf('@types/node', file) ?? packageOf('@types/node', here)
  const types = source ? join(source, 'index.ts') : fileURLToPath(new URL('index.d.ts', import.meta.url))
  const compilerOptions = {
    ...(config ? {} : settingsWithout(file, node !== undefined)),
    // a run writes nothing, and its files name each other with .ts
    ...{ noEmit: true, composite: false, incremental: false, allowImportingTsExtensions: true },
    ...(source && { customConditions: ['source'] }),
    ...(node && { typeRoots: [dirname(dirname(node))] }),
    ...(packageOf('glueball', file) === undefined && { paths: { glueball: [types] } }),
  }
  return { ...(config && { extends: config }), compilerOptions, files: [file], include: [], references: [] }
}

/** What the compiler says of the program: a line for each error, with indented ones after it. */
function ofProgram(report: string): string {
  const source = ownSource()
  const errors = report.split(/^(?=\S)/m)
  const own = (error: string) => source !== undefined && resolve(error.split('(', 1)[0]).startsWith(source)
  return errors.filter((error) => error.trim() !== '' && !own(error)).join('')
}

/** Checks the types of a program, by its own tsconfig.json where there is one. Throws where no compiler is installed. */
export function typeCheck(program: string): TypeCheck {
  const file = resolve(program)
  const { tsc, version } = compilerFor(file)
  const folder = mkdtempSync(join(tmpdir(), 'glueball-check-'))
  try {
    const project = join(folder, 'tsconfig.json')
    writeFileSync(project, JSON.stringify(settingsFor(file)))
    const { stdout, stderr, error, status, signal } = spawnSync(
      process.execPath,
      [tsc, '-p', project, '--pretty', 'false'],
      {
        encoding: 'utf8',
      },
    )
    if (error) throw error
    if (status === null || status > 2)
      throw new Error(`[run] typescript ${version} ended with ${signal ?? status}: ${stderr}`)
    const report = ofProgram(stdout + stderr)
    return { passed: report === '', report, version }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
