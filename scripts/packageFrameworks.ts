// The packed package in bundlers, frameworks and runtimes that the long test installs from test/hosts.
import { spawn } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isolating } from '../test/browser/files.ts'
import { inChromium, openPage, pageHost } from './packagePages.ts'
import { type Host, type Ran, runProgram, runTool } from './packageRun.ts'
import { packagesOfServe } from './packageServe.ts'

/** What a test of Jest and Vitest says. */
const testText = `import { losses } from './losses.js'

test('the program runs', async () => {
  expect(await losses).toMatch(/ 4363 4515$/)
})
`

/** What of webpack is used here. */
type Webpack = (
  config: object,
  done: (error: Error | null, stats: { readonly compilation: Compilation }) => void,
) => void

interface Compilation {
  readonly warnings: readonly Error[]
  readonly errors: readonly Error[]
}

/** Bundles with webpack for a target; gives its warnings and errors. */
async function byWebpack(consumer: string, target: 'web' | 'node', filename: string): Promise<string[]> {
  const webpack = createRequire(join(consumer, 'package.json'))('webpack') as Webpack
  const output = { path: join(consumer, 'webpack'), filename }
  // LeNet is larger than what webpack advises for a page's first load
  const config = {
    mode: 'production',
    context: consumer,
    entry: './losses.js',
    target,
    output,
    performance: { hints: false },
  }
  const { warnings, errors } = await new Promise<Compilation>((resolve, reject) =>
    webpack(config, (error, stats) => (error ? reject(error) : resolve(stats.compilation))),
  )
  return [...warnings, ...errors].map(({ message }) => message)
}

/** Bundles with rollup into a folder; gives its warnings. */
async function byRollup(consumer: string, format: 'es' | 'cjs'): Promise<string[]> {
  const [{ rollup }, { nodeResolve }] = await Promise.all([
    import(pathToFileURL(join(consumer, 'node_modules/rollup/dist/es/rollup.js')).href),
    import(pathToFileURL(join(consumer, 'node_modules/@rollup/plugin-node-resolve/dist/es/index.js')).href),
  ])
  const warnings: string[] = []
  const plugins = [nodeResolve({ exportConditions: ['node'], preferBuiltins: true })]
  const onwarn = ({ message }: { readonly message: string }) => void warnings.push(message)
  const bundle = await rollup({ input: join(consumer, 'losses.js'), plugins, onwarn })
  const names = format === 'es' ? '[name].mjs' : '[name].cjs'
  await bundle.write({ dir: join(consumer, 'rollup'), format, entryFileNames: names, chunkFileNames: names })
  return warnings
}

/** Starts a Next application, and takes what `read` finds at its address; `build` builds it before. */
async function inNext(
  consumer: string,
  node: string,
  read: (address: string) => Promise<Ran>,
  build: boolean,
): Promise<Ran> {
  const [folder, next] = [join(consumer, 'next'), join(consumer, 'node_modules/next/dist/bin/next')]
  copyFileSync(join(consumer, 'losses.js'), join(folder, 'losses.js'))
  const { complaints } = build ? runTool(node, [next, 'build'], folder) : { complaints: [] }
  const server = spawn(node, [next, 'start', '--port', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let text = ''
      server.stdout.setEncoding('utf8').on('data', (part) => {
        const found = /Local: +(\S+)/.exec((text += part))
        if (found && text.includes('Ready')) resolve(found[1])
      })
      server.once('exit', (code) => reject(new Error(`next start ended with ${code}: ${text}`)))
    })
    const ran = await read(address)
    return { ...ran, complaints: [...complaints, ...ran.complaints] }
  } finally {
    server.kill()
  }
}

/** A test runner's run of one file, which holds the program's test. */
function tested(consumer: string, node: string, file: string, args: readonly string[]): Ran {
  writeFileSync(join(consumer, file), testText)
  return runTool(node, [...args, file], consumer)
}

/** What a page that the server has rendered shows. */
async function rendered(address: string): Promise<Ran> {
  const text = await (await fetch(`${address}/server`)).text()
  return { printed: /<p>([^<]*)<\/p>/.exec(text)?.[1] ?? text, complaints: [] }
}

/** All hosts of test/hosts; `install` puts their packages and those of examples/serve into the consumer's folder. */
export function frameworkHosts(root: string, install: (packages: string[]) => boolean): Readonly<Record<string, Host>> {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'test/hosts/package.json'), 'utf8'))
  const packages = Object.entries({ ...dependencies, ...packagesOfServe(root) }).map(
    ([name, version]) => `${name}@${version}`,
  )
  if (!install(packages)) throw new Error('npm could not install the dependencies of test/hosts/package.json')
  const ofRoot = (path: string) => join(root, 'node_modules', path)
  return {
    'webpack for the web': pageHost('.', 'pages/webpack.html', isolating, (consumer) =>
      byWebpack(consumer, 'web', 'web.js'),
    ),
    'webpack for Node': async (consumer, node) => {
      const warnings = await byWebpack(consumer, 'node', 'node.cjs')
      return runProgram(node, ['webpack/node.cjs'], consumer, warnings)
    },
    'rollup, ESM': async (consumer, node) => {
      const warnings = await byRollup(consumer, 'es')
      return runProgram(node, ['rollup/losses.mjs'], consumer, warnings)
    },
    'rollup, CommonJS': async (consumer, node) => {
      const warnings = await byRollup(consumer, 'cjs')
      return runProgram(node, ['rollup/losses.cjs'], consumer, warnings)
    },
    'Next, a page': (consumer, node) =>
      inNext(consumer, node, (address) => inChromium((browser) => openPage(browser, address)), true),
    'Next, on the server': (consumer, node) => inNext(consumer, node, rendered, false),
    Jest: async (consumer, node) => {
      const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
      return tested(consumer, node, 'jest.spec.js', [...flags, 'node_modules/jest/bin/jest.js'])
    },
    Vitest: async (consumer) =>
      tested(consumer, process.execPath, 'vitest.spec.js', [ofRoot('vitest/vitest.mjs'), 'run', '--globals']),
    Bun: async (consumer) => runProgram(join(consumer, 'node_modules/.bin/bun'), ['losses.js'], consumer),
    Deno: async (consumer) => runProgram(ofRoot('.bin/deno'), ['run', '--allow-all', 'losses.js'], consumer),
  }
}
