// The data of a run: found, named, limited, and made into batches.
import cliProgress from 'cli-progress'
import { type Context, data, type NDArray } from '../index.ts'
import { contextOf } from './network.ts'
import { clothesForm, type PictureForm } from './pictures/images.ts'
import { loadPictures } from './pictures/pictureData.ts'
import { RankBatches, type Ranks } from './ranks/ranks.ts'
import type { Settings } from './settings/settings.ts'
import { shortPath } from './terminal/nextSteps.ts'
import type { PictureReport } from './training/events.ts'

/** Images of bytes with their classes. */
export type Images = data.Dataset<[NDArray, number]>

/** The data of a run. */
export interface RunData {
  readonly classes: readonly string[]
  /** In words: what it is and where it came from. */
  readonly text: string
  readonly edition: string
  /** Lines that the user should see. */
  readonly notices: readonly string[]
  readonly train: Images
  readonly test: Images
  /** What was found in a folder of pictures. */
  readonly pictures?: PictureReport
  /** The bytes of a test image, (side, side, channels). */
  testImage(index: number): { readonly image: Uint8Array; readonly side: number }
}

type Loaded = data.vision.ImageDataset

/** Finds the data that the settings name; `test` reads the test images alone, and uses them for both. */
export async function loadData(settings: Settings, parts: 'both' | 'test'): Promise<RunData> {
  if (settings.dataset === 'folder') return loadFolder(settings)
  const notices = new Set<string>()
  const test = await load(settings, false, (line) => notices.add(line))
  const train = parts === 'test' ? test : await load(settings, true, (line) => notices.add(line))
  for (const images of [test, train]) checkSquare(images)
  const side = test.height
  const pixels = side * side
  return {
    classes: test.classes,
    text: `${settings.dataset === 'mnist' ? '' : 'Fashion-MNIST, '}${train.edition}, from ${shortOrigin(train.origin)}`,
    edition: train.edition,
    notices: [...notices],
    train: train.take(settings.limitTrain),
    test: test.take(settings.limitTest),
    testImage: (index) => ({
      image: test.pixels.subarray(index * pixels, (index + 1) * pixels),
      side,
    }),
  }
}

async function loadFolder(settings: Settings): Promise<RunData> {
  const bar = new ReadingBar()
  try {
    return await loadPictures(settings, contextOf(settings), (done, total) => bar.show('reading pictures', done, total))
  } finally {
    bar.end()
  }
}

/** Throws where images are not square: the network takes squares, and resizing would distort them in silence. */
function checkSquare({ height, width, origin }: Loaded): void {
  if (height !== width) throw new Error(`[data] ${origin} has images of ${height}×${width}: expected square ones`)
}

function shortOrigin(origin: string): string {
  return origin.includes('://') ? origin : shortPath(origin)
}

async function load(settings: Settings, train: boolean, onNotice: (line: string) => void): Promise<Loaded> {
  const bar = new ReadingBar()
  const options = {
    train,
    ctx: contextOf(settings),
    onNotice,
    onProgress: ({ file, loaded, total }: data.vision.DownloadProgress) => {
      if (total !== undefined) bar.show(`downloading ${file}`, loaded, total)
    },
    ...(settings.dataDir !== null && { root: settings.dataDir }),
  }
  try {
    if (settings.dataset === 'mnist') return await data.vision.MNIST.load(options)
    return await data.vision.FashionMNIST.load({ ...options, subset: settings.dataset === 'fashion-mnist-subset' })
  } finally {
    bar.end()
  }
}

/** How far a download or the reading of pictures is, on standard error. */
class ReadingBar {
  #bar: cliProgress.SingleBar | undefined
  #what = ''

  show(what: string, loaded: number, total: number): void {
    if (what !== this.#what) {
      this.end()
      this.#what = what
      const format = `${what} {bar} {percentage} %`
      this.#bar = new cliProgress.SingleBar({ format, barsize: 20, noTTYOutput: true, notTTYSchedule: 2000 })
      this.#bar.start(total, loaded)
    }
    this.#bar?.update(loaded)
  }

  end(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }
}

type TransformSettings = Pick<Settings, 'resize' | 'dataset' | 'augment'>

function transformOf({ resize, dataset }: TransformSettings, before: Transforms = []): Compose {
  const { Compose, Resize, ToTensor } = data.vision.transforms
  // pictures of a folder have the size already
  return new Compose([...before, ...(dataset === 'folder' ? [] : [new Resize(resize)]), new ToTensor()])
}

type Compose = data.vision.transforms.Compose
type Transforms = readonly data.vision.transforms.Transform[]

/** The share of a side by which an image is moved at most, and how far its colours change. */
const [moved, changed] = [1 / 10, 0.25]

/** What `--augment` does to images of a side, each by draws of its own. */
function augmentation(side: number): Transforms {
  const { RandomColorJitter, RandomCrop, RandomFlipLeftRight } = data.vision.transforms
  return [
    new RandomFlipLeftRight(),
    new RandomCrop(side, { pad: Math.round(side * moved) }),
    new RandomColorJitter(changed, changed, changed),
  ]
}

/** The form of the pictures that a run's network takes. */
export function formOf({ dataset, resize, grey }: Settings): PictureForm {
  return dataset === 'folder' ? { side: resize, grey, lightOnDark: false } : clothesForm
}

/** Batches of training images, in a new order each epoch. */
export function trainBatches(
  run: RunData,
  settings: Settings,
  context: Context,
  ranks?: Ranks,
): data.DataLoader<[NDArray, NDArray]> {
  const before = settings.augment ? augmentation(formOf(settings).side) : []
  const images = run.train.transformFirst(transformOf(settings, before))
  if (!ranks) return new data.DataLoader(images, settings.batchSize, { shuffle: true, ctx: context })
  const batchSampler = new RankBatches(images.length, settings.batchSize, ranks)
  return new data.DataLoader(images, null, { batchSampler, ctx: context })
}

/** Batches of test images, in their order; with ranks those of this one's shard. */
export function testBatches(
  run: RunData,
  settings: Settings,
  context: Context,
  ranks?: Ranks,
): data.DataLoader<[NDArray, NDArray]> {
  const test = ranks ? run.test.shard(ranks.size, ranks.store.rank) : run.test
  return new data.DataLoader(test.transformFirst(transformOf(settings)), settings.batchSize, { ctx: context })
}

/** Images (N, side, side, channels) of bytes as the network takes them. */
export function transformBatch(pixels: NDArray, settings: TransformSettings): NDArray {
  return transformOf(settings)(pixels)
}
