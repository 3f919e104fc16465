// CSV, tables as text (RFC 4180): records of fields, quoted where they hold separators, quotes or line breaks.
import { OpError } from '../core/errors.ts'

/** A record: its fields, and the line on which it starts, counted from 1. */
export interface CSVRecord {
  readonly line: number
  readonly fields: readonly string[]
}

/** The records of a text; empty lines are passed over. Throws where quotes have no end, or stand inside of text. */
export function parseCSV(text: string, file: string, delimiter = ','): CSVRecord[] {
  if (delimiter.length !== 1 || '"\r\n'.includes(delimiter))
    throw new OpError('csv', `delimiter must be one character, got ${JSON.stringify(delimiter)}`)
  const mark = delimiter.replace(/[\\\]^-]/, '\\$&')
  // a field in quotes or without, and what ends it
  const field = new RegExp(`(?:"([^"]*(?:""[^"]*)*)"|([^"${mark}\\r\\n]*))([${mark}]|\\r\\n?|\\n|$)`, 'y')
  const records: CSVRecord[] = []
  let [line, start, fields]: [number, number, string[]] = [1, 1, []]
  field.lastIndex = text.startsWith('\ufeff') ? 1 : 0
  while (field.lastIndex < text.length || fields.length > 0) {
    const match = field.exec(text)
    if (!match)
      throw new OpError('csv', `${file}, line ${line}: quotes enclose a whole field, and are doubled inside of it`)
    const [whole, inside, bare, end] = match
    fields.push(inside === undefined ? bare : inside.replaceAll('""', '"'))
    line += whole.split(/\r\n?|\n/).length - 1
    if (end === delimiter) continue
    if (fields.length > 1 || fields[0] !== '') records.push({ line: start, fields })
    ;[start, fields] = [line, []]
  }
  return records
}
