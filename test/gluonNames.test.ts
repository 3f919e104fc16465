// docs/gluon-names.md says of each public name of Gluon whether it is here, and names all that is exported.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { exists, mended, namesOf, rowsOf, spaces } from './gluonNames.ts'

const file = new URL('../docs/gluon-names.md', import.meta.url)
const text = readFileSync(file, 'utf8')
const rows = rowsOf(text)
const paths = (note: string) => Array.from(note.matchAll(/`([\w.]+)`/g), ([, path]) => path)
const own = new Set(paths(text.slice(text.indexOf('## New here'))))

it('has every row as the exports have it: where this fails, `npx vitest run test/gluonNames.test.ts -u` mends the file', async () => {
  expect(rows.length).toBeGreaterThan(600)
  await expect(mended(text)).toMatchFileSnapshot('../docs/gluon-names.md')
})

it('has each name once in its section', () => {
  const seen = rows.map(({ section, name }) => `${section} ${name}`)
  expect(seen.filter((row, i) => seen.indexOf(row) !== i)).toEqual([])
})

it('says where a name is, or why it is not', () => {
  const wrong = rows.filter(({ state, note }) => (state === 'planned') !== (note === ''))
  expect(wrong.map(({ section, name }) => `${section} ${name}`)).toEqual([])
})

it('marks as here what exists', () => {
  const here = rows.filter(({ state }) => state === 'here')
  const wrong = here.filter(({ note }) => paths(note).length !== 1 || !exists(paths(note)[0]))
  expect(wrong.map(({ name, note }) => `\`${name}\` is marked here as ${note}, which does not exist`)).toEqual([])
})

it('names all that is exported, or says that it is new here', () => {
  const named = new Set(rows.flatMap(({ state, note }) => (state === 'here' ? paths(note) : [])))
  const exported = Object.keys(spaces).flatMap((path) => namesOf(path).map((name) => `${path}.${name}`))
  // a method of an array is also a function of nd, whose row speaks for both
  const twice = (path: string) => named.has(path.replace(/^x\./, 'nd.')) || own.has(path.replace(/^x\./, 'nd.'))
  const missing = exported.filter((path) => !named.has(path) && !own.has(path) && !twice(path))
  const advice = 'give it a row, or write it under "New here" in docs/gluon-names.md'
  expect(missing.map((path) => `\`${path}\`: ${advice}`)).toEqual([])
})

it('names nothing as new that is not here', () => {
  expect([...own].filter((path) => !exists(path))).toEqual([])
})
