// How the page is built and served: `npm run app`.
import { fileURLToPath } from 'node:url'
import type { UserConfig } from 'vite'

/** They isolate the page from other origins, so that its workers may share memory: all cores compute. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default {
  base: './',
  publicDir: fileURLToPath(new URL('../data', import.meta.url)),
  server: { headers },
  preview: { headers },
  worker: { format: 'es' },
} satisfies UserConfig
