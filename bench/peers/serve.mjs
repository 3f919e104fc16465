// What the JavaScript systems share: their arguments, the case, and the line protocol that system.ts speaks.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

/** The options given: `backend` (of ours: wasm or webgpu), `threads`, `data` (the folder that inputs.ts fills). */
export const options = parseArgs({
  options: {
    backend: { type: 'string' },
    threads: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
}).values

/** A file of the data folder. */
export const file = (name) => join(options.data, name)

/** The case, as cases.ts describes it. */
export const kase = JSON.parse(readFileSync(file('case.json'), 'utf8'))

/** Images in a batch. */
export const { batch } = kase

/** A file of the data folder as float32. */
export function floats(name) {
  return new Float32Array(new Uint8Array(readFileSync(file(name))).buffer)
}

/** The version in a package's manifest. */
export function versionOf(name) {
  const entry = createRequire(import.meta.url)
    .resolve(name)
    .replaceAll('\\', '/')
  const folder = entry.slice(0, entry.lastIndexOf(`/${name}/`) + name.length + 2)
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

/** Images a second below which a peer on the CPU is too slow to take turns. */
const SLOW = 5

/** Writes one line of JSON. */
export function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Says why this peer cannot do the case, and ends. */
export function unavailable(reason) {
  say({ unavailable: String(reason).split('\n')[0] })
  process.exit(0)
}

/** Seconds of a step, the mean of as many as are asked for; `settle` waits for what they left running. */
async function timed({ step, settle }, count, times = 1) {
  const start = performance.now()
  for (let i = 0; i < times; i++) await step(count)
  await settle?.()
  return (performance.now() - start) / 1000 / times
}

/** Seconds that a sample takes at least, so that short steps are timed many at once. */
const SAMPLE = 0.2

/**
 * Warms up for three steps and `warmUp` seconds, in which V8 compiles what a short step runs, or for one step and ten
 * seconds where that is sooner. Returns how many steps make a sample.
 */
async function warmedUp(system) {
  const start = performance.now()
  const spent = () => (performance.now() - start) / 1000
  let [times, done] = [1, 0]
  while (done === 0 || (spent() < 10 && (done < 3 || spent() < system.warmUp))) {
    const seconds = await timed(system, batch, times)
    done += times
    times = Math.max(1, Math.ceil(SAMPLE / seconds))
  }
  return times
}

/** Seconds of a step of one image, the smallest batch, after one to warm up where it is slow. */
async function secondsOfOne(system) {
  const first = await timed(system, 1)
  return first * SLOW > 1 ? timed(system, 1) : first
}

/**
 * Answers the driver. `step(images)` does one whole step; `check()` gives a list of numbers for each result, which all
 * systems must agree on. A system that does a step of one image at less than SLOW images a second is slow: that step is
 * its only measurement, unless it takes its `turns` however slow.
 */
export async function serve({ system, version, note, check, turns = options.backend === 'webgpu', ...work }) {
  const running = { warmUp: 3, ...work }
  const checked = await check()
  const second = turns ? 0 : await secondsOfOne(running)
  const slow = second * SLOW > 1
  const times = slow ? 1 : await warmedUp(running)
  say({ ready: true, system, version, note, slow, check: checked })
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'run')
      say(slow ? { seconds: second, images: 1 } : { seconds: await timed(running, batch, times), images: batch })
    if (line === 'exit') break
  }
  say({ peakBytes: process.resourceUsage().maxRSS * 1024 })
  process.exit(0)
}
