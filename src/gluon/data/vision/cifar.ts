// CIFAR10 and CIFAR100: images (32, 32, 3) of bytes, and their classes (MXNet 1.9.1, vision/datasets.py).
import {
  cacheFolder,
  download,
  hasFiles,
  inflate,
  joinPath,
  makeDir,
  readDir,
  readFile,
  writeFileAtomic,
} from '#platform'
import { joinBytes } from '../../../core/bytes.ts'
import { currentContext } from '../../../core/engine.ts'
import { checkOptions, GlueballError, type OptionNames, reasonOf } from '../../../core/errors.ts'
import { type CifarImages, cifarSide, decodeCifar } from '../../../io/cifar.ts'
import { digestOf } from '../../../io/digest.ts'
import { readTar } from '../../../io/tar.ts'
import { ImageDataset, type LoadOptions } from './datasets.ts'

/** A collection of CIFAR. */
interface Cifar {
  readonly title: string
  /** Its folder in the cache, and below the mirror. */
  readonly folder: string
  readonly archive: string
  /** SHA-1 of the archive that Gluon asks for. */
  readonly digest: string
  readonly labels: 1 | 2
  readonly train: readonly string[]
  readonly test: readonly string[]
}

const mirror = 'https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/gluon/dataset/'

const cifar10: Cifar = {
  title: 'CIFAR10',
  folder: 'cifar10',
  archive: 'cifar-10-binary.tar.gz',
  digest: 'fab780a1e191a7eda0f345501ccd62d20f7ed891',
  labels: 1,
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ['test_batch.bin'],
}

const cifar100: Cifar = {
  title: 'CIFAR100',
  folder: 'cifar100',
  archive: 'cifar-100-binary.tar.gz',
  digest: 'a0bb982c76b83111308126cc779a992fa506b90b',
  labels: 2,
  train: ['train.bin'],
  test: ['test.bin'],
}

/** More bytes than any of the archives has. */
const mostArchiveBytes = 2 ** 28

/** LoadOptions without what only MNIST's editions need. */
export type CifarOptions = Omit<LoadOptions, 'onNotice'>

const cifarOptions: OptionNames<CifarOptions> = {
  train: 'boolean',
  root: 'string',
  ctx: true,
  download: 'boolean',
  onProgress: true,
}

type Found = CifarImages & { readonly origin: string }

/** Reads the files of a folder that was given, of the cache, or of the archive that is downloaded into the cache. */
async function find(
  cifar: Cifar,
  { train = true, root, download: may = true, onProgress }: CifarOptions,
): Promise<Found> {
  const names = train ? cifar.train : cifar.test
  const { title, archive } = cifar
  const cache = hasFiles ? joinPath(cacheFolder(), cifar.folder) : undefined
  const folder = root ?? cache
  const present = folder ? await readDir(folder).catch(() => []) : []
  const decode = (files: { name: string; bytes: Uint8Array }[], origin: string) =>
    checked(cifar, decodeCifar(files, cifar.labels), origin)
  if (folder && names.every((name) => present.includes(name))) {
    const paths = names.map((name) => joinPath(folder, name))
    return decode(await Promise.all(paths.map(async (name) => ({ name, bytes: await readFile(name) }))), folder)
  }
  const packed = folder && present.includes(archive) ? await readFile(joinPath(folder, archive)) : undefined
  if (!packed && (root !== undefined || !may)) {
    const want = `expected ${names.join(', ')} or ${archive}`
    throw new GlueballError(`[${title}] is not at hand: ${folder ?? 'this page'} has not all its files, ${want}`)
  }
  const bytes = packed ?? (await fetched(cifar, cache, onProgress))
  const files = readTar(await unpacked(bytes, archive), archive)
  return decode(
    names.map((name) => {
      const content = files.get(name)
      if (content) return { name, bytes: content }
      throw new GlueballError(`[${title}] ${archive} lacks ${name}`)
    }),
    packed ? (folder as string) : mirror,
  )
}

async function unpacked(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of inflate(bytes, 'gzip')) parts.push(part.slice())
  } catch (error) {
    throw new GlueballError(`${name} is damaged: it cannot be unpacked (${reasonOf(error)})`)
  }
  return joinBytes(parts)
}

async function fetched(
  cifar: Cifar,
  cache: string | undefined,
  onProgress: CifarOptions['onProgress'],
): Promise<Uint8Array> {
  const { title, folder, archive: file, digest } = cifar
  const bytes = await download(`${mirror}${folder}/${file}`, {
    atMost: mostArchiveBytes,
    onProgress: (loaded, total) => onProgress?.({ file, loaded, total }),
  })
  const got = await digestOf('SHA-1', bytes)
  if (got !== digest)
    throw new GlueballError(`[${title}] ${file} is of no known edition: got SHA-1 ${got}, expected ${digest}`)
  if (!cache) return bytes
  await makeDir(cache)
  await writeFileAtomic(joinPath(cache, file), bytes)
  return bytes
}

/** Throws where a label is no class. */
function checked({ title, labels: each }: Cifar, found: CifarImages, origin: string): Found {
  const most = each === 1 ? [10] : [20, 100]
  const wrong = found.labels.findIndex((label, i) => label >= most[i % each])
  if (wrong < 0) return { ...found, origin }
  throw new GlueballError(
    `[${title}] has a label that is no class: got ${found.labels[wrong]} in record ${Math.floor(wrong / each)}`,
  )
}

/** The images with the label at a place of each record. */
function labelled({ images, labels, count, origin }: Found, each: 1 | 2, place: number, edition: string) {
  const chosen = Uint8Array.from({ length: count }, (_, i) => labels[i * each + place])
  return { images, labels: chosen, count, rows: cifarSide, columns: cifarSide, channels: 3, edition, origin } as const
}

/** Small photographs of ten classes: 50,000 for training, 10,000 for tests. */
export class CIFAR10 extends ImageDataset {
  /** Names of the classes. */
  static readonly classes: readonly string[] = [
    'airplane',
    'automobile',
    'bird',
    'cat',
    'deer',
    'dog',
    'frog',
    'horse',
    'ship',
    'truck',
  ]
  readonly classes: readonly string[] = CIFAR10.classes

  /** Reads the binary files, or the packed ones, of `root` or the cache; else downloads them. */
  static async load(options: CifarOptions = {}): Promise<CIFAR10> {
    checkOptions('CIFAR10.load', options, '{ train: true }', cifarOptions)
    return new CIFAR10(labelled(await find(cifar10, options), 1, 0, 'CIFAR10'), options.ctx ?? currentContext())
  }
}

/** CifarOptions of CIFAR100. */
export interface Cifar100Options extends CifarOptions {
  /** Whether labels are those of 100 classes, not of the 20 groups of these. Default false. */
  readonly fineLabel?: boolean
}

/** Small photographs of 20 groups of five classes each: 50,000 for training, 10,000 for tests. */
export class CIFAR100 extends ImageDataset {
  /** Numbers in place of names, which the binary files do not have. */
  readonly classes: readonly string[]

  /** @internal Use `load`. */
  constructor(
    found: ConstructorParameters<typeof ImageDataset>[0],
    ctx: ConstructorParameters<typeof ImageDataset>[1],
    count = 20,
  ) {
    super(found, ctx)
    this.classes = Array.from({ length: count }, (_, i) => String(i))
  }

  /** Reads the binary files, or the packed ones, of `root` or the cache; else downloads them. */
  static async load(options: Cifar100Options = {}): Promise<CIFAR100> {
    checkOptions('CIFAR100.load', options, '{ fineLabel: true }', { ...cifarOptions, fineLabel: 'boolean' })
    const { fineLabel = false, ...others } = options
    const found = labelled(await find(cifar100, others), 2, fineLabel ? 1 : 0, 'CIFAR100')
    return new CIFAR100(found, options.ctx ?? currentContext(), fineLabel ? 100 : 20)
  }
}
