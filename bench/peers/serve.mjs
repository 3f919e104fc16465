// What the JavaScript peers share: their arguments, the case and its data, and the line protocol that system.ts speaks.
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

/** The first chain's layers in order, each with the number of its weights. */
export const layers = kase.chains[0].layers.map((layer) => ({
  ...layer,
  size: layer.channels * layer.before * layer.kernel ** 2,
}))

/** The number of images in a batch and the side of the first chain's. */
export const { batch } = kase
export const { side } = kase.chains[0]

/** A file of the data folder as float32. */
function floats(name) {
  return new Float32Array(new Uint8Array(readFileSync(file(name))).buffer)
}

/** Each chain's first images, of a whole batch where no number is given. */
export function chainImages(count = batch) {
  const all = floats('images.f32')
  let at = 0
  return kase.chains.map((chain) => {
    const size = chain.channels * chain.side ** 2
    const images = all.subarray(at, at + count * size)
    at += batch * size
    return images
  })
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

/** Seconds of one step. */
async function timed(step, count, times = 1) {
  const start = performance.now()
  for (let i = 0; i < times; i++) await step(count)
  return (performance.now() - start) / 1000 / times
}

/**
 * Warms up for three steps and three seconds, in which V8 compiles what a short step runs, or for one step and ten seconds
 * where that is sooner. Returns how many steps make a sample of a fifth of a second.
 */
async function warmUp(step) {
  const start = performance.now()
  const spent = () => (performance.now() - start) / 1000
  let last = 1
  for (let i = 0; i === 0 || (spent() < 10 && (i < 3 || spent() < 3)); i++) last = await timed(step, batch)
  return Math.max(1, Math.ceil(0.2 / last))
}

/** Seconds of a step of one image, the smallest batch, after one to warm up where it is slow. */
async function secondsOfOne(step) {
  const first = await timed(step, 1)
  return first * SLOW > 1 ? timed(step, 1) : first
}

/**
 * Answers the driver. `step(images)` does one whole step; `logits()` gives the first outputs for the first image, for a
 * check. A system that does a step of one image at less than SLOW images a second is slow: that step is its only
 * measurement, unless it takes its `turns` however slow.
 */
export async function serve({ system, version, note, step, logits, turns = options.backend === 'webgpu' }) {
  const check = await logits()
  const second = turns ? 0 : await secondsOfOne(step)
  const slow = second * SLOW > 1
  const times = slow ? 1 : await warmUp(step)
  say({ ready: true, system, version, note, slow, check })
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'run')
      say(slow ? { seconds: second, images: 1 } : { seconds: await timed(step, batch, times), images: batch })
    if (line === 'exit') break
  }
  say({ peakBytes: process.resourceUsage().maxRSS * 1024 })
  process.exit(0)
}
