// A folder of files as a web server gives them, and the headers that a page may come with.
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { extname, join } from 'node:path'

/** Headers that isolate a page from other origins, so that its workers may share memory. */
export const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const

/** A content policy without blob: workers and without eval. */
export const strictPolicy = {
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'",
} as const

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
}

/** Serves a folder's files with these headers. */
export function filesOf(folder: string, headers: Readonly<Record<string, string>>): RequestListener {
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    try {
      const bytes = readFileSync(join(folder, path.endsWith('/') ? `${path}index.html` : path))
      const type = types[extname(path)] ?? 'application/octet-stream'
      response.writeHead(200, { 'Content-Type': type, 'Cross-Origin-Resource-Policy': 'same-origin', ...headers })
      response.end(bytes)
    } catch {
      response.writeHead(404).end()
    }
  }
}
