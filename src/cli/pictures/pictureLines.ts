// What was found in a folder of pictures, as lines for a person.
import { printable } from '../../core/printable.ts'
import type { Settings } from '../settings/settings.ts'
import type { PictureReport } from '../training/events.ts'

/** Classes, and files that could not be read, that are listed by name. */
const [mostClasses, mostFiles] = [30, 20]

const plural = (count: number, noun: string, more = `${noun}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? noun : more}`

/** Classes with their counts, sizes, what is left out, the split, the preprocessing and the weights of classes. */
export function pictureLines(report: PictureReport, settings: Settings): string[] {
  const { classes, unreadable, empty, others, files, sizes, testShare, cached } = report
  const read = files - unreadable.length
  const [smallest, median, largest] = [sizes.smallest, sizes.median, sizes.largest].map((size) => size.join('×'))
  const kept =
    cached === files ? ', all from the cache' : cached > 0 ? `, ${cached.toLocaleString('en')} from the cache` : ''
  return [
    `Pictures ${plural(read, 'picture')} of ${plural(classes.length, 'class', 'classes')}, from ${smallest} to ${largest} pixels, in the middle ${median}${kept}`,
    ...classLines(report),
    ...(empty.length > 0 ? [left('no picture in', empty.map(printable))] : []),
    ...(unreadable.length > 0
      ? [
          left(
            plural(unreadable.length, 'unreadable file'),
            unreadable.map((one) => `${printable(one.name)} ${one.reason}`),
            '; ',
          ),
        ]
      : []),
    ...(others.length > 0
      ? [left(plural(others.length, 'file that is no picture', 'files that are no pictures'), others.map(printable))]
      : []),
    `Split    by name: about ${Math.round(100 * testShare)} % for tests, and each picture stays on its side`,
    `Input    ${settings.grey ? 'grey' : 'RGB'}, turned as EXIF says, transparent pixels on white, padded to a square with the border’s median, resized by area to ${settings.resize}×${settings.resize}, divided by 255`,
    ...(settings.augment
      ? [
          'Augment  training images are mirrored by half, moved by up to a tenth, and changed in brightness, contrast and saturation by up to a quarter',
        ]
      : []),
  ]
}

function classLines({ classes, weights }: PictureReport): string[] {
  const width = Math.max(...classes.slice(0, mostClasses).map(({ name }) => printable(name).length))
  const lines = classes.slice(0, mostClasses).map(({ name, train, test }, i) => {
    const weight = weights ? `, weight ${weights[i].toFixed(2)}` : ''
    return `         ${printable(name).padEnd(width)}  ${train} for training, ${test} for tests${weight}`
  })
  if (classes.length > mostClasses) lines.push(`         … and ${classes.length - mostClasses} more classes`)
  if (weights) lines.push('         The classes are uneven: losses are weighted, so that each class counts alike')
  return lines
}

function left(what: string, names: readonly string[], between = ', '): string {
  const more = names.length > mostFiles ? `${between}and ${names.length - mostFiles} more` : ''
  return `Left out ${what}: ${names.slice(0, mostFiles).join(between)}${more}`
}
