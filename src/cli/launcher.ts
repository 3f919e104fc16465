// Handing a command over to the repository's launcher, which finds a current Node; the package alone has none.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The launcher above this file, if this is the repository. */
export function launcher(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'runtime', 'launch.js')
    if (existsSync(file)) return file
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return undefined
  }
}

/** Runs the launcher with arguments and returns its exit code; undefined where there is none. */
export async function handOver(args: readonly string[]): Promise<number | undefined> {
  const file = launcher()
  if (!file) return undefined
  const child = spawn(process.execPath, [file, ...args], { stdio: 'inherit' })
  const ignore = () => {} // a terminal sends its Ctrl-C to the child too: the child decides
  process.on('SIGINT', ignore)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals])
    })
  })
}
