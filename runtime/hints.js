// Says what to write for a name that the library does not have, before the error that ends a program. Loaded with --import.
import { createRequire } from 'node:module'
import { namespaceHint } from '../src/cli/programs/namespaceHints.ts'

const require = createRequire(import.meta.url)

process.on('uncaughtExceptionMonitor', (error) => {
  const hint = namespaceHint(error, () => require('../src/index.ts'))
  if (hint) console.error(`hint: ${hint}`)
})
