// MNIST and Fashion-MNIST: images (28, 28, 1) of bytes, and their classes (MXNet 1.9.1, vision/datasets.py).
import { type Context, currentContext } from '../../../core/engine.ts'
import { checkOptions, GlueballError, type OptionNames } from '../../../core/errors.ts'
import type { NDArray } from '../../../core/ndarray.ts'
import { at } from '../../../nd/at.ts'
import { slice } from '../../../ops/view/slice.ts'
import { type Columns, Stack } from '../columns.ts'
import { checkIndex, Dataset } from '../dataset.ts'
import { type Tuple, tuple } from '../tuple.ts'
import { type DownloadProgress, type FindOptions, findImages, type LabelledImages } from './source.ts'

/** What to load, and from where. */
export interface LoadOptions {
  /** The training images, or the test images. Default training. */
  readonly train?: boolean
  /**
   * A folder with the four files, or an address (in a page always) below which the packed ones lie. Default the
   * usual places, then a download.
   */
  readonly root?: string
  /** Where samples and batches are made. Default the current context. */
  readonly ctx?: Context
  /** Whether what isn't found may be downloaded. Default true. */
  readonly download?: boolean
  /** Hears how far a download is. */
  readonly onProgress?: (progress: DownloadProgress) => void
  /** Called with one line when other images than the usual are used. Default the console. */
  readonly onNotice?: (line: string) => void
}

const loadOptions: OptionNames<LoadOptions> = {
  train: 'boolean',
  root: 'string',
  ctx: true,
  download: 'boolean',
  onProgress: true,
  onNotice: true,
}

/** LoadOptions of Fashion-MNIST. */
export interface FashionMNISTOptions extends LoadOptions {
  /** Takes the part that lies in the repository, whatever else is there. */
  readonly subset?: boolean
}

/** Images of bytes (rows, columns, channels), each with the number of its class. */
export abstract class ImageDataset extends Dataset<Tuple<[NDArray, number]>> {
  readonly length: number
  /** Which edition of the data it is. */
  readonly edition: string
  /** The folder or address it came from. */
  readonly origin: string
  /** One line that the user should see, if there is one. */
  readonly notice: string | undefined
  /** Pixels from top to bottom of each image. */
  readonly height: number
  /** Pixels from left to right of each image. */
  readonly width: number
  /** Class numbers of all images. */
  readonly labels: Int32Array
  /** The bytes of all images, one after the other. */
  readonly pixels: Uint8Array
  readonly #context: Context
  readonly #images: Stack
  readonly #classes: Stack

  /** @internal Use `load`. */
  constructor(found: LabelledImages, context: Context) {
    super()
    if (!found?.images) {
      const { name } = new.target
      throw new GlueballError(`files are read asynchronously: write await ${name}.load({ train: true })`)
    }
    const { images, labels, count, rows, columns, channels = 1 } = found
    this.length = count
    this.edition = found.edition
    this.origin = found.origin
    this.notice = found.notice
    this.height = rows
    this.width = columns
    this.pixels = images
    this.labels = Int32Array.from(labels)
    this.#context = context
    this.#images = new Stack(images, [count, rows, columns, channels], 'uint8')
    this.#classes = new Stack(this.labels, [count], 'int32')
  }

  /** Names of the classes. */
  abstract readonly classes: readonly string[]

  at(index: number): Tuple<[NDArray, number]> {
    const i = checkIndex('Dataset', index, this.length)
    return tuple(at(this.#images.on(this.#context), i), this.labels[i])
  }

  /** The images from `begin` to before `end`, (n, rows, columns, channels), and their classes; both share memory. */
  slice(begin = 0, end = this.length): [NDArray, Int32Array] {
    const clamp = (i: number) => Math.max(0, Math.min(this.length, i < 0 ? i + this.length : i))
    const [first, last] = [clamp(begin), Math.max(clamp(begin), clamp(end))]
    return [slice(this.#images.on(this.#context), [first], [last]), this.labels.subarray(first, last)]
  }

  override columns(): Columns {
    const columns = [this.#images.column, this.#classes.column]
    return { bare: false, columns, rows: (samples) => samples, context: this.#context }
  }
}

/** Handwritten digits: 60,000 for training, 10,000 for tests. */
export class MNIST extends ImageDataset {
  /** Names of the classes. */
  static readonly classes: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
  readonly classes: readonly string[] = MNIST.classes

  /** Finds and reads the images. Throws when they are damaged or not to be had. */
  static async load(options: LoadOptions = {}): Promise<MNIST> {
    checkOptions('MNIST.load', options, '{ train: true }', loadOptions)
    return new MNIST(await found('mnist', options), options.ctx ?? currentContext())
  }
}

/** Pictures of clothes: 60,000 for training, 10,000 for tests; a part of them where nothing else can be had. */
export class FashionMNIST extends ImageDataset {
  /** Names of the classes. */
  static readonly classes: readonly string[] = [
    't-shirt/top',
    'trouser',
    'pullover',
    'dress',
    'coat',
    'sandal',
    'shirt',
    'sneaker',
    'bag',
    'ankle boot',
  ]
  readonly classes: readonly string[] = FashionMNIST.classes

  /** Finds and reads the images. Throws when they are damaged or not to be had. */
  static async load(options: FashionMNISTOptions = {}): Promise<FashionMNIST> {
    checkOptions('FashionMNIST.load', options, '{ train: true }', { ...loadOptions, subset: 'boolean' })
    const collection = options.subset ? 'fashion-mnist-subset' : 'fashion-mnist'
    return new FashionMNIST(await found(collection, options), options.ctx ?? currentContext())
  }
}

async function found(collection: FindOptions['collection'], options: LoadOptions): Promise<LabelledImages> {
  const { train = true, root, download, onProgress, onNotice = (line) => console.warn(line) } = options
  const images = await findImages({
    collection,
    train,
    ...(root !== undefined && { folder: root }),
    ...(download !== undefined && { download }),
    ...(onProgress && { onProgress }),
  })
  if (images.notice) onNotice(images.notice)
  return images
}
