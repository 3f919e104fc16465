// metrics.csv: the numbers of each epoch, a line an epoch, for spreadsheets and notebooks.
import type { EpochEvent } from '../training/events.ts'

/** Columns with what stands in them. */
const columns: readonly (readonly [name: string, value: (event: EpochEvent) => number])[] = [
  ['epoch', ({ epoch }) => epoch],
  ['update', ({ update }) => update],
  ['train_loss', ({ loss }) => loss],
  ['train_accuracy', ({ trainAccuracy }) => trainAccuracy],
  ['test_loss', ({ testLoss }) => testLoss],
  ['test_accuracy', ({ testAccuracy }) => testAccuracy],
  ['learning_rate', ({ learningRate }) => learningRate],
  ['images_per_second', ({ imagesPerSecond }) => imagesPerSecond],
  ['seconds', ({ seconds }) => seconds],
]

/** The text of metrics.csv. */
export function epochTable(history: readonly EpochEvent[]): string {
  const head = columns.map(([name]) => name).join(',')
  const lines = history.map((event) => columns.map(([, value]) => value(event)).join(','))
  return `${[head, ...lines].join('\n')}\n`
}
