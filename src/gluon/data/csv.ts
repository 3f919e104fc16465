// loadCSV: a table of numbers as arrays, with a column of labels, for an ArrayDataset.
import type { Context } from '../../core/engine.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { nearest } from '../../core/nearest.ts'
import { shapeOf } from '../../core/shape.ts'
import { type CSVRecord, parseCSV } from '../../io/csv.ts'
import { readBytes } from '../../io/files.ts'
import { upload } from '../../nd/creation.ts'

/** A column by its name, or by its place from 0. */
export type CSVColumn = string | number

/** Options of loadCSV. */
export interface CSVOptions {
  /** The column of the labels. Default none. */
  readonly label?: CSVColumn
  /** Columns to pass over, such as numbers of rows. */
  readonly ignore?: readonly CSVColumn[]
  /** Whether the first record names the columns. Default true. */
  readonly header?: boolean
  /** The character between fields. Default ','. */
  readonly delimiter?: string
  /** Where the arrays will live. Default the current context. */
  readonly ctx?: Context
}

const names: OptionNames<CSVOptions> = { label: true, ignore: true, header: 'boolean', delimiter: 'string', ctx: true }

/** A table as arrays. */
export interface CSVTable {
  /** The columns of `x`. */
  readonly columns: readonly string[]
  /** (rows, columns), float32; NaN where a field is empty or NA. */
  readonly x: NDArray
  /** The labels, (rows,): float32 where all are numbers, else int32 places in `classes`. Null without a label column. */
  readonly y: NDArray | null
  /** The labels that are texts, sorted; empty where labels are numbers. */
  readonly classes: readonly string[]
}

/**
 * Reads a CSV file of numbers: `const { x, y } = await data.loadCSV('iris.csv', { label: 'species' })`, then
 * `new data.ArrayDataset(x, y)`. Texts stand in the label column alone.
 */
export async function loadCSV(path: string, options: CSVOptions = {}): Promise<CSVTable> {
  checkOptions('loadCSV', options, "{ label: 'price' }", names)
  const { label, ignore = [], header = true, delimiter = ',', ctx } = options
  const text = decoded(await readBytes('loadCSV', path, 'a CSV file'), path)
  const all = parseCSV(text, path, delimiter)
  const records = header ? all.slice(1) : all
  if (records.length === 0) throw new OpError('loadCSV', `${path} has no rows${header ? ' behind its header' : ''}`)
  const titles = all[0].fields.map((title, k) => (header ? title.trim() : `${k}`))
  const place = (column: CSVColumn) => placeOf(column, titles, path)
  const labelled = label === undefined ? undefined : place(label)
  const left = new Set([...ignore.map(place), ...(labelled === undefined ? [] : [labelled])])
  const kept = titles.map((_, k) => k).filter((k) => !left.has(k))
  for (const { line, fields } of records) {
    if (fields.length === titles.length) continue
    throw new OpError('loadCSV', `${path}, line ${line}: got ${fields.length} fields, expected ${titles.length}`)
  }
  const x = new Float32Array(records.length * kept.length)
  records.forEach((record, i) => {
    kept.forEach((k, j) => {
      x[i * kept.length + j] = numberIn(record, k, titles[k], path)
    })
  })
  const labels = labelled === undefined ? undefined : records.map(({ fields }) => fields[labelled].trim())
  return {
    columns: kept.map((k) => titles[k]),
    x: upload(x, shapeOf([records.length, kept.length]), 'float32', ctx),
    ...labelsOf(labels, ctx),
  }
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new OpError('loadCSV', `${path} is no text in UTF-8: save it as CSV UTF-8`)
  }
}

function placeOf(column: CSVColumn, titles: readonly string[], path: string): number {
  const place = typeof column === 'number' ? column : titles.indexOf(column)
  if (Number.isInteger(place) && place >= 0 && place < titles.length) return place
  const near = typeof column === 'string' ? nearest(column, titles) : undefined
  const known = titles.length > 20 ? `${titles.slice(0, 20).join(', ')}, …` : titles.join(', ')
  throw new OpError(
    'loadCSV',
    `${path} has no column ${column}.${near ? ` Did you mean ${near}?` : ''} There are: ${known}`,
  )
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const missing = /^(|na|nan)$/i

/** A field as a number; NaN where there is none. */
function numberIn({ line, fields }: CSVRecord, k: number, title: string, path: string): number {
  const text = fields[k].trim()
  if (number.test(text)) return Number(text)
  if (missing.test(text)) return Number.NaN
  const got = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
  const advice = `if it holds texts, pass { label: '${title}' } or { ignore: ['${title}'] }`
  throw new OpError('loadCSV', `${path}, line ${line}, column ${title}: got ${got}, expected a number; ${advice}`)
}

/** Numbers as they are, texts as their places among all texts. */
function labelsOf(labels: readonly string[] | undefined, ctx: Context | undefined): Pick<CSVTable, 'y' | 'classes'> {
  if (!labels) return { y: null, classes: [] }
  const shape = shapeOf([labels.length])
  if (labels.every((label) => number.test(label)))
    return { y: upload(labels.map(Number), shape, 'float32', ctx), classes: [] }
  const classes = [...new Set(labels)].sort()
  const places = new Map(classes.map((name, k) => [name, k]))
  const y = upload(
    labels.map((label) => places.get(label) as number),
    shape,
    'int32',
    ctx,
  )
  return { y, classes }
}
