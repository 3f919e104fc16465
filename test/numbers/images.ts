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
  /** Takes the subset in the repository; otherwise the whole set, wherever it lies. */
  readonly subset: boolean
}

/** Batches of pixels between 0 and 1 and of labels, in the order of the file. */
export async function batches(setting: ImagesSetting): Promise<gluon.data.DataLoader<[NDArray, NDArray]>> {
  const { ctx, count, size, batch, subset } = setting
  const images = await FashionMNIST.load({ train: true, subset, ctx })
  const transform = new transforms.Compose([new transforms.Resize(size), new transforms.ToTensor()])
  return new gluon.data.DataLoader(images.take(count).transformFirst(transform), batch)
}

/** SHA-256 of the resized bytes of the first images of the subset. */
export async function digest({ ctx, count, size }: Omit<ImagesSetting, 'batch' | 'subset'>): Promise<string> {
  const images = await FashionMNIST.load({ train: true, subset: true, ctx })
  const resized = images.take(count).transformFirst(new transforms.Resize(size))
  const hash = createHash('sha256')
  for await (const [bytes] of new gluon.data.DataLoader(resized, 32)) hash.update(await bytes.toArray())
  return hash.digest('hex')
}
