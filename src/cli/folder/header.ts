// What a checkpoint's header must be: every field is checked here, once, before anything uses it.
import { oneLine } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../io/json.ts'
import { type Settings, settingsFrom, switches, type Typed } from '../settings/settings.ts'
import type { EpochEvent } from '../training/events.ts'
import type { Header } from './checkpoint.ts'
import { options } from './resume.ts'
import { anything, type Check, flag, list, number, object, orNull, text, word, wrongField } from './schema.ts'

const count = number({ whole: true, from: 0 })
const sums = object({ sum: number(), count })

const epochEvent = object<EpochEvent>({
  event: word('epoch'),
  epoch: count,
  update: count,
  loss: number(),
  trainAccuracy: number(),
  testLoss: number(),
  testAccuracy: number(),
  learningRate: number(),
  imagesPerSecond: number(),
  seconds: number({ from: 0 }),
})

/** Settings that no rule of an option binds. */
const free = { dataDir: orNull(text), adapter: orNull(text), fineTune: orNull(text), lastRelu: flag }

const isSwitch = (key: string) => switches.some((name) => name === key)

/** Settings that options could have made: each is read as if it were typed, so that the rules of `train` hold here too. */
const settings: Check<Settings> = (value, name) => {
  if (!isJsonObject(value)) return wrongField(name, value, 'an object')
  const typed: Record<string, string | boolean> = {}
  for (const [option, [key]] of Object.entries(options)) {
    const held = value[key] ?? null
    if (typeof held === 'object' && held !== null) wrongField(`${name}.${key}`, held, 'text or a number')
    if (held !== null && !(key in free)) typed[option] = isSwitch(key) ? held === true : String(held)
  }
  const read: Settings = { ...ruled(typed), ...object(free)(value, name) }
  for (const [key, setting] of Object.entries(read)) {
    const held = value[key] ?? (isSwitch(key) ? false : null)
    if (held !== setting) wrongField(`${name}.${key}`, value[key], `${setting}`)
  }
  return read
}

function ruled(typed: Typed): Settings {
  try {
    return settingsFrom(typed)
  } catch (error) {
    throw new Error(`has settings that are none of train's: ${oneLine((error as Error).message)}`)
  }
}

const header = object<Header>({
  kind: word('glueball training run'),
  glueball: text,
  settings,
  edition: text,
  trainImages: count,
  testImages: count,
  classes: list(text, 1000),
  epoch: count,
  step: count,
  update: count,
  loader: object({ taken: count, sampler: anything }),
  loss: sums,
  accuracy: sums,
  alive: list(number()),
  numUpdate: count,
  history: list(epochEvent),
  seconds: number({ from: 0 }),
  engine: text,
  rung: orNull(text),
  planVersion: count,
  ranks: orNull(number({ whole: true, from: 1, to: 1_000_000 })),
})

/** The header of a checkpoint. Throws where a field is missing, of another type, or contradicts another one. */
export function readHeader(json: Json): Header {
  const read = header(json, 'header')
  const { epoch, history, classes, alive } = read
  if (classes.length === 0) wrongField('header.classes', [], 'the names of the classes')
  if (alive.length !== classes.length) wrongField('header.alive', alive.length, `${classes.length} numbers`)
  if (history.length !== epoch || history.some((event, i) => event.epoch !== i))
    wrongField('header.history', `${history.length} epochs`, `epochs 0 to ${epoch - 1}`)
  return read
}
