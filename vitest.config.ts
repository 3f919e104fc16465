// How the tests run: TypeScript as it is, two processes, the slow first, long tests apart, tests of absent peers left out.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { findPeer, peers } from './scripts/peers.ts'
import { wideFlags } from './src/platform/wide.ts'

const long = process.env['GLUEBALL_LONG'] === '1'
const source = ['source', 'node', 'module', 'import', 'default']
const found = peers.map((peer) => ({ peer, program: findPeer(peer) }))
const absent = found.filter(({ program }) => !program)
const present = found.filter(({ program }) => program)

/** Files that need a GPU or a browser take minutes: last, they would leave a core idle. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification) => /\.(webgpu|chromium)\./.test(moduleId)
    const sorted = await super.sort(files)
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}

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
    sequence: { sequencer: SlowFirst },
    maxWorkers: 2,
    execArgv: ['--conditions=source', ...wideFlags(process.versions.node, process.arch)],
    // These end what hangs, no more: beside six busy processes a test takes eight times as long as alone.
    testTimeout: long ? 3_600_000 : 1_800_000,
    hookTimeout: 1_800_000,
    expect: { poll: { timeout: 1_800_000 } },
  },
})
