// CSV: what quotes and line breaks mean, numbers, labels, and what is refused with its line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gluon } from 'glueball'
import { afterAll, expect, test } from 'vitest'
import { parseCSV } from '../../io/csv.ts'
import type { CSVOptions } from './csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-csv-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, 'table.csv')
async function load(text: string | Uint8Array, options: CSVOptions = {}) {
  writeFileSync(file, text)
  const { x, y, ...rest } = await gluon.data.loadCSV(file, options)
  return { ...rest, shape: [...x.shape], x: [...(await x.toArray())], y: y && [y.dtype, ...(await y.toArray())] }
}

test.each([
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\r\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['\ufeffa\n\n1\n', [['a'], ['1']]],
  [
    '"a, ""b""","c\nd"\n,""\n',
    [
      ['a, "b"', 'c\nd'],
      ['', ''],
    ],
  ],
  ['a,\n', [['a', '']]],
  ['a,', [['a', '']]],
  ['', []],
])('records of %j', (text, expected) => {
  expect(parseCSV(text, 'x.csv').map(({ fields }) => fields)).toEqual(expected)
})

test('any character may stand between fields; lines are counted through quoted breaks', () => {
  for (const delimiter of [';', '\t', '|', '^', ']', '\\', '-', ' '])
    expect(parseCSV(`a${delimiter}"b"\n1${delimiter}2`, 'x', delimiter).map(({ fields }) => fields)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
  expect(parseCSV('"a\nb"\n\nc', 'x').map(({ line }) => line)).toEqual([1, 4])
  expect(() => parseCSV('a', 'x', ',,')).toThrow('[csv] delimiter must be one character, got ",,"')
  for (const text of ['a\n1\n"b', 'a\n1\nb"c"', 'a\n1\n"b"c'])
    expect(() => parseCSV(text, 'x.csv')).toThrow('[csv] x.csv, line 3: quotes enclose a whole field')
})

test('numbers as float32, labels as numbers or as places of texts, a data set of both', async () => {
  const iris = 'id,length,width,species\n1,5.1,-.5,setosa\n2,4e1,,virginica\n3, 6 ,NA,"setosa"\n'
  const table = await load(iris, { label: 'species', ignore: ['id'] })
  const x = [Math.fround(5.1), -0.5, 40, Number.NaN, 6, Number.NaN]
  expect(table).toEqual({
    ...{ columns: ['length', 'width'], classes: ['setosa', 'virginica'], shape: [3, 2] },
    ...{ x, y: ['int32', 0, 1, 0] },
  })
  expect(await load('1;2\n3;4', { header: false, delimiter: ';', label: 1 })).toEqual({
    ...{ columns: ['0'], classes: [], shape: [2, 1], x: [1, 3], y: ['float32', 2, 4] },
  })
  expect((await load('a,b\n1,2\n')).y).toBeNull()
  const { x: features, y: labels } = await gluon.data.loadCSV(file, { label: 'b' })
  expect(new gluon.data.ArrayDataset(features, labels!).length).toBe(1)
})

test('what is refused', async () => {
  const refused = (text: string | Uint8Array, options?: CSVOptions) => expect(load(text, options)).rejects
  await refused('a,b\n1,2\n3\n').toThrow(`[loadCSV] ${file}, line 3: got 1 fields, expected 2`)
  const advice = "if it holds texts, pass { label: 'b' } or { ignore: ['b'] }"
  await refused('a,b\n1,x\n').toThrow(`line 2, column b: got "x", expected a number; ${advice}`)
  await refused('a,b\n1,0x10\n').toThrow('got "0x10", expected a number')
  await refused('a,price\n1,2\n', { label: 'prize' }).toThrow(
    'no column prize. Did you mean price? There are: a, price',
  )
  await refused('a,b\n1,2\n', { label: 2 }).toThrow('no column 2')
  await refused('a,b\n').toThrow('has no rows behind its header')
  await refused(Uint8Array.of(97, 10, 255)).toThrow('is no text in UTF-8: save it as CSV UTF-8')
  await refused('a\n1\n', { labels: 'a' } as CSVOptions).toThrow('labels')
  await expect(gluon.data.loadCSV(join(folder, 'none.csv'))).rejects.toThrow('[loadCSV] cannot read')
})
