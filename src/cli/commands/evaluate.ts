// `glueball evaluate CHECKPOINT`: accuracy on the test images, counted as training counts it.

import { printable } from '../../core/printable.ts'
import { loadData, testBatches } from '../datasets.ts'
import type { Header } from '../folder/checkpoint.ts'
import { openCheckpoint, sharedArgs } from '../folder/checkpointNetwork.ts'
import { checkDataDir } from '../folder/resume.ts'
import { datasetNames } from '../settings/settings.ts'
import { choiceOf, numberOf } from '../settings/values.ts'
import { print, printError, printJson } from '../terminal/printing.ts'
import { evaluate } from '../training/evaluation.ts'
import { command } from '../usage.ts'

/** The command. */
export const evaluateCommand = command({
  name: 'evaluate',
  description: 'Measures a checkpoint on the test images',
  args: {
    checkpoint: { type: 'positional', description: 'a run’s folder, or a checkpoint in it', valueHint: 'CHECKPOINT' },
    dataset: { type: 'string', description: `${datasetNames.join(', ')} (default: the run’s)`, valueHint: 'NAME' },
    'data-dir': { type: 'string', description: 'folder with the data set’s files', valueHint: 'FOLDER' },
    'limit-test': { type: 'string', description: 'takes only the first N images', valueHint: 'N' },
    json: { type: 'boolean', description: 'prints one JSON object, with the confusion matrix' },
    ...sharedArgs,
  },
  examples: [
    ['evaluate runs/nin', 'the best checkpoint of a run'],
    ['evaluate runs/nin/last --json', 'the last one, with the confusion matrix'],
  ],
  async run(args) {
    const limitTest = numberOf('[evaluate] --limit-test', args['limit-test'], { whole: true, from: 1 })
    const dataset = choiceOf('evaluate', 'data set', args.dataset, datasetNames)
    const { checkpoint, settings: trained, network } = await openCheckpoint('evaluate', args.checkpoint, args)
    const { header } = checkpoint
    if (args['data-dir'] === undefined && args.dataset === undefined) checkDataDir('evaluate', trained)
    const settings = {
      ...trained,
      dataset: dataset ?? trained.dataset,
      dataDir: args['data-dir'] ?? (args.dataset === undefined ? trained.dataDir : null),
      limitTest: limitTest ?? trained.limitTest,
    }
    const data = await loadData(settings, 'test')
    for (const notice of data.notices) printError(`warning: ${notice}`)
    if (data.classes.length !== header.classes.length)
      throw new Error(
        `[evaluate] the checkpoint has ${header.classes.length} classes, and the data have ${data.classes.length}`,
      )
    const options = { context: network.context, classes: header.classes.length }
    const result = await evaluate(network.net, testBatches(data, settings, network.context), options)
    if (!result) return 1
    const { accuracy, loss, confusion } = result
    if (args.json) {
      printJson({
        checkpoint: checkpoint.path,
        epochsDone: header.epoch,
        step: header.step,
        images: data.test.length,
        accuracy,
        loss,
        confusion,
        classes: header.classes,
      })
    } else {
      print(`${printable(checkpoint.path)} (${standing(header)}), ${data.text}`)
      print(
        `Test acc:${accuracy.toFixed(6)}, Test loss:${loss.toFixed(6)}, ${data.test.length.toLocaleString('en')} images`,
      )
    }
    return 0
  },
})

/** Where a checkpoint stands, in words. */
function standing({ epoch, step }: Header): string {
  if (step > 0) return `in epoch ${epoch} after step ${step}`
  return epoch > 0 ? `after epoch ${epoch - 1}` : 'before training'
}
