// Event files of TensorBoard: TFRecords of Event messages (event.proto and summary.proto of TensorFlow).
import { appendFile, truncate } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { encode, many, one } from '../../gluon/onnx/protobuf.ts'
import { crc32c } from '../../io/crc32.ts'
import type { EpochEvent, Progress, TrainEvent } from '../training/events.ts'

/** The fields that are written. A session that starts has TensorBoard forget what has its step or a later one. */
export const schema = {
  event: {
    wallTime: one(1, 'double'),
    step: one(2, 'int64'),
    fileVersion: one(3, 'string'),
    summary: one(5, 'summary'),
    sessionLog: one(7, 'sessionLog'),
  },
  summary: { value: many(1, 'value') },
  value: { tag: one(1, 'string'), simpleValue: one(2, 'float') },
  sessionLog: { status: one(1, 'int32') },
} as const

/** The names of event files start so; TensorBoard goes by it. */
export const eventFilePrefix = 'events.out.tfevents.'

const start = 1

/** A TFRecord: length, its checksum, the bytes and theirs, all with the lowest byte first. */
export function tfRecord(bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(bytes.length + 16)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(bytes.length), true)
  view.setUint32(8, masked(record.subarray(0, 8)), true)
  record.set(bytes, 12)
  view.setUint32(12 + bytes.length, masked(bytes), true)
  return record
}

/** CRC-32C, turned right by 15 bits, plus a constant: so that a record may hold records. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

type Scalars = Readonly<Record<string, number | null>>

const ofEpoch = (event: EpochEvent): Scalars => ({
  'loss/train': event.loss,
  'loss/test': event.testLoss,
  'accuracy/train': event.trainAccuracy,
  'accuracy/test': event.testAccuracy,
  learning_rate: event.learningRate,
  images_per_second: event.imagesPerSecond,
})

/** Means over the epoch so far. */
const ofProgress = (event: Progress): Scalars => ({ 'epoch/loss': event.loss, 'epoch/accuracy': event.accuracy })

/** Writes the scalars of a run into an event file of its own for each session. */
export class TensorBoardLog {
  readonly path: string
  readonly #now: () => number
  #waiting: Uint8Array[] = []
  /** Bytes of the file that are whole records. */
  #length = 0
  #latest: Promise<void> = Promise.resolve()

  /** `update` is where the session starts; `now` gives milliseconds. */
  constructor(folder: string, update: number, now: () => number = Date.now) {
    this.#now = now
    this.path = join(folder, `${eventFilePrefix}${Math.floor(now() / 1000)}.${hostname()}.${process.pid}`)
    this.#add({ fileVersion: 'brain.Event:2' })
    if (update > 0) this.#add({ step: update + 1, sessionLog: { status: start } })
  }

  /** Takes an event. */
  tell(event: TrainEvent): void {
    if (event.event === 'epoch') this.#scalars(event.update, ofEpoch(event))
    if (event.event === 'progress' && event.phase === 'train') this.#scalars(event.update, ofProgress(event))
  }

  #scalars(step: number, scalars: Scalars): void {
    const known = Object.entries(scalars).filter((entry): entry is [string, number] => entry[1] !== null)
    if (known.length === 0) return
    this.#add({ step, summary: { value: known.map(([tag, simpleValue]) => ({ tag, simpleValue })) } })
  }

  #add(event: Parameters<typeof encode<typeof schema, 'event'>>[2]): void {
    this.#waiting.push(tfRecord(encode(schema, 'event', { wallTime: this.#now() / 1000, ...event })))
  }

  /** Writes what waits. Rejects when it can't; it is tried again behind the last whole record. */
  flush(): Promise<void> {
    this.#latest = this.#latest.catch(() => {}).then(() => this.#write())
    return this.#latest
  }

  async #write(): Promise<void> {
    const count = this.#waiting.length
    if (count === 0) return
    const bytes = Buffer.concat(this.#waiting)
    try {
      await appendFile(this.path, bytes)
    } catch (error) {
      await truncate(this.path, this.#length).catch(() => {})
      throw error
    }
    this.#length += bytes.length
    this.#waiting = this.#waiting.slice(count)
  }
}
