// Handing a command over to the repository's launcher, which finds a current Node; the package alone has none.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The launcher above this file, if this is the repository. */
export function launcher(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'runtime', 'launch.js')
    if (existsSync(file)) return file
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return undefined
  }
}

/** Goes on in the launcher with these arguments and does not return, except where there is none. */
export async function handOver(args: readonly string[]): Promise<void> {
  const file = launcher()
  if (!file) return
  const { become } = await import(pathToFileURL(join(dirname(file), 'become.js')).href)
  become(process.execPath, [file, ...args])
  await new Promise(() => {})
}
