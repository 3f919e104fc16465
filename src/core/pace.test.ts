// Loop: what is waited for between steps, and which failures are thrown there.
import { expect, it } from 'vitest'
import type { Engine } from './engine.ts'
import { Loop, noteMove } from './pace.ts'

/** An engine of which only fences and failures are asked; `open` lets the oldest fence pass. */
function engineOf() {
  const fences: (() => void)[] = []
  const failures: Error[] = []
  const engine = {
    limit: 2 ** 30,
    fence: () => new Promise<void>((resolve) => fences.push(resolve)),
    takeFailure: () => failures.shift(),
  } as Partial<Engine> as Engine
  return { engine, failures, fences, open: () => fences.shift()?.() }
}

/** Whether a promise is still pending after some turns of the event loop. */
async function waits(promise: Promise<unknown>): Promise<boolean> {
  const turns = async () => {
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
    return true
  }
  return Promise.race([turns(), promise.then(() => false)])
}

it('waits for the step before the last one', async () => {
  const { engine, fences, open } = engineOf()
  const loop = new Loop(engine)
  expect(await waits(loop.pace())).toBe(false)
  const second = loop.pace()
  expect([await waits(second), fences.length]).toEqual([true, 2])
  open()
  await second
  const third = loop.pace()
  expect(await waits(third)).toBe(true)
  open()
  await third
})

it('waits for engines that values went to in the loop, and throws their failures', async () => {
  const [from, to, earlier] = [engineOf(), engineOf(), engineOf()]
  noteMove(from.engine, earlier.engine)
  const loop = new Loop(from.engine)
  noteMove(from.engine, to.engine)
  const failure = new Error('lost')
  to.failures.push(failure)
  await expect(loop.pace()).rejects.toBe(failure)
  expect([from, to, earlier].map(({ fences }) => fences.length)).toEqual([1, 1, 0])
  from.open()
  const second = loop.pace()
  expect(await waits(second)).toBe(true)
  to.open()
  await second
})
