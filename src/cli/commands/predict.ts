// `glueball predict CHECKPOINT IMAGE…`: what a trained network sees in pictures of the user's.

import { printable } from '../../core/printable.ts'
import { nd } from '../../index.ts'
import { type Opened, openCheckpoint, sharedArgs } from '../checkpointNetwork.ts'
import { transformBatch } from '../datasets.ts'
import { probabilities } from '../evaluation.ts'
import { clothesForm, type Prepared, prepare, readImage } from '../images.ts'
import { print, printJson } from '../printing.ts'
import { command, UsageError } from '../usage.ts'
import { numberOf } from '../values.ts'

interface Guess {
  readonly class: string
  readonly probability: number
}

/** The command. */
export const predict = command({
  name: 'predict',
  description: 'Names what a trained network sees in images (PNG, JPEG)',
  args: {
    checkpoint: { type: 'positional', description: 'a run’s folder, or a checkpoint in it', valueHint: 'CHECKPOINT' },
    images: { type: 'positional', description: 'PNG or JPEG files', valueHint: 'IMAGE…' },
    top: { type: 'string', description: 'how many classes to name (default 3)', valueHint: '3' },
    json: { type: 'boolean', description: 'prints one JSON line an image' },
    ...sharedArgs,
  },
  many: true,
  examples: [['predict runs/nin shirt.png shoe.jpg', 'the three likeliest classes of each picture']],
  async run(args) {
    const [path, ...images] = args._
    if (path === undefined) {
      throw new UsageError('[predict] which checkpoint, which images? Give the folder of a run, then PNG or JPEG files')
    }
    if (images.length === 0) throw new UsageError('[predict] which images? Give PNG or JPEG files after the checkpoint')
    const top = numberOf('[predict] --top', args.top, { whole: true, from: 1 }) ?? 3
    const prepared: (Prepared & { readonly file: string })[] = []
    for (const file of images) prepared.push({ file, ...prepare(await readImage(file, true), clothesForm) }) // one in memory at a time
    const opened = await openCheckpoint('predict', path, args)
    for (const image of prepared) show(image, (await guess(opened, image)).slice(0, top), Boolean(args.json))
    return 0
  },
})

/** All classes with their probabilities, the likeliest first. */
async function guess({ network, settings, checkpoint }: Opened, { data }: Prepared): Promise<Guess[]> {
  const { side } = clothesForm
  const pixels = nd.array(data, { ctx: network.context, dtype: 'uint8', shape: [1, side, side, 1] })
  const batch = transformBatch(pixels, settings)
  const scores = network.net(batch)
  const values = await scores.toArray()
  for (const array of new Set([pixels, batch, scores])) array.dispose()
  const { classes } = checkpoint.header
  return probabilities(values)
    .map((probability, i) => ({ class: classes[i], probability }))
    .sort((a, b) => b.probability - a.probability)
}

function show({ file, done }: Prepared & { readonly file: string }, guesses: readonly Guess[], json: boolean): void {
  if (json) {
    printJson({ file, prepared: done, guesses })
    return
  }
  print(`${printable(file)}${done.length > 0 ? `  (${done.join('; ')})` : ''}`)
  const width = Math.max(...guesses.map((one) => one.class.length))
  for (const one of guesses) {
    const share = `${(100 * one.probability).toFixed(1)} %`.padStart(7)
    print(`  ${one.class.padEnd(width)} ${share}  ${'█'.repeat(Math.round(30 * one.probability))}`)
  }
}
