// ImageRecordDataset: pictures in a `.rec` file, each behind its label (MXNet 1.9.1, vision/datasets.py).
import { checkOptions, GlueballError } from '../../../core/errors.ts'
import { imageRecord } from '../../../io/recordIO.ts'
import { RecordFileDataset } from '../recordFileDataset.ts'
import { PictureDataset, type PictureDatasetOptions, pictureOptions } from './folder.ts'

/** Pictures of a RecordIO file with the label of each; of several labels the first. */
export class ImageRecordDataset extends PictureDataset {
  readonly #records: RecordFileDataset
  readonly #file: string

  /** @internal Use `load`. */
  constructor(records: RecordFileDataset, file: string, options: PictureDatasetOptions) {
    if (!(records instanceof RecordFileDataset))
      throw new GlueballError("files are read asynchronously: write await ImageRecordDataset.load('file.rec')")
    super('ImageRecordDataset', options)
    this.#records = records
    this.#file = file
  }

  /** Reads a `.rec` file, and the `.idx` file beside it if there is one. */
  static async load(file: string, options: PictureDatasetOptions = {}): Promise<ImageRecordDataset> {
    checkOptions('ImageRecordDataset.load', options, '{ flag: 0 }', pictureOptions)
    return new ImageRecordDataset(await RecordFileDataset.load(file), file, options)
  }

  get length(): number {
    return this.#records.length
  }

  protected async read(index: number) {
    const { label, image } = imageRecord(this.#records.at(index), this.#file)
    const name = `record ${index} of ${this.#file}`
    return { bytes: image, label: typeof label === 'number' ? label : label[0], name }
  }
}
