// Commands that wait because workers have not started: the bound on what waits, and the ring going on once they have.
import { beforeEach, expect, it, vi } from 'vitest'
import type * as Platform from '#platform'
import { backlogLimit, Context } from '../../core/engine.ts'
import { copyBytes } from '../../kernel/wasm/copyBytes.ts'
import { copy } from '../../ops/copy/copy.ts'
import { fill } from '../../ops/fill/fill.ts'
import { WasmEngine } from './engine.ts'
import { RingStream } from './ringStream.ts'
import { layout } from './worker.ts'

/** Starts each worker that was asked for. */
const { starts } = vi.hoisted(() => ({ starts: [] as (() => void)[] }))
beforeEach(() => void starts.splice(0))

vi.mock('#platform', async (original) => {
  const platform = await original<typeof Platform>()
  const startWorker: typeof platform.startWorker = (...asked) => {
    let worker: Platform.WorkerHandle | undefined
    starts.push(() => {
      worker = platform.startWorker(...asked)
    })
    return {
      ref: () => worker?.ref(),
      unref: () => worker?.unref(),
      postMessage: (...message) => worker?.postMessage(...message),
      terminate: async () => worker?.terminate(),
    }
  }
  return { ...platform, startWorker }
})

it.each([true, false])('a loop that never awaits ends in the census error, shared memory: %s', (shared) => {
  const engine = new WasmEngine({ threads: 2, memoryLimit: 2 ** 30, rung: 'plain', shared })
  const x = fill([2], 1, { context: new Context('cpu', 0, () => engine) })
  const { module, entry } = copyBytes({ at: 0 }, { at: 0 }, 1)
  const give = (count: number) => {
    for (let i = 0; i < count; i++) engine.command(module, entry, 1, [0, 0, 0])
  }
  give(backlogLimit - layout.slots)
  copy(x)
  give(2 * layout.slots)
  expect(() => copy(x)).toThrow(/too many commands are waiting[\s\S]*your loop never awaits/)
})

it('a full ring goes on when one worker starts after the others have run all of it', async () => {
  const stream = new RingStream(2 ** 14, 3, () => {})
  const reached = Array.from({ length: 3 * layout.slots }, () => stream.notify())
  const [last, ...others] = starts
  for (const start of others) start()
  await expect.poll(() => stream.retired).toBe(layout.slots)
  await reached[layout.slots / 2]
  expect([stream.passed, stream.waiting > 2 * layout.slots]).toEqual([0, true])
  last()
  await Promise.all(reached)
  await stream.close()
})
