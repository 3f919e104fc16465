// The report of a run: the images of the test set that tell most, with what else the page shows.
import { files } from '../folder/checkpoint.ts'
import { epochTable } from '../folder/epochTable.ts'
import type { Folder } from '../folder/runFolder.ts'
import { engineFacts, machineRows } from '../machine.ts'
import type { Evaluation } from '../training/evaluation.ts'
import type { Session } from '../training/session.ts'
import { renderReport, type Sample } from './report.ts'

/** How many right and how many wrong predictions are shown. */
const shown = 24

/** Writes metrics.csv and report.html for a run as it stands. */
export async function writeRunReport(folder: Folder, session: Session, evaluation: Evaluation): Promise<void> {
  const { settings, data, network, training } = session
  await folder.writeText(files.table, epochTable(training.standing.history))
  const samples = await Promise.all(
    chooseSamples(evaluation, data.classes.length).map(async (i): Promise<Sample> => {
      const { image, side } = await data.testImage(i)
      const { labels, predicted, confidence } = evaluation
      return { image, side, label: labels[i], predicted: predicted[i], confidence: confidence[i] }
    }),
  )
  const page = renderReport({
    settings,
    history: training.standing.history,
    classes: data.classes,
    parameters: network.size,
    confusion: evaluation.confusion,
    samples,
    testImages: data.test.length,
    data: data.text,
    machine: machineRows(engineFacts(network.context)),
    seconds: training.seconds,
  })
  await folder.writeText(files.report, page)
}

/** Indices of the surest wrong predictions, and of right ones from one class after the other. */
export function chooseSamples({ labels, predicted, confidence }: Evaluation, classes: number): number[] {
  const all = labels.map((_, i) => i)
  const wrong = all.filter((i) => labels[i] !== predicted[i]).sort((a, b) => confidence[b] - confidence[a])
  const byClass = Array.from({ length: classes }, (_, c) => all.filter((i) => labels[i] === c && predicted[i] === c))
  const right: number[] = []
  for (let round = 0; right.length < shown && byClass.some((list) => list.length > round); round++) {
    for (const list of byClass) if (list.length > round && right.length < shown) right.push(list[round])
  }
  return [...wrong.slice(0, shown), ...right]
}
