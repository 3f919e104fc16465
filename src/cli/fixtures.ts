// Made-up runs for the tests of the command.
import type { Checkpoint } from '../io/checkpoint.ts'
import { crc32 } from '../io/crc32.ts'
import type { Header, RunCheckpoint } from './folder/checkpoint.ts'
import type { ReportParts } from './report/report.ts'
import { settingsFrom } from './settings/settings.ts'
import type { EpochEvent, Progress } from './training/events.ts'

/** An epoch's numbers. */
export function epochEvent(epoch: number, testAccuracy: number, loss = 2 / (epoch + 1)): EpochEvent {
  return {
    event: 'epoch',
    epoch,
    update: (epoch + 1) * 10,
    loss,
    trainAccuracy: testAccuracy + 0.02,
    testLoss: loss * 1.1,
    testAccuracy,
    learningRate: 0.1,
    imagesPerSecond: 80,
    seconds: 30 * (epoch + 1),
  }
}

/** A reading within an epoch. */
export function progress(changes: Partial<Progress> = {}): Progress {
  return {
    event: 'progress',
    epoch: 0,
    epochs: 3,
    phase: 'train',
    step: 3,
    steps: 10,
    update: 3,
    images: 384,
    loss: 2.25,
    accuracy: 0.125,
    imagesPerSecond: 82.34,
    epochLeft: 65,
    totalLeft: 760,
    ...changes,
  }
}

/** A checkpoint of a run with one weight. */
export function checkpointOf(update: number, weights = Float32Array.of(1, 2, update)): RunCheckpoint {
  const epoch = Math.floor(update / 10)
  const header: Header = {
    kind: 'glueball training run',
    glueball: '0.1.0',
    settings: settingsFrom({ model: 'lenet', dataset: 'fashion-mnist-subset' }),
    edition: 'embedded subset',
    trainImages: 10_000,
    testImages: 2000,
    classes: ['shirt', 'bag'],
    epoch,
    step: update % 10,
    update,
    loader: { taken: update % 10, sampler: null },
    loss: { sum: 1.5, count: 12 },
    accuracy: { sum: 3, count: 12 },
    alive: [12, 11],
    numUpdate: update,
    history: Array.from({ length: epoch }, (_, i) => epochEvent(i, 0.5)),
    seconds: 12.5,
    engine: 'wasm',
    rung: 'relaxed',
    planVersion: 2,
    ranks: null,
  }
  return { header, arrays: [{ name: 'weight:0.weight', dtype: 'float32', shape: [3], data: weights }] }
}

/** A checkpoint in the container of Glueball 0.1, whose header may be replaced by any text. */
export function encodeVersion1({ header, arrays }: Checkpoint, replaced?: string): Uint8Array<ArrayBuffer> {
  const listed = arrays.map(({ name, dtype, shape }) => ({ name, dtype, shape }))
  const text = new TextEncoder().encode(replaced ?? JSON.stringify({ header, arrays: listed }))
  const aligned = (at: number) => Math.ceil(at / 64) * 64
  const starts: number[] = []
  let end = 24 + text.length
  for (const { data } of arrays) {
    starts.push(aligned(end))
    end = aligned(end) + data.byteLength
  }
  const bytes = new Uint8Array(end + 4)
  const view = new DataView(bytes.buffer)
  bytes.set([0x89, 0x47, 0x4c, 0x55, 0x0d, 0x0a, 0x1a, 0x0a])
  view.setUint32(8, 1, true)
  view.setUint32(12, text.length, true)
  view.setBigUint64(16, BigInt(bytes.length), true)
  bytes.set(text, 24)
  arrays.forEach(({ data }, i) => {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), starts[i])
  })
  view.setUint32(end, crc32(bytes.subarray(0, end)), true)
  return bytes
}

/** A report of three epochs. */
export const reportParts: ReportParts = {
  settings: settingsFrom({ dataset: 'fashion-mnist-subset' }),
  history: [epochEvent(0, 0.4), epochEvent(1, 0.8), epochEvent(2, 0.7)],
  classes: ['t-shirt/top', '<bag>'],
  parameters: 1_992_166,
  confusion: [
    [8, 2],
    [1, 9],
  ],
  samples: [
    { image: new Uint8Array(784).fill(90), side: 28, label: 0, predicted: 0, confidence: 0.93 },
    { image: new Uint8Array(784).fill(40), side: 28, label: 1, predicted: 0, confidence: 0.61 },
  ],
  testImages: 20,
  data: 'embedded subset in data',
  machine: [['runtime', 'Node 26 & more']],
  seconds: 90,
}
