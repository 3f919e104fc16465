// The loading hooks behind strip.js.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

const parentURL = new URL('../package.json', import.meta.url).href

/** Resolves 'glueball' from this repository, whoever asks. */
export function resolve(specifier, context, next) {
  return next(specifier, specifier === 'glueball' ? { ...context, parentURL } : context)
}

/** Loads a `.ts` file as the JavaScript it means. */
export async function load(url, context, next) {
  if (!new URL(url).pathname.endsWith('.ts')) return next(url, context)
  const text = await readFile(fileURLToPath(url), 'utf8')
  const { code } = await transform(text, { loader: 'ts', target: 'node20', sourcemap: 'inline', sourcefile: url })
  return { format: 'module', source: code, shortCircuit: true }
}
