// The line protocol against small programs: answers, chatter, programs that fail, cannot, or never answer.
import { expect, it } from 'vitest'
import { System } from './system.ts'

const never = Number.POSITIVE_INFINITY

/** A system that runs a program of Node. */
function system(program: string, deadline = Date.now() + 600_000, limitMs = 600_000): System {
  return new System({ name: 'jax-wasm', command: process.execPath, args: ['-e', program] }, deadline, limitMs)
}

const answers = `
  const say = (line) => console.log(JSON.stringify(line))
  console.log('a library greets')
  say({ ready: true, version: '1.2', slow: false, check: [[1, 2]] })
  process.stdin.on('data', (text) => {
    if (String(text) === 'run\\n') say({ seconds: 0.5, images: 128 })
    else { say({ peakBytes: 4096 }); process.exit() }
  })`

it('reads what a system says of itself, its samples and its memory, past what libraries print', async () => {
  const one = system(answers)
  expect(await one.ready()).toMatchObject({ version: '1.2', slow: false, check: [[1, 2]] })
  await one.run()
  await one.run()
  await one.exit()
  expect([one.imagesPerSecond, one.peakBytes]).toEqual([[256, 256], 4096])
})

it('gives the reason of a system that cannot do the case', async () => {
  const program = `console.log(JSON.stringify({ unavailable: 'it cannot train' }))`
  await expect(system(program).ready()).rejects.toThrow('it cannot train')
})

it('gives the last error of a system that ends by itself, and the signal of one that was killed', async () => {
  const failing = system(`console.error('loading'); throw new RangeError('out of paper')`)
  await expect(failing.ready()).rejects.toThrow('ended by itself (exit code 1): RangeError: out of paper')
  const killed = system(`process.kill(process.pid, 'SIGKILL')`)
  await expect(killed.ready()).rejects.toThrow('ended by itself (SIGKILL)')
})

it('names a program that does not exist', async () => {
  const absent = new System({ name: 'pytorch', command: 'no-such-python', args: [] }, Date.now() + 600_000)
  await expect(absent.ready()).rejects.toThrow('no-such-python')
})

it('gives up a system that passes its own limit, or the end of the bench', async () => {
  for (const [deadline, limitMs, reason] of [
    [never, 100, 'stopped: it passed ten minutes'],
    [Date.now() + 100, 600_000, "stopped: the bench's 25 minutes were nearly over"],
  ] as const) {
    const hanging = system('setInterval(() => {}, 1000)', deadline, limitMs)
    await expect(hanging.ready()).rejects.toThrow(reason)
    hanging.kill()
  }
})
