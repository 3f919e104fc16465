// Packages that Node's users install besides. Their names are arguments, so that bundlers neither bundle nor miss them.
import { createRequire } from 'node:module'

/** Imports an optional package where the program runs; rejects where the package is not installed. */
export function importOptional<Module>(name: string): Promise<Module> {
  return import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name)
}

/** The path of a file of an optional package; throws where the package is not installed. */
export function pathInOptional(file: string, { resolve } = createRequire(import.meta.url)): string {
  return resolve(file)
}
