// Builds dist: the library file by file with tsc, the command as one file with esbuild, as is each file of the library
// that uses an npm package, and the worker's module. Runs on Node 20.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'src')
const dist = join(root, 'dist')
/**
 * Files of the library that become one with what they import: those that import an npm package, and the worker's module,
 * which bundlers copy as it is for `new URL('glueball/worker', import.meta.url)`.
 */
const joined = ['gluon/onnx/protobuf.js', 'io/deflate.js', 'engines/wasm/workerModule.js']
/** A file whose imports take a name as it is: tsc would wrap these in a function, of which bundlers warn. */
const withNamedImports = 'platform/optional'

/** Keeps the library out of the command's bundle: `../nd/x.ts` seen from src/cli becomes `./nd/x.js` in dist. */
const library = {
  name: 'library',
  setup({ onResolve }) {
    onResolve({ filter: /^#platform$/ }, ({ path }) => ({ path, external: true }))
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      if (!resolveDir.startsWith(source)) return undefined
      const inside = relative(source, resolve(resolveDir, path)).split(sep).join('/')
      if (inside.startsWith('cli/')) return undefined
      return { path: `./${inside.replace(/\.ts$/, '.js')}`, external: true }
    })
  },
}

/** The licence text of each npm package that went into the bundle. */
function licences(inputs) {
  const folders = Object.keys(inputs).flatMap((file) => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? [])
  return [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : `Licence: ${license}`
    return `${name} ${version}\n\n${text}\n`
  })
}

/** Emits the library's JavaScript and declarations. */
function emitLibrary() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

/** Bundles dist/cli.js with the libraries that only the command uses. */
async function bundleCommand() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    plugins: [library],
    banner: {
      js: [
        '#!/usr/bin/env node',
        "import { createRequire as requireFrom } from 'node:module'",
        'const require = requireFrom(import.meta.url)',
      ].join('\n'),
    },
    logLevel: 'warning',
  })
  chmodSync(join(dist, 'cli.js'), 0o755)
  return metafile.inputs
}

/** Puts what a file of the library imports into that file. */
async function bundleInto(file) {
  const path = join(dist, file)
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    outfile: path,
    allowOverwrite: true,
    bundle: true,
    metafile: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  })
  return metafile.inputs
}

/** Emits a file of the library without tsc's changes to its imports. */
async function emitAsItIs(stem) {
  await build({
    absWorkingDir: root,
    entryPoints: [`src/${stem}.ts`],
    outfile: `dist/${stem}.js`,
    allowOverwrite: true,
    sourcemap: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  })
}

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
emitLibrary()
await emitAsItIs(withNamedImports)
const bundled = [await bundleCommand(), ...(await Promise.all(joined.map(bundleInto)))]
const inputs = Object.assign({}, ...bundled)
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences(inputs).join(`\n${'-'.repeat(72)}\n\n`))
