// The data of a run: found, named, limited, and made into batches.
import cliProgress from 'cli-progress'
import { type Context, data, type NDArray } from '../index.ts'
import { contextOf } from './network.ts'
import { shortPath } from './nextSteps.ts'
import type { Settings } from './settings.ts'

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
  /** The grey values of a test image. */
  testImage(index: number): { readonly image: Uint8Array; readonly side: number }
}

type Loaded = data.vision.ImageDataset

/** Finds the data that the settings name; `test` reads the test images alone, and uses them for both. */
export async function loadData(settings: Settings, parts: 'both' | 'test'): Promise<RunData> {
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

/** Throws where images are not square: the network takes squares, and resizing would distort them in silence. */
function checkSquare({ height, width, origin }: Loaded): void {
  if (height !== width) throw new Error(`[data] ${origin} has images of ${height}×${width}: expected square ones`)
}

function shortOrigin(origin: string): string {
  return origin.includes('://') ? origin : shortPath(origin)
}

async function load(settings: Settings, train: boolean, onNotice: (line: string) => void): Promise<Loaded> {
  const bar = new DownloadBar()
  const options = {
    train,
    ctx: contextOf(settings),
    onNotice,
    onProgress: (progress: data.vision.DownloadProgress) => bar.show(progress),
    ...(settings.dataDir !== null && { root: settings.dataDir }),
  }
  try {
    if (settings.dataset === 'mnist') return await data.vision.MNIST.load(options)
    return await data.vision.FashionMNIST.load({ ...options, subset: settings.dataset === 'fashion-mnist-subset' })
  } finally {
    bar.end()
  }
}

/** How far a download is, on standard error. */
class DownloadBar {
  #bar: cliProgress.SingleBar | undefined
  #file = ''

  show({ file, loaded, total }: data.vision.DownloadProgress): void {
    if (total === undefined) return
    if (file !== this.#file) {
      this.end()
      this.#file = file
      const format = `downloading ${file} {bar} {percentage} %`
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

function transformOf({ resize }: Pick<Settings, 'resize'>): data.vision.transforms.Compose {
  const { Compose, Resize, ToTensor } = data.vision.transforms
  return new Compose([new Resize(resize), new ToTensor()])
}

/** Batches of training images, in a new order each epoch. */
export function trainBatches(run: RunData, settings: Settings, context: Context): data.DataLoader<[NDArray, NDArray]> {
  const images = run.train.transformFirst(transformOf(settings))
  return new data.DataLoader(images, settings.batchSize, { shuffle: true, ctx: context })
}

/** Batches of test images, in their order. */
export function testBatches(run: RunData, settings: Settings, context: Context): data.DataLoader<[NDArray, NDArray]> {
  return new data.DataLoader(run.test.transformFirst(transformOf(settings)), settings.batchSize, { ctx: context })
}

/** Images (N, 28, 28, 1) of bytes as the network takes them. */
export function transformBatch(pixels: NDArray, settings: Pick<Settings, 'resize'>): NDArray {
  return transformOf(settings)(pixels)
}
