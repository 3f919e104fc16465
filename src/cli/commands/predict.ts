// `glueball predict CHECKPOINT PICTURE…`: what a trained network sees in pictures of the user's.
import { joinPath, readDir } from '#platform'
import { printable } from '../../core/printable.ts'
import { nd } from '../../index.ts'
import { pictureName } from '../../io/pictures/files.ts'
import { formOf, transformBatch } from '../datasets.ts'
import { type Opened, openCheckpoint, sharedArgs, sharedFrom } from '../folder/checkpointNetwork.ts'
import { type Prepared, prepare, readImage } from '../pictures/images.ts'
import { channelsOf } from '../settings/settings.ts'
import { numberOf } from '../settings/values.ts'
import { print, printError, printJson } from '../terminal/printing.ts'
import { probabilities } from '../training/evaluation.ts'
import { command, UsageError } from '../usage.ts'

interface Guess {
  readonly class: string
  readonly probability: number
}

/** Folders in folders are followed this deep. */
const mostDepth = 8

/** The command. */
export const predict = command({
  name: 'predict',
  description: 'Names what a trained network sees in pictures (JPEG, PNG, GIF, WebP)',
  args: {
    checkpoint: { type: 'positional', description: 'a run’s folder, or a checkpoint in it', valueHint: 'CHECKPOINT' },
    images: { type: 'positional', description: 'pictures, or folders of pictures', valueHint: 'PICTURE…' },
    top: { type: 'string', description: 'how many classes to name (default 3)', valueHint: '3' },
    json: { type: 'boolean', description: 'prints one JSON line a picture' },
    ...sharedArgs,
  },
  many: true,
  examples: [
    ['predict runs/nin shirt.png shoe.jpg', 'the three likeliest classes of each picture'],
    ['predict runs/nin photos --top 1', 'the likeliest class of each picture in a folder'],
  ],
  async run(args) {
    const [path, ...images] = args._
    if (path === undefined) {
      throw new UsageError('[predict] which checkpoint, which images? Give the folder of a run, then PNG or JPEG files')
    }
    if (images.length === 0) throw new UsageError('[predict] which images? Give PNG or JPEG files after the checkpoint')
    const top = numberOf('[predict] --top', args.top, { whole: true, from: 1 }) ?? 3
    sharedFrom('predict', args) // before any file is read
    const opened = await openCheckpoint('predict', path, args)
    const form = formOf(opened.settings)
    let failures = 0
    for await (const file of filesOf(images)) {
      const picture = await readImage(file, form.grey).catch((error: Error) => error)
      if (picture instanceof Error) {
        failures++
        fail(file, picture, Boolean(args.json))
        continue
      }
      const prepared = prepare(picture, form)
      show(file, prepared, (await guess(opened, prepared)).slice(0, top), Boolean(args.json))
    }
    return failures > 0 ? 1 : 0
  },
})

/** The files that were given, and the pictures in the folders that were, in the order of their names. */
async function* filesOf(paths: readonly string[], depth = 0): AsyncGenerator<string> {
  for (const path of paths) {
    const names = await readDir(path).catch(() => undefined)
    if (!names) {
      // what was typed is tried whatever its name is
      if (depth === 0 || pictureName.test(path)) yield path
      continue
    }
    const inside = names.filter((name) => !name.startsWith('.')).sort()
    if (depth < mostDepth)
      yield* filesOf(
        inside.map((name) => joinPath(path, name)),
        depth + 1,
      )
  }
}

/** All classes with their probabilities, the likeliest first. */
async function guess({ network, settings, checkpoint }: Opened, { data }: Prepared): Promise<Guess[]> {
  const { side } = formOf(settings)
  const shape = [1, side, side, channelsOf(settings)]
  const pixels = nd.array(data, { ctx: network.context, dtype: 'uint8', shape })
  const batch = transformBatch(pixels, settings)
  const scores = network.net(batch)
  const values = await scores.toArray()
  for (const array of new Set([pixels, batch, scores])) array.dispose()
  const { classes } = checkpoint.header
  return probabilities(values)
    .map((probability, i) => ({ class: classes[i], probability }))
    .sort((a, b) => b.probability - a.probability)
}

function show(file: string, { done, doubts }: Prepared, guesses: readonly Guess[], json: boolean): void {
  if (json) {
    printJson({ file, prepared: done, ...(doubts.length > 0 && { warnings: doubts }), guesses })
    return
  }
  print(`${printable(file)}${done.length > 0 ? `  (${done.join('; ')})` : ''}`)
  for (const doubt of doubts) printError(`warning: ${printable(file)}: ${doubt}`)
  const width = Math.max(...guesses.map((one) => one.class.length))
  for (const one of guesses) {
    const share = `${(100 * one.probability).toFixed(1)} %`.padStart(7)
    print(`  ${one.class.padEnd(width)} ${share}  ${'█'.repeat(Math.round(30 * one.probability))}`)
  }
}

/** Says that a picture could not be read; the others are. */
function fail(file: string, { message }: Error, json: boolean): void {
  if (json) printJson({ file, error: message })
  printError(`error: ${message}`)
}
