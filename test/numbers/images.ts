// The first training images of Fashion-MNIST through the library's own files, transforms and loader.
import { createHash } from 'node:crypto'
import { type Context, gluon, type NDArray } from 'glueball'

const { FashionMNIST, transforms } = gluon.data.vision

/** Which images, and how they come. */
export interface ImagesSetting {
  readonly ctx: Context
  /** How many, from the first on. */
  readonly count: number
  /** Side after resizing. */
  readonly size: number
  readonly batch: number
}

/** The training images of the whole set if this machine has its current edition, else those in the repository. */
export async function trainingImages(ctx: Context): Promise<gluon.data.vision.FashionMNIST> {
  const options = { train: true, ctx, download: false, onNotice: () => {} }
  const found = await FashionMNIST.load(options)
  return found.edition.startsWith('current edition') ? found : FashionMNIST.load({ ...options, subset: true })
}

/** Batches of pixels between 0 and 1 and of labels, in the order of the file; both sets begin alike. */
export async function batches(setting: ImagesSetting): Promise<gluon.data.DataLoader<[NDArray, NDArray]>> {
  const { ctx, count, size, batch } = setting
  const transform = new transforms.Compose([new transforms.Resize(size), new transforms.ToTensor()])
  return new gluon.data.DataLoader((await trainingImages(ctx)).take(count).transformFirst(transform), batch)
}

/** SHA-256 of the resized bytes of the first images. */
export async function digest({ ctx, count, size }: Omit<ImagesSetting, 'batch'>): Promise<string> {
  const resized = (await trainingImages(ctx)).take(count).transformFirst(new transforms.Resize(size))
  const hash = createHash('sha256')
  for await (const [bytes] of new gluon.data.DataLoader(resized, 32)) hash.update(await bytes.toArray())
  return hash.digest('hex')
}
