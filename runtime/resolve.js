// Lets a program anywhere on the machine import 'glueball' from this repository's source. Loaded with --import.
import { registerHooks } from 'node:module'

const parentURL = new URL('../package.json', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    return next(specifier, specifier === 'glueball' ? { ...context, parentURL } : context)
  },
})
