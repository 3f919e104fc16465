// The packed package where programs run: bundled, in a worker, as it is. Each host must print the same five losses.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { rolldown } from 'rolldown'

/** Makes a host's program in the consumer's folder; gives its file, and the warnings on the way. */
type Host = (consumer: string) => Promise<{ readonly file: string; readonly warnings: readonly string[] }>

const program = 'losses.js'

const byEsbuild =
  (format: 'esm' | 'cjs', file: string): Host =>
  async (consumer) => {
    const { warnings } = await build({
      absWorkingDir: consumer,
      entryPoints: [program],
      outfile: file,
      ...{ bundle: true, minify: true, platform: 'node', target: 'node20', format, logLevel: 'silent' },
      // CommonJS has no import.meta, as the guide says
      ...(format === 'cjs' && { define: { 'import.meta.url': 'importMetaUrl' }, banner: { js: importMetaUrl } }),
    })
    return { file, warnings: warnings.map(({ text }) => text) }
  }

const importMetaUrl = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href"

const hosts: Readonly<Record<string, Host>> = {
  Node: async () => ({ file: program, warnings: [] }),
  'a worker of Node': async (consumer) => {
    const text = `import { Worker } from 'node:worker_threads'\nnew Worker(new URL('./${program}', import.meta.url))\n`
    writeFileSync(join(consumer, 'worker.js'), text)
    return { file: 'worker.js', warnings: [] }
  },
  'esbuild, ESM': byEsbuild('esm', 'bundle.mjs'),
  'esbuild, CommonJS': byEsbuild('cjs', 'bundle.cjs'),
  'Vite (rolldown)': async (consumer) => {
    const warnings: string[] = []
    const bundle = await rolldown({
      ...{ cwd: consumer, input: program, platform: 'node' },
      onLog: (level, { message }) => void (level === 'warn' && warnings.push(message)),
    })
    await bundle.write({ dir: join(consumer, 'rolled'), format: 'esm', minify: true })
    return { file: 'rolled/losses.js', warnings }
  },
}

/** One check for each host: no warning, nothing on standard error, the losses of Node, and an end by itself. */
export async function checkHosts(consumer: string, node: string): Promise<boolean[]> {
  let expected: string | undefined
  const checks: boolean[] = []
  for (const [name, make] of Object.entries(hosts)) {
    const { file, warnings } = await make(consumer)
    const ran = spawnSync(node, [file], { cwd: consumer, encoding: 'utf8', timeout: 60_000 })
    expected ??= ran.stdout
    const passed = ran.status === 0 && warnings.length === 0 && ran.stderr === '' && ran.stdout === expected
    if (!passed) console.log(`${name}: ${[...warnings, ran.stderr, ran.stdout, `exit ${ran.status}`].join('\n')}`)
    checks.push(passed && /^[\d.]+( [\d.]+){4}\n$/.test(ran.stdout))
  }
  return checks
}
