// A checkpoint's header: what a run wrote passes, and any field of another type is refused by name before it is used.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { encodeCheckpoint, type Json } from '../../io/checkpoint.ts'
import type { JsonObject } from '../../io/json.ts'
import { describeError } from '../failures.ts'
import { checkpointOf } from '../fixtures.ts'
import { modelNames, recipeNames } from '../settings/recipes.ts'
import { settingsFrom, type Typed } from '../settings/settings.ts'
import { type Header, readRun } from './checkpoint.ts'
import { readHeader } from './header.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-header-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { header } = checkpointOf(17)
const plain = JSON.parse(JSON.stringify(header)) as JsonObject

/** The paths of all values in JSON. */
function* pathsIn(value: Json, path: readonly string[] = []): Iterable<readonly string[]> {
  yield path
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value as JsonObject)) yield* pathsIn(inner, [...path, key])
}

/** JSON with another value at a path; undefined leaves it out. */
function replaced(value: Json, [key, ...rest]: readonly string[], by: Json | undefined): Json | undefined {
  if (key === undefined) return by
  const copy = structuredClone(value) as Record<string, Json | undefined>
  copy[key] = replaced(copy[key] as Json, rest, by)
  return copy as Json
}

test('what a run writes passes as it is', () => {
  expect(readHeader(plain)).toEqual(header)
  const typed: Typed[] = modelNames.flatMap((model) => recipeNames(model).map((recipe) => ({ model, recipe })))
  typed.push({ model: 'nin', strict: true, ctx: 'gpu', adapter: 'llvm', threads: '3', 'data-dir': '/a b', warmup: '7' })
  typed.push({
    lr: '1e-7',
    wd: '0.0005',
    'limit-train': '5',
    'limit-test': '6',
    dataset: 'mnist',
    'lr-schedule': 'factor',
  })
  for (const one of typed) {
    const settings = settingsFrom(one)
    expect(readHeader({ ...plain, settings: settings as object as Json }).settings).toEqual(settings)
  }
  // `train --resume --data-dir` could leave this
  const settings = { ...settingsFrom({ dataset: 'fashion-mnist-subset' }), dataDir: 'here' }
  expect(readHeader({ ...plain, settings: settings as object as Json }).settings).toEqual(settings)
})

const evil: readonly unknown[] = [
  '<img src=x onerror=alert(1)>',
  '\u001b[2J',
  null,
  true,
  -1,
  0.5,
  1e300,
  [],
  {},
  [[]],
  { toString: 1 },
]

function attempt(json: Json): Header | Error {
  try {
    return readHeader(json)
  } catch (error) {
    return error as Error
  }
}

test('a wrong value anywhere is refused in one line, or is one that the field may have', () => {
  let refused = 0
  for (const path of pathsIn(plain)) {
    for (const value of [...evil, undefined]) {
      const changed = replaced(plain, path, value as Json)
      if (changed === undefined) continue
      const found = attempt(changed)
      if (found instanceof Error) {
        refused++
        expect(describeError(found)).toMatch(/^error: has [^\n]*$/)
      } else {
        // nothing came in but what the type allows
        const kind = (one: unknown) => (one === null ? 'null' : Array.isArray(one) ? 'list' : typeof one)
        const before = path.reduce<unknown>((inner, key) => (inner as JsonObject)[key], header)
        const after = path.reduce<unknown>((inner, key) => (inner as JsonObject)[key], found)
        const free = [
          'sampler',
          'dataDir',
          'fineTune',
          'adapter',
          'threads',
          'accumulate',
          'limitTrain',
          'limitTest',
          'rung',
          'ranks',
        ].includes(`${path.at(-1)}`)
        if (!free) expect(kind(after), `${path.join('.')} = ${JSON.stringify(value)}`).toBe(kind(before))
      }
    }
  }
  expect(refused).toBeGreaterThan(500)
})

test.each([
  ['classes', ['shirt', '\u001b]0;title\u0007'], 'header.classes[1], expected a line of text'],
  ['classes', ['shirt', 'bag\nerror: faked'], 'header.classes[1], expected a line of text'],
  ['classes', ['shirt', '\u202egab'], 'header.classes[1], expected a line of text'],
  ['classes', ['shirt'], 'header.alive, expected 1 numbers'],
  ['classes', [], 'header.classes, expected the names of the classes'],
  ['epoch', 2, 'has "1 epochs" for header.history, expected epochs 0 to 1'],
  ['kind', 'table', 'has "table" for header.kind, expected \'glueball training run\''],
  ['settings', { ...header.settings, lr: '0.1' }, 'has "0.1" for header.settings.lr, expected 0.1'],
  ['kind', '\u202e', 'has "\\u202e" for header.kind'],
  ['settings', { ...header.settings, lr: '\u001b[2J' }, "got '\\x1b[2J'"],
  ['settings', { ...header.settings, lr: 0 }, "--lr takes a positive number, got '0'"],
  ['settings', { ...header.settings, model: 'resnet' }, 'there is no model resnet'],
  ['settings', { ...header.settings, recipe: 'toString' }, 'there is no lenet recipe toString'],
])('%s = %j', (key, value, message) => {
  expect(() => readHeader({ ...plain, [key]: value as Json })).toThrow(message)
})

test('arrays have the types that a run reads', async () => {
  const file = join(folder, 'typed')
  const wrong = [{ name: 'generator:words', dtype: 'float32', shape: [1], data: Float32Array.of(1) }] as const
  writeFileSync(file, encodeCheckpoint({ header: plain, arrays: wrong }))
  await expect(readRun(file, [])).rejects.toThrow('has "float32" for generator:words, expected int32')
})
