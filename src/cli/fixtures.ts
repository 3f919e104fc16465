// Made-up runs for the tests of the command.
import type { Header, RunCheckpoint } from './checkpoint.ts'
import type { EpochEvent, Progress } from './events.ts'
import { settingsFrom } from './settings.ts'

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
  const header: Header = {
    kind: 'glueball training run',
    glueball: '0.1.0',
    settings: settingsFrom({ model: 'lenet', dataset: 'fashion-mnist-subset' }),
    edition: 'embedded subset',
    trainImages: 10_000,
    testImages: 2000,
    classes: ['shirt', 'bag'],
    epoch: Math.floor(update / 10),
    step: update % 10,
    update,
    loader: { taken: update % 10, sampler: null },
    loss: { sum: 1.5, count: 12 },
    accuracy: { sum: 3, count: 12 },
    alive: [12, 11],
    numUpdate: update,
    history: [epochEvent(0, 0.5)],
    seconds: 12.5,
    engine: 'wasm',
    rung: 'relaxed',
    planVersion: 2,
  }
  return { header, arrays: [{ name: 'weight:0.weight', dtype: 'float32', shape: [3], data: weights }] }
}
