// How the tests run: TypeScript as it is, two processes, long tests apart, tests of absent peers left out.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { findPeer, peers } from './scripts/peers.ts'
import { wideFlags } from './src/platform/wide.ts'

const long = process.env['GLUEBALL_LONG'] === '1'
const source = ['source', 'node', 'module', 'import', 'default']
const found = peers.map((peer) => ({ peer, program: findPeer(peer) }))
const absent = found.filter(({ program }) => !program)
const present = found.filter(({ program }) => program)

export default defineConfig({
  resolve: {
    conditions: source,
    alias: [{ find: /^glueball$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) }],
  },
  ssr: { resolve: { conditions: source, externalConditions: source } },
  test: {
    include: long
      ? ['src/**/*.long{,.*}.test.ts', 'test/**/*.long{,.*}.test.ts']
      : ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      'test/node20/**',
      ...(long ? [] : ['**/*.long{,.*}.test.ts']),
      ...absent.map(({ peer }) => `**/*.${peer.suffix}{,.*}.test.ts`),
    ],
    env: Object.assign({}, ...present.map(({ peer, program }) => ({ ...peer.environment, [peer.variable]: program }))),
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--conditions=source', ...wideFlags(process.versions.node, process.arch)],
    testTimeout: long ? 3_600_000 : 60_000,
    hookTimeout: 60_000,
  },
})
