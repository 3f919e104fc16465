// The programs whose bundles are measured, and how large they are by each bundler.
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Programs from the smallest up. */
export const programs: Readonly<Record<string, string>> = {
  'an array': `
import { nd } from 'glueball'
console.log(String(nd.zeros([2])))`,
  'a perceptron, prediction': `
import { nd, nn } from 'glueball'
const net = new nn.Sequential(new nn.Dense(16, { activation: 'relu' }), new nn.Dense(1))
net.initialize()
net(nd.ones([1, 4])).toArray().then(console.log)`,
  'LeNet, training': `
import { autograd, gluon, init, loss, nd, nn } from 'glueball'
const net = new nn.HybridSequential()
net.add(
  new nn.Conv2D(6, 5, { activation: 'relu' }),
  new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
  new nn.Conv2D(16, 5, { activation: 'relu' }),
  new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
  new nn.Dense(120, { activation: 'relu' }),
  new nn.Dense(84, { activation: 'relu' }),
  new nn.Dense(10),
)
net.initialize({ init: new init.Xavier() })
const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1 })
const crossLoss = new loss.SoftmaxCrossEntropyLoss()
const [x, y] = [nd.zeros([4, 1, 28, 28]), nd.zeros([4])]
const found = autograd.record(() => crossLoss(net(x), y))
found.backward()
trainer.step(4)
found.mean().asscalar().then(console.log)`,
}

/** Bytes of what a page loads before its first line runs: as text, and packed. */
export interface Size {
  readonly bytes: number
  readonly gzip: number
  readonly brotli: number
}

function sizeOf(chunks: readonly string[]): Size {
  const sum = (count: (chunk: string) => number) => chunks.reduce((bytes, chunk) => bytes + count(chunk), 0)
  return {
    bytes: sum((chunk) => Buffer.byteLength(chunk)),
    gzip: sum((chunk) => gzipSync(chunk, { level: 9 }).length),
    brotli: sum((chunk) => brotliCompressSync(chunk).length),
  }
}

/** The program with each namespace from an entry of its own: `import * as nd from 'glueball/nd'`. */
function byEntries(program: string): string {
  const one = (name: string) => `import * as ${name} from 'glueball/${name}'`
  return program.replace(/import \{ (.*) \} from 'glueball'/, (_, names: string) =>
    names.split(', ').map(one).join('\n'),
  )
}

/** By esbuild, which keeps all of a namespace that is reached through another module. */
async function byEsbuild(program: string): Promise<Size> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: root },
    ...{ bundle: true, minify: true, splitting: true, format: 'esm', platform: 'browser', write: false },
    ...{ conditions: ['source'], outdir: 'out', absWorkingDir: root, metafile: true },
  })
  const text = new Map(outputFiles.map((file) => [file.path.slice(root.length), file.text]))
  const first = new Set(Object.keys(metafile.outputs).filter((name) => metafile.outputs[name].entryPoint === '<stdin>'))
  for (const name of first) {
    for (const { kind, path } of metafile.outputs[name].imports) if (kind === 'import-statement') first.add(path)
  }
  return sizeOf([...first].map((name) => text.get(name) as string))
}

/** By rolldown, as Vite bundles. */
async function byRolldown(program: string): Promise<Size> {
  const bundle = await rolldown({
    input: 'program',
    cwd: root,
    platform: 'browser',
    resolve: { conditionNames: ['source', 'browser', 'import', 'default'] },
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'program' ? `${root}program.js` : undefined),
        load: (id) => (id === `${root}program.js` ? program : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  const chunks = output.filter((chunk) => chunk.type === 'chunk')
  const first = new Set(chunks.filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName))
  for (const name of first)
    for (const other of chunks.find((chunk) => chunk.fileName === name)?.imports ?? []) first.add(other)
  return sizeOf(chunks.filter((chunk) => first.has(chunk.fileName)).map((chunk) => chunk.code))
}

const bundlers = {
  'Vite (rolldown)': byRolldown,
  esbuild: byEsbuild,
  'esbuild, glueball/nd': (program: string) => byEsbuild(byEntries(program)),
}

/** A row of the table. */
export type Row = Size & { readonly program: string; readonly bundler: string }

/** All sizes. */
export async function measured(): Promise<Row[]> {
  const rows: Row[] = []
  for (const [program, text] of Object.entries(programs)) {
    for (const [bundler, bundled] of Object.entries(bundlers)) rows.push({ program, bundler, ...(await bundled(text)) })
  }
  return rows
}

const heading = '| program | bundler | kB | gzip | brotli |\n|---|---|---|---|---|\n'

/** The page with these sizes in its table, where they differ from what stands there by more than 3 %. */
export function mended(page: string, rows: readonly Row[]): string {
  const [before, rest] = page.split(heading)
  const [, table, after] = /^((?:\|.*\n)*)([\s\S]*)$/.exec(rest) as RegExpExecArray
  const lines = rows.map(({ program, bundler, bytes, gzip, brotli }) => {
    const sizes = [bytes, gzip, brotli].map((size) => (size / 1000).toFixed(1))
    const name = `| ${program} | ${bundler} |`
    const held = table.split('\n').find((line) => line.startsWith(name))
    const written = held?.slice(name.length, -1).split('|').map(Number) ?? []
    const near = sizes.every((size, i) => Math.abs(Number(size) - written[i]) <= 0.03 * Number(size))
    return held && near ? held : `${name} ${sizes.join(' | ')} |`
  })
  return before + heading + lines.map((line) => `${line}\n`).join('') + after
}
