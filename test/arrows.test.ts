// Who may import whom: the folders' order, what an op may see, Node's modules apart, and no cycles.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

interface Import {
  readonly from: string
  /** A file of the repository, or the name of a package. */
  readonly to: string
  /** Whether only types are imported. */
  readonly type: boolean
}

const root = fileURLToPath(new URL('..', import.meta.url))

function filesUnder(folder: string): string[] {
  if (!existsSync(root + folder)) return []
  const names = readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
  return names.map((name) => `${folder}/${name.replaceAll('\\', '/')}`).filter((name) => name.endsWith('.ts'))
}

const comments = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/g
const statements = /^(?:import|export)\b(?<names>[^'"`;=]*?)from '(?<module>[^']+)'|\bimport\(?\s*'(?<bare>[^']+)'/gm

/** Whether a list of names between `import` and `from` holds types alone. */
function onlyTypes(names: string): boolean {
  if (/^\s*type\b/.test(names)) return true
  const inside = /\{([^}]*)\}/.exec(names)?.[1]
  if (inside === undefined || /^\s*\w+\s*,/.test(names)) return false
  return inside
    .split(',')
    .filter((name) => name.trim())
    .every((name) => /^\s*type\s/.test(name))
}

function importsOf(from: string): Import[] {
  const text = readFileSync(root + from, 'utf8').replace(comments, '')
  return Array.from(text.matchAll(statements), ({ groups = {} }) => {
    const module = groups.module ?? groups.bare
    const to = module.startsWith('.') ? posix.join(posix.dirname(from), module) : module
    return { from, to, type: groups.module !== undefined && onlyTypes(groups.names) }
  })
}

/** Tests and their cases, which may compose ops as a user does. */
const isTest = (file: string) => /\.(test|cases)\.ts$/.test(file)
const source = filesUnder('src').filter((file) => !isTest(file))
const imports = source.flatMap(importsOf)
const folderOf = (file: string) => file.split('/')[1]
const named = ({ from, to }: Import) => `${from} imports ${to}`

/** What each folder may import besides itself. */
const below: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  core: ['platform'],
  arith: [],
  kernel: ['arith', 'core'],
  kinds: ['arith', 'core', 'kernel'],
  ops: ['arith', 'core', 'kernel', 'kinds'],
  engines: ['core', 'kernel', 'kinds', 'ops', 'platform'],
  io: ['core', 'platform'],
  autograd: ['core', 'ops'],
  nd: ['arith', 'core', 'io', 'kinds', 'ops', 'autograd'],
  init: ['core', 'ops', 'nd', 'autograd'],
  lrScheduler: ['core'],
  optimizer: ['core', 'ops', 'nd', 'autograd', 'lrScheduler'],
  gluon: ['arith', 'core', 'kinds', 'io', 'platform', 'ops', 'nd', 'autograd', 'init', 'optimizer', 'lrScheduler'],
  image: ['core', 'io', 'platform', 'ops', 'nd', 'gluon'],
  'index.ts': ['core', 'engines', 'autograd', 'nd', 'init', 'optimizer', 'lrScheduler', 'gluon', 'image', 'setup.ts'],
  'setup.ts': ['core', 'engines', 'nd'],
  entries: ['autograd', 'nd', 'init', 'optimizer', 'lrScheduler', 'gluon', 'image', 'setup.ts'],
  cli: [
    'core',
    'kernel',
    'ops',
    'engines',
    'io',
    'platform',
    'autograd',
    'nd',
    'optimizer',
    'lrScheduler',
    'gluon',
    'index.ts',
  ],
}

it('reads the imports', () => {
  expect(imports.length).toBeGreaterThan(200)
  expect(importsOf('src/core/invoke.ts')).toContainEqual({
    from: 'src/core/invoke.ts',
    to: 'src/core/storage.ts',
    type: false,
  })
  expect(importsOf('src/ops/spec.ts').every(({ type }) => type)).toBe(true)
  expect(imports.filter(({ to }) => to.startsWith('src/') && !existsSync(root + to)).map(named)).toEqual([])
})

it('imports only from folders below', () => {
  const folders = [...new Set(source.map(folderOf))]
  expect(folders.filter((folder) => !(folder in below))).toEqual([])
  const target = (to: string) => (to === '#platform' ? 'platform' : folderOf(to))
  const inside = imports.filter(({ to }) => to.startsWith('src/') || to === '#platform')
  const wrong = inside.filter(({ from, to }) => {
    const folder = folderOf(from)
    return folder !== target(to) && !below[folder].includes(target(to))
  })
  expect(wrong.map(named)).toEqual([])
})

it('has no cycle of op folders', () => {
  const opOf = (file: string) => /^src\/ops\/(\w+)\//.exec(file)?.[1]
  const next = new Map<string, string[]>()
  for (const { from, to, type } of imports) {
    const [by, of] = [opOf(from), opOf(to)]
    if (!by || type) continue
    next.set(by, [...(next.get(by) ?? []), ...(of && of !== by ? [of] : [])])
  }
  expect([...next.values()].flat()).not.toEqual([])
  expect(cycles(next)).toEqual([])
})

it('gives the meaning of an op the kernel of the CPU engine alone', () => {
  const reached = new Map(['src/ops/index.ts', 'src/ops/specs.ts'].map((file) => [file, '']))
  for (const file of reached.keys()) {
    for (const { to, type } of imports.filter(({ from }) => from === file)) {
      if (!type && to.startsWith('src/') && !reached.has(to)) reached.set(to, file)
    }
  }
  const kernels = [...reached].filter(([file]) => /^src\/(kernel\/wgsl|engines)\/|\.(wgsl|reference)\.ts$/.test(file))
  expect(kernels.map(([file, by]) => `${by} imports ${file}`)).toEqual([])
})

it('has one training loop: what else trains is a handler of its events', () => {
  const calls = (file: string) =>
    /\.backward\(\)|[tT]rainer\.step\(/.test(readFileSync(root + file, 'utf8').replace(comments, ''))
  const loops = [...source, ...filesUnder('app')].filter(calls)
  expect(loops.filter((file) => !file.startsWith('src/gluon/contrib/estimator/'))).toEqual([])
  expect(loops.length).toBeGreaterThan(0)
})

it("keeps Node's modules behind #platform and in the command", () => {
  const wrong = imports.filter(({ from, to }) => to.startsWith('node:') && !/^src\/(platform|cli)\//.test(from))
  expect(wrong.map(named)).toEqual([])
  const files = imports.filter(({ from, to }) => to.startsWith('src/platform/') && folderOf(from) !== 'platform')
  expect(files.map(named)).toEqual([])
})

it('gives examples and the app the public names only', () => {
  const wrong = [...filesUnder('examples'), ...filesUnder('app')]
    .flatMap(importsOf)
    .filter(({ to }) => to.startsWith('src/'))
  expect(wrong.map(named)).toEqual([])
})

it('has no cycle', () => {
  const next = new Map(source.map((file) => [file, [] as string[]]))
  for (const { from, to, type } of imports) if (!type) next.get(from)?.push(to)
  expect(cycles(next)).toEqual([])
})

/** The cycles that a walk through the graph closes, each as the list of its files. */
function cycles(next: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const found: string[] = []
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) found.push([...path.slice(at), file].join(' → '))
    if (at >= 0 || done.has(file)) return
    for (const to of next.get(file) ?? []) walk(to, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) walk(file, [])
  return found
}
