// While a network trains, the event loop is free: a timer ticks, Ctrl-C is heard, and the process ends by itself.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { memoryInfo, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

const program = new URL('./busy.ts', import.meta.url).pathname

interface Report {
  readonly steps: number
  readonly seconds: number
  readonly ticks: number
  /** The longest time between two ticks, in ms. */
  readonly longest: number
  readonly rejections: number
  /** How long after Ctrl-C the loop ended, in ms. */
  readonly heard: number | null
}

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--conditions=source', program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** The report at the end of what it printed. */
function reportOf(printed: string): Report {
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '')
}

async function run(...args: string[]): Promise<Report> {
  const child = start(args)
  const [printed, [code]] = await Promise.all([text(child.stdout!), once(child, 'exit')])
  expect(code).toBe(0)
  return reportOf(printed)
}

/** Sends Ctrl-C once it trains; what it printed, how it ended and how long after. */
async function interrupt(...args: string[]): Promise<{ printed: string; code: number; signal: string; after: number }> {
  const child = start(args)
  let sent = 0
  child.stdout?.once('data', () => {
    sent = performance.now()
    child.kill('SIGINT')
  })
  const [printed, [code, signal]] = await Promise.all([text(child.stdout!), once(child, 'exit')])
  return { printed, code, signal, after: performance.now() - sent }
}

describe('while NiN trains', () => {
  // A machine under load may not run this process in time; what blocks the loop itself does so every time.
  it.each([['reading the loss of each step'], ['taking batches alone', 'loader']])(
    'a timer of 50 ms has no gap over 200 ms, %s',
    async (_, ...ways) => {
      const { longest, ticks, seconds, rejections, steps } = await run('12', ...ways)
      console.log(`${steps} steps in ${seconds.toFixed(1)} s, ${ticks} ticks, the longest gap ${longest.toFixed(0)} ms`)
      expect(steps).toBe(12)
      expect(longest).toBeLessThan(200)
      expect(ticks).toBeGreaterThan(seconds * 8)
      expect(rejections).toBe(0)
    },
  )

  it('a handler of Ctrl-C runs, and the loop can end', async () => {
    const { printed, code } = await interrupt('1000', 'handler')
    expect(code).toBe(0)
    const { heard, steps } = reportOf(printed)
    expect(heard).not.toBeNull()
    expect(steps).toBeLessThan(100)
  })

  it('Ctrl-C without a handler ends the process', async () => {
    const { signal, after } = await interrupt('1000')
    expect(signal).toBe('SIGINT')
    expect(after).toBeLessThan(2000)
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
