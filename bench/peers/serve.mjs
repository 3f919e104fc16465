// What the JavaScript peers share: their arguments, NiN's data, and the line protocol that system.ts speaks.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { batch, layers as nin, side } from '../nin.ts'

/** Images a second below which a peer is too slow to take turns. */
const SLOW = 5

export { batch, side }

/** The convolutions in order, each with the number of its weights. */
export const layers = nin.map((layer) => ({ ...layer, size: layer.channels * layer.before * layer.kernel ** 2 }))

/** The options given: `case`, `backend`, `threads`, `data` (the folder of weights, images, labels and model). */
export const options = parseArgs({
  options: {
    case: { type: 'string' },
    backend: { type: 'string' },
    threads: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
}).values

/** A file of the data folder. */
export const file = (name) => join(options.data, name)

/** A file of the data folder as float32. */
export function floats(name) {
  return new Float32Array(new Uint8Array(readFileSync(file(name))).buffer)
}

/** The labels of the batch. */
export function labels() {
  return new Int32Array(new Uint8Array(readFileSync(file('labels.i32'))).buffer)
}

/** Each layer's weight (O, I, H, W) and bias as views of the weights file. */
export function parameters() {
  const all = floats('weights.f32')
  let at = 0
  const next = (count) => all.subarray(at, (at += count))
  return layers.map(({ size, channels }) => ({ weight: next(size), bias: next(channels) }))
}

/** The version in a package's manifest. */
export function versionOf(name) {
  const entry = createRequire(import.meta.url).resolve(name)
  const folder = entry.slice(0, entry.lastIndexOf(`/${name}/`) + name.length + 2)
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

/** Writes one line of JSON. */
export function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Says why this peer cannot do the case, and ends. */
export function unavailable(reason) {
  say({ unavailable: String(reason).split('\n')[0] })
  process.exit(0)
}

async function timed(step, count) {
  const start = performance.now()
  await step(count)
  return (performance.now() - start) / 1000
}

/**
 * Answers the driver. `step(images)` does one whole step; `logits()` gives those of the first image, for a check. A peer
 * whose second step of one image shows less than 5 images/s is slow: that step is its only measurement.
 */
export async function serve({ system, version, note, step, logits, warmups = 3 }) {
  const check = await logits()
  const first = await timed(step, 1)
  const second = first > 1 / SLOW ? await timed(step, 1) : first
  const slow = second > 1 / SLOW
  for (let i = 0; i < warmups && !slow; i++) await step(batch)
  say({ ready: true, system, version, note, slow, check })
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'run')
      say(slow ? { seconds: second, images: 1 } : { seconds: await timed(step, batch), images: batch })
    if (line === 'exit') break
  }
  say({ peakBytes: process.resourceUsage().maxRSS * 1024 })
  process.exit(0)
}
