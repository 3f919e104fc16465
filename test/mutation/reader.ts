// The program that reads damaged files, apart from the tests, since one of them might take all memory or never end.
// Usage: node --conditions=source --expose-gc test/mutation/reader.ts FORMAT FIRST COUNT [bombs]; one JSON line for each file.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { describeError } from '../../src/cli/failures.ts'
import { hasControls } from '../../src/core/printable.ts'
import { type Format, formats } from './formats.ts'
import { mutate } from './mutate.ts'

/** What became of a damaged file. */
export interface Answer {
  readonly seed: number
  /** How the file was damaged. */
  readonly how: string
  /** Bytes of the file. */
  readonly bytes: number
  readonly outcome: 'refused' | 'accepted' | 'wrong'
  /** The line of the error, or what is wrong. */
  readonly text: string
  /** Seconds of the processor, on all threads. */
  readonly seconds: number
  /** MB by which the most memory that was ever held exceeds that before the first damaged file. */
  readonly megabytes: number
}

/** Seconds of the processor after which a file is taken for one that never ends. */
const patience = 30

/** Ends the process when a file has taken too much of the processor's time; the clock of the wall says nothing here. */
function watch(): Int32Array<SharedArrayBuffer> {
  const started = new Int32Array(new SharedArrayBuffer(4))
  const text = `const { workerData: started } = require('node:worker_threads')
    setInterval(() => {
      const { user, system } = process.cpuUsage()
      if ((user + system) / 1e6 - started[0] > ${patience}) process.kill(process.pid, 'SIGKILL')
    }, 500)`
  new Worker(text, { eval: true, workerData: started }).unref()
  return started
}

const peak = () => process.resourceUsage().maxRSS / 1024

function used(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const digest = (value: unknown) => createHash('sha256').update(serialize(value)).digest('hex')

/** What is wrong with an error that a user would read: it must be one line in the caller's words. */
function faultOf(error: unknown): string | undefined {
  const line = describeError(error)
  if (!(error instanceof Error) || line.includes('\n')) return `not one line of ours: ${line}`
  const odd = hasControls(error.message) ? 'characters that are not printed' : undefined
  const long = error.message.length > 5000 ? `${error.message.length} letters` : undefined
  const start = /^\[[\w .-]+\] ./.test(error.message) ? undefined : 'no word of who refuses'
  const inside = /undefined|\bNaN\b|is not a function|is not iterable|\[object|Invalid array length/.exec(
    error.message,
  )?.[0]
  const wrong = long ?? odd ?? start ?? inside
  return wrong && `the message has ${wrong}: ${JSON.stringify(line)}`
}

interface File {
  readonly seed: number
  readonly how: string
  readonly bytes: Uint8Array
  /** The sound file that this one was. */
  readonly sample: number
}

function damaged({ samples, layout, seal }: Format, seed: number): File {
  const sample = seed % samples.length
  const [content, how] = mutate(samples[sample], layout, seed)
  return { seed, how, sample, bytes: seal ? seal(content) : content }
}

async function answer(format: Format, path: string, { bytes, sample, ...said }: File, sound: readonly string[]) {
  const file = { ...said, bytes: bytes.length }
  try {
    const value = await format.read(path)
    const same = digest(value) === sound[sample]
    if (format.checked && sample >= 0 && !same)
      return { ...file, outcome: 'wrong', text: 'damage was accepted' } as const
    return { ...file, outcome: 'accepted', text: same ? 'nothing that is read has changed' : '' } as const
  } catch (error) {
    const fault = faultOf(error)
    return { ...file, outcome: fault ? 'wrong' : 'refused', text: fault ?? (error as Error).message } as const
  }
}

/** Damaged files from a seed on, then the format's bombs if they are asked for; each is made when it is its turn. */
function* filesOf(format: Format, first: number, count: number, withBombs: boolean): Generator<File> {
  for (let seed = first; seed < first + count; seed++) yield damaged(format, seed)
  const named = withBombs ? Object.entries(format.bombs) : []
  for (const [name, bytes] of named) yield { seed: first + count, how: `the bomb ${name}`, sample: -1, bytes: bytes() }
}

/** Writes to standard output before it returns; a full pipe (EAGAIN) is waited for. */
function say(text: string): void {
  let bytes: Uint8Array = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes))
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error
    }
  }
}

async function main([name, first, count, more]: readonly string[]): Promise<void> {
  const format = formats.find((one) => one.name === name)
  if (!format) throw new Error(`there is no format ${name}: there are ${formats.map((one) => one.name).join(', ')}`)
  const folder = mkdtempSync(join(tmpdir(), 'glueball-mutation-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, format.file)
  const sound: string[] = []
  for (const bytes of format.samples) {
    writeFileSync(path, format.seal ? format.seal(bytes) : bytes)
    sound.push(digest(await format.read(path)))
  }
  const started = watch()
  const baseline = peak()
  for (const file of filesOf(format, Number(first), Number(count), more === 'bombs')) {
    writeFileSync(path, file.bytes)
    if (file.sample < 0) globalThis.gc?.() // what was made for the bombs before is not this one's
    const before = used()
    started[0] = before
    const found = await answer(format, path, file, sound)
    const line: Answer = { ...found, seconds: used() - before, megabytes: peak() - baseline }
    say(`${JSON.stringify(line)}\n`) // at once, so that the file that ends the process is the one after the last
  }
}

if (import.meta.main) await main(process.argv.slice(2))
