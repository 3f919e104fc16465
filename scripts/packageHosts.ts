// The packed package where programs run: bundled, in workers, in pages, in frameworks. Each host must print the same line.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { rolldown } from 'rolldown'
import { frameworkHosts } from './packageFrameworks.ts'
import { pageHosts } from './packagePages.ts'
import { type Host, numbers, runProgram } from './packageRun.ts'
import { checkServe } from './packageServe.ts'

const program = 'losses.js'

const byEsbuild =
  (format: 'esm' | 'cjs', file: string): Host =>
  async (consumer, node) => {
    const { warnings } = await build({
      absWorkingDir: consumer,
      entryPoints: [program],
      outfile: file,
      ...{ bundle: true, minify: true, platform: 'node', target: 'node20', format, logLevel: 'silent' },
      // CommonJS has no import.meta, as the guide says
      ...(format === 'cjs' && { define: { 'import.meta.url': 'importMetaUrl' }, banner: { js: importMetaUrl } }),
    })
    const complaints = warnings.map(({ text }) => text)
    return runProgram(node, [file], consumer, complaints)
  }

const importMetaUrl = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href"

const nodeHosts: Readonly<Record<string, Host>> = {
  Node: async (consumer, node) => runProgram(node, [program], consumer),
  'Node of the repository': async (consumer) => runProgram(process.execPath, [program], consumer),
  'a worker of Node': async (consumer, node) => {
    const text = `import { Worker } from 'node:worker_threads'\nnew Worker(new URL('./${program}', import.meta.url))\n`
    writeFileSync(join(consumer, 'worker.js'), text)
    return runProgram(node, ['worker.js'], consumer)
  },
  'esbuild, ESM': byEsbuild('esm', 'bundle.mjs'),
  'esbuild, CommonJS': byEsbuild('cjs', 'bundle.cjs'),
  'Vite (rolldown) for Node': async (consumer, node) => {
    const warnings: string[] = []
    const bundle = await rolldown({
      ...{ cwd: consumer, input: program, platform: 'node' },
      onLog: (level, { message }) => void (level === 'warn' && warnings.push(message)),
    })
    await bundle.write({ dir: join(consumer, 'rolled'), format: 'esm', minify: true })
    return runProgram(node, ['rolled/losses.js'], consumer, warnings)
  },
}

/** Puts what the hosts' programs read into the consumer's folder. */
function prepare(root: string, consumer: string): void {
  cpSync(join(root, 'test/hosts'), consumer, {
    recursive: true,
    filter: (file) => !/node_modules|package.*json$/.test(file),
  })
  for (const folder of ['data', 'next/data', 'next/public/data']) {
    mkdirSync(join(consumer, folder), { recursive: true })
    for (const name of ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'])
      cpSync(join(root, 'data', name), join(consumer, folder, name))
  }
}

/** One check for each host: no complaint, the line of a Node, and an end by itself. `install` adds packages to the folder. */
export async function checkHosts(
  root: string,
  consumer: string,
  node: string,
  install: (packages: string[]) => boolean,
): Promise<boolean[]> {
  prepare(root, consumer)
  const long = process.env['GLUEBALL_LONG'] === '1'
  const hosts = { ...nodeHosts, ...(await pageHosts()), ...(long && frameworkHosts(root, install)) }
  // relaxed SIMD rounds otherwise than plain, and not every Node has it
  const expected = new Set<string>()
  const checks: boolean[] = []
  for (const [name, run] of Object.entries(hosts)) {
    const { printed, complaints } = await run(consumer, node)
    if (name.startsWith('Node') && numbers.test(printed)) expected.add(printed)
    const passed = complaints.length === 0 && expected.has(printed)
    console.log(passed ? `${name}: the same losses` : [`${name}: failed`, ...complaints, printed].join('\n'))
    checks.push(passed)
  }
  if (long) checks.push(await checkServe(root, consumer, node))
  return checks
}
