// While a network trains, the event loop is free: a timer ticks, Ctrl-C is heard, and the process ends by itself.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { memoryInfo, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

const program = new URL('./busy.ts', import.meta.url).pathname

interface Report {
  readonly steps: number
  readonly results: number
  readonly starved: number
  readonly rejections: number
  /** The main thread's share of the process's time on the processors. */
  readonly main: number
  /** What happened in a step that the engine could not do, in order. */
  readonly events: readonly string[]
  readonly interrupted: boolean
}

/** Trains; `signal` is sent once it does. A process that hangs is killed. */
async function run(args: readonly string[], signal?: 'SIGINT') {
  const child = spawn(process.execPath, ['--conditions=source', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 500_000,
  })
  if (signal) child.stdout.once('data', () => child.kill(signal))
  const [printed, [code, by]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { printed, code, signal: by }
}

/** The report of a run that ended well. */
async function reportOf(...given: Parameters<typeof run>): Promise<Report> {
  const { printed, code } = await run(...given)
  expect(code).toBe(0)
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '')
}

describe('while NiN trains', () => {
  it.each([
    ['reading the loss of each step', 16, []],
    ['taking batches alone', 8, ['loader']],
  ])('the main thread is free, %s', async (_, results, ways) => {
    const { main, ...report } = await reportOf(['6', ...ways])
    console.log(`the main thread took ${(100 * main).toFixed(1)} % of the processors' time`)
    expect(report).toEqual({
      ...{ steps: 6, results, starved: 0, rejections: 0, interrupted: false },
      events: ['three ticks', 'loss'],
    })
    expect(main).toBeLessThan(0.25)
  })

  it('a handler of Ctrl-C runs, and the loop can end', async () => {
    expect((await reportOf(['Infinity', 'handler'], 'SIGINT')).interrupted).toBe(true)
  })

  it('Ctrl-C without a handler ends the process', async () => {
    const { printed, signal } = await run(['Infinity'], 'SIGINT')
    expect([printed, signal]).toEqual(['training\n', 'SIGINT'])
  })
})

describe('memory given back by hand', () => {
  const ctx = reference()

  it('is free at the end of using, and after dispose', () => {
    const { storages } = memoryInfo(ctx)
    {
      using x = nd.ones([4], { ctx })
      using y = x.add(1)
      expect(y.size).toBe(4)
      expect(memoryInfo(ctx).storages).toBe(storages + 2)
    }
    const z = nd.ones([4], { ctx })
    z.dispose()
    z.dispose()
    expect(memoryInfo(ctx).storages).toBe(storages)
    expect(() => z.add(1)).toThrow(/\[add\] this array <NDArray 4 @reference\(0\)> was released: dispose was called/)
  })

  it('does not take it from views and recorded graphs', async () => {
    const x = nd.array([1, 2, 3], { ctx })
    const view = x.slice([1], [3])
    x.dispose()
    expect([...(await view.toArray())]).toEqual([2, 3])
  })
})
