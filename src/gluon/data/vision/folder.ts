// ImageFolderDataset: pictures in folders, one folder a class, read when they are asked for (MXNet 1.9.1, vision/datasets.py).
import { readFile } from '#platform'
import { type Context, currentContext } from '../../../core/engine.ts'
import { checkOptions, GlueballError, type OptionNames } from '../../../core/errors.ts'
import type { NDArray } from '../../../core/ndarray.ts'
import { mostFileBytes } from '../../../io/pictures/files.ts'
import type { Columns } from '../columns.ts'
import { checkIndex, Dataset } from '../dataset.ts'
import { type Tuple, tuple } from '../tuple.ts'
import { checkFlag, type ImageFlag, imageOf } from './picture.ts'
import { listPictures, type PictureFiles } from './pictureFiles.ts'

/** An image of bytes (H, W, C) with the number of its class. */
export type LabelledImage = Tuple<[NDArray, number]>

/** Options of datasets of pictures. */
export interface PictureDatasetOptions {
  /** 1 for RGB, the default, or 0 for one channel. */
  readonly flag?: ImageFlag
  /** Called with each image and its label; gives both, as `tuple(image, label)`. */
  readonly transform?: (image: NDArray, label: number) => LabelledImage
  /** Where images are made. Default the current context. */
  readonly ctx?: Context
}

/** The names of these options. */
export const pictureOptions: OptionNames<PictureDatasetOptions> = { flag: 'number', transform: true, ctx: true }

/** Pictures whose samples are read one by one. */
export abstract class PictureDataset extends Dataset<Promise<LabelledImage>> {
  readonly #options: PictureDatasetOptions

  /** @internal Use `load`. */
  constructor(name: string, options: PictureDatasetOptions) {
    super()
    checkFlag(name, options.flag ?? 1)
    this.#options = options
  }

  /** The bytes of a picture's file, its label, and what errors call it. */
  protected abstract read(
    index: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly label: number; readonly name: string }>

  async at(index: number): Promise<LabelledImage> {
    const { flag = 1, ctx = currentContext(), transform } = this.#options
    const { bytes, label, name } = await this.read(checkIndex('Dataset', index, this.length))
    const image = await imageOf(bytes, name, flag, ctx)
    return transform ? transform(image, label) : tuple(image, label)
  }

  override columns(): Columns {
    const { ctx, transform } = this.#options
    // labels are integers; images have sizes of their own, and are made one by one
    return { bare: false, columns: [{}, transform ? {} : { dtype: 'int32' }], rows: (samples) => samples, context: ctx }
  }
}

/** Pictures in folders, one folder a class, numbered in the order of their names. */
export class ImageFolderDataset extends PictureDataset {
  /** Names of the classes. */
  readonly synsets: readonly string[]
  /** Path and class number of each picture. */
  readonly items: readonly (readonly [path: string, label: number])[]
  readonly length: number

  /** @internal Use `load`. */
  constructor(found: PictureFiles, options: PictureDatasetOptions) {
    if (!found?.files)
      throw new GlueballError(`folders are read asynchronously: write await ImageFolderDataset.load('pictures')`)
    super('ImageFolderDataset', options)
    this.synsets = found.classes
    this.items = found.files.map(({ path, label }) => [path, label])
    this.length = this.items.length
  }

  /** Lists the pictures (JPEG, PNG, GIF, WebP) below a folder. Rejects where it has no folders. */
  static async load(root: string, options: PictureDatasetOptions = {}): Promise<ImageFolderDataset> {
    checkOptions('ImageFolderDataset.load', options, '{ flag: 0 }', pictureOptions)
    return new ImageFolderDataset(await listPictures(root), options)
  }

  protected async read(index: number) {
    const [path, label] = this.items[index]
    return { bytes: await readFile(path, mostFileBytes), label, name: path }
  }
}
