// The table docs/gluon-names.md: its rows, the exports that they speak of, and the rows as they should be.
import * as glueball from 'glueball'

const { NDArray, gluon } = glueball

/** A row: a name of Gluon's, and what became of it. */
export interface Row {
  readonly section: string
  readonly name: string
  readonly state: string
  /** Where it is here, or why it is not. */
  readonly note: string
}

/** What an object of the package has, by the path under which a table names it. */
type Spaces = Readonly<Record<string, object>>

/** The spaces by their paths. */
export const spaces: Spaces = {
  nd: glueball.nd,
  'nd.random': glueball.nd.random,
  'nd.linalg': glueball.nd.linalg,
  x: NDArray.prototype,
  nn: glueball.nn,
  'gluon.rnn': gluon.rnn,
  loss: glueball.loss,
  metric: glueball.metric,
  init: glueball.init,
  optimizer: glueball.optimizer,
  lrScheduler: glueball.lrScheduler,
  'gluon.utils': gluon.utils,
  'gluon.contrib.estimator': gluon.contrib.estimator,
  gluon,
  autograd: glueball.autograd,
}

/** Where the names of a section are looked for. */
const places: Readonly<Record<string, string>> = {
  'Methods of arrays': 'x',
  '`nd.random`': 'nd.random',
  '`nd.linalg`': 'nd.linalg',
  '`contrib.nn` and `contrib.cnn`': 'nn',
  '`rnn`': 'gluon.rnn',
  '`lr_scheduler`': 'lrScheduler',
  '`contrib.estimator`': 'gluon.contrib.estimator',
}

const placeOf = (section: string): string => places[section] ?? section.replaceAll('`', '')

/** The names that a space has; of arrays, those that users call. */
export function namesOf(path: string): string[] {
  const names = Object.getOwnPropertyNames(spaces[path])
  return path === 'x' ? [...fields, ...names.filter((name) => !internal.has(name))] : names
}

/** What each array has by itself. */
const fields = ['context']

/** What the library's own files use of an array. */
const internal = new Set('bytes constructor leaf offset rehome setOrigin storage toJSON toString valueFor'.split(' '))

/** Whether a path such as `nd.random.uniform` or `x.toArray` leads somewhere. */
export function exists(path: string): boolean {
  const parts = path.split('.')
  let at: unknown = parts[0] === 'x' ? NDArray.prototype : glueball
  for (const part of parts[0] === 'x' ? parts.slice(1) : parts) {
    // a getter of arrays may need an array
    if (at === NDArray.prototype) return part in NDArray.prototype || fields.includes(part)
    if ((typeof at !== 'object' && typeof at !== 'function') || at === null || !(part in at)) return false
    at = (at as Record<string, unknown>)[part]
  }
  return true
}

const pattern = /^\| `(?<name>\w+)` \| (?<state>here|planned|left out) \| ?(?<note>.*?) ?\|$/

/** The rows of a text, with their sections. */
export function rowsOf(text: string): Row[] {
  let section = ''
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) section = line.slice(3)
    const found = pattern.exec(line)?.groups
    return found ? [{ section, name: found.name, state: found.state, note: found.note }] : []
  })
}

/** Names that differ by capitals and underscores alone are one name. */
const bare = (name: string): string => name.replaceAll('_', '').toLowerCase()
const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Where a row's own name is here: of a name that is left out only as it is spelled. */
function pathOf({ section, name, state }: Row): string | undefined {
  const place = placeOf(section)
  const found = namesOf(place).filter((other) => bare(other) === bare(name))
  const own = found.find((other) => other === camel(name)) ?? (state === 'left out' ? undefined : found[0])
  return own === undefined ? undefined : `${place}.${own}`
}

/** The text with every row as it should be: a name that is here by its own name says so. */
export function mended(text: string): string {
  let section = ''
  const lines = text.split('\n').map((line) => {
    if (line.startsWith('## ')) section = line.slice(3)
    const [row] = rowsOf(line)
    const path = row && pathOf({ ...row, section })
    return path === undefined ? line : `| \`${row.name}\` | here | \`${path}\` |`
  })
  return lines.join('\n')
}
