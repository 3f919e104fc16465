// RecordFileDataset: the records of a `.rec` file as bytes, in the order of its `.idx` file (MXNet 1.9.1, gluon/data/dataset.py).
import { fileExists, readFile } from '#platform'
import { GlueballError, reasonOf } from '../../core/errors.ts'
import { indexedPlaces, recordAt, recordPlaces } from '../../io/recordIO.ts'
import { checkIndex, Dataset } from './dataset.ts'

/** A `.rec` file in memory, and where its records start. */
export interface RecordFile {
  readonly file: string
  readonly bytes: Uint8Array
  readonly places: readonly number[]
}

/** Reads a `.rec` file. Without an `.idx` file beside it, the records are counted. */
export async function readRecords(file: string): Promise<RecordFile> {
  const bytes = await readFile(file).catch((error) => {
    throw new GlueballError(`cannot read ${file}: got ${reasonOf(error)}, expected a RecordIO file`)
  })
  const index = file.replace(/\.rec$/, '.idx')
  if (index === file || !(await fileExists(index))) return { file, bytes, places: recordPlaces(bytes, file) }
  const text = new TextDecoder().decode(await readFile(index))
  return { file, bytes, places: indexedPlaces(text, bytes.length, index) }
}

/** Records as bytes. */
export class RecordFileDataset extends Dataset<Uint8Array> {
  readonly #records: RecordFile

  /** @internal Use `load`. */
  constructor(records: RecordFile) {
    super()
    if (!records?.places)
      throw new GlueballError("files are read asynchronously: write await RecordFileDataset.load('file.rec')")
    this.#records = records
  }

  /** Reads a `.rec` file, and the `.idx` file beside it if there is one. */
  static async load(file: string): Promise<RecordFileDataset> {
    return new RecordFileDataset(await readRecords(file))
  }

  get length(): number {
    return this.#records.places.length
  }

  at(index: number): Uint8Array {
    const { bytes, places, file } = this.#records
    return recordAt(bytes, places[checkIndex('RecordFileDataset', index, this.length)], file).data
  }
}
