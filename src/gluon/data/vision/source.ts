// Where MNIST and Fashion-MNIST are found: a folder given, the cache, the system's package, a download, the repository.
import { cacheFolder, download, hasFiles, joinPath, makeDir, pathOf, readDir, writeFileAtomic } from '#platform'
import { reasonOf } from '../../../core/errors.ts'
import { checkIdxPair, decodeIdxImages, decodeIdxLabels } from '../../../io/idx.ts'
import { type Collection, type FileName, fashionMnist, mnist, subset } from './editions.ts'
import { expectation, fail, identify, isPacked, type KnownFile, nameAmong, readKnown, refuseMixture } from './file.ts'

/** Images with a label each. */
export interface LabelledImages {
  /** `count * rows * columns` pixels, image after image. */
  readonly images: Uint8Array
  /** `count` class numbers. */
  readonly labels: Uint8Array
  readonly count: number
  readonly rows: number
  readonly columns: number
  /** Bytes of a pixel. Default 1. */
  readonly channels?: number
  /** Which edition it is, for the user to read. */
  readonly edition: string
  /** The folder or address it came from. */
  readonly origin: string
  /** One line that the user should see, if there is one. */
  readonly notice?: string
}

/** How far a download is. */
export interface DownloadProgress {
  readonly file: string
  readonly loaded: number
  /** Undefined where the server does not say. */
  readonly total: number | undefined
}

/** What to find. */
export interface FindOptions {
  /** The subset is the part of Fashion-MNIST in the repository, whatever else is there. */
  readonly collection: 'fashion-mnist' | 'mnist' | 'fashion-mnist-subset'
  /** The training images, or the test images. */
  readonly train: boolean
  /** A folder with the files, or an address below which the packed ones lie; nowhere else is looked then. */
  readonly folder?: string
  /** Whether to download what is not found; true if not given. */
  readonly download?: boolean
  readonly onProgress?: (progress: DownloadProgress) => void
}

/** Where to look; tests look elsewhere. */
export interface Places {
  readonly cache: string | undefined
  readonly system: string | undefined
  readonly mirrors: readonly (readonly string[])[]
  readonly embedded: readonly string[]
  /** Milliseconds after which a server that has not answered is given up. */
  readonly connectTimeoutMs: number
}

interface Search {
  readonly collection: Collection
  readonly options: FindOptions
  readonly places: Places
  readonly imagesName: FileName
  readonly labelsName: FileName
}

function placesOf(collection: Collection): Places {
  const { folder, system, mirrors } = collection
  // From the source's file or that of its built copy, and from the bundled command. Bundles of CommonJS have no URL.
  const here: string | undefined = import.meta.url
  // joined as paths: bundlers take a URL that is made of another and import.meta.url for a file to copy
  const beside = ['../../../../../data', '../../data']
  const embedded = hasFiles && here ? beside.map((path) => joinPath(pathOf(new URL(here)), path)) : []
  const cache = hasFiles ? joinPath(cacheFolder(), folder) : undefined
  return { cache, system, mirrors, embedded, connectTimeoutMs: 2000 }
}

/** Finds images and labels. Throws when a file is damaged, when a folder given lacks one, and when nothing is found. */
export async function findImages(options: FindOptions, places: Partial<Places> = {}): Promise<LabelledImages> {
  const collection = options.collection === 'mnist' ? mnist : fashionMnist
  const search: Search = {
    collection,
    options,
    places: { ...placesOf(collection), ...places },
    imagesName: options.train ? 'train-images-idx3-ubyte' : 't10k-images-idx3-ubyte',
    labelsName: options.train ? 'train-labels-idx1-ubyte' : 't10k-labels-idx1-ubyte',
  }
  if (options.folder !== undefined) return fromGiven(search, options.folder)
  if (options.collection === 'fashion-mnist-subset') return fromEmbedded(search)
  const { cache, system } = search.places
  const passedOver: string[] = []
  for (const folder of [cache, system]) {
    const names = await namesOf(folder, passedOver)
    const { imagesName, labelsName } = search
    if (!folder || !nameAmong(names, imagesName) || !nameAmong(names, labelsName)) continue
    return noticing(passedOver, collection, await fromFolder(search, folder, names))
  }
  if (options.download === false)
    return noticing(passedOver, collection, await fromEmbedded(search, 'downloading was ruled out'))
  const found = await fromMirrors(search).catch((error) => fromEmbedded(search, reasonOf(error)))
  return noticing(passedOver, collection, found)
}

/** The names in a folder; none when it is not there or not given. Why another can't be read is put into a list. */
async function namesOf(folder: string | undefined, passedOver: string[] = []): Promise<string[]> {
  if (!folder || !hasFiles) return []
  return readDir(folder).catch((error: { readonly code?: unknown }) => {
    if (error.code !== 'ENOENT') passedOver.push(reasonOf(error))
    return []
  })
}

/** The images with a line about folders that could not be read, since better ones may lie there. */
function noticing(passedOver: readonly string[], { title }: Collection, found: LabelledImages): LabelledImages {
  if (passedOver.length === 0) return found
  const line = `${title}: taken from ${found.origin}, because a usual place can't be read (${passedOver.join('; ')})`
  return { ...found, notice: found.notice ? `${found.notice}; ${line}` : line }
}

async function fromGiven(search: Search, folder: string): Promise<LabelledImages> {
  const { collection, imagesName, labelsName } = search
  const read = isAddress(folder) ? atAddress(search, folder) : await inFolder(search, folder)
  const images = await read(imagesName)
  const labels = await read(labelsName)
  const found = pair(search, images, labels, folder)
  const unknown = [images, labels].filter(({ edition }) => !edition)
  if (unknown.length === 0) return found
  const which = unknown.map(({ path, digest }) => `${path} (SHA-256 ${digest})`).join(' and ')
  return { ...found, notice: `${collection.title}: used as it is, being of no known edition: ${which}` }
}

/** Bytes taken from an address of the user's, whose files may be of any edition. */
const mostAtAddress = 2 ** 28

/** Bytes taken from a mirror, whose files are known: up to 47,040,016 of images, 60,008 of labels. */
const mostAtMirror = { images: 2 ** 26, labels: 2 ** 17 }

/** Whether it is no folder: a page has none. */
const isAddress = (place: string) => !hasFiles || /^https?:/.test(place)

type Read = (name: FileName) => Promise<KnownFile>

async function inFolder({ collection, imagesName }: Search, folder: string): Promise<Read> {
  const names = await readDir(folder).catch((error) =>
    fail(collection, `cannot read the folder ${folder}: got ${reasonOf(error)}, expected one with ${imagesName}.gz`),
  )
  return (name) => readKnown(collection, folder, names, name)
}

function atAddress(search: Search, address: string): Read {
  return (name) => fetchKnown(search, address.replace(/\/?$/, '/'), name, mostAtAddress)
}

async function fromFolder(search: Search, folder: string, names: readonly string[]): Promise<LabelledImages> {
  const { collection, imagesName, labelsName } = search
  const images = await readKnown(collection, folder, names, imagesName)
  const labels = await readKnown(collection, folder, names, labelsName)
  const found = pair(search, images, labels, folder)
  refuseUnknown(collection, imagesName, images)
  refuseUnknown(collection, labelsName, labels)
  return found
}

function refuseUnknown(collection: Collection, name: FileName, { path, edition, digest }: KnownFile): void {
  if (!edition)
    fail(collection, `${path} is damaged: got SHA-256 ${digest}, expected ${expectation(collection, name)}: delete it`)
}

/** Decodes both files and checks that they belong together. */
function pair({ collection }: Search, images: KnownFile, labels: KnownFile, origin: string): LabelledImages {
  const decoded = decodeIdxImages(images.content, images.path)
  const classes = decodeIdxLabels(labels.content, labels.path)
  checkClasses(collection, classes, labels.path)
  checkIdxPair(decoded, classes, images.path, labels.path)
  refuseMixture(collection, images, labels)
  const { count, rows, columns, data } = decoded
  if (rows * columns === 0)
    fail(collection, `${images.path} has images of no pixels: got ${rows}×${columns}, expected at least 1×1`)
  const known = images.edition && labels.edition
  const edition = known ? known.name : 'unknown edition'
  return { images: data, labels: classes, count, rows, columns, edition, origin }
}

/** Throws where there are no labels, or one is no class: training would take it for the nearest class in silence. */
function checkClasses(collection: Collection, labels: Uint8Array, path: string): void {
  if (labels.length === 0) fail(collection, `${path} has no labels: got 0, expected one for each image`)
  const wrong = labels.findIndex((label) => label > 9)
  if (wrong >= 0)
    fail(collection, `${path} has a label that is no class: got ${labels[wrong]} at ${wrong}, expected 0 to 9`)
}

async function fromEmbedded(search: Search, reason?: string): Promise<LabelledImages> {
  const { collection, places, imagesName } = search
  const why = reason ? `: it was not found, and ${reason}` : ''
  if (collection !== fashionMnist)
    return fail(collection, `is not at hand${why}; give a folder that has ${imagesName}.gz and its labels`)
  for (const folder of places.embedded) {
    const names = await namesOf(folder)
    if (!nameAmong(names, imagesName)) continue
    const found = await fromFolder(search, folder, names)
    if (reason === undefined || found.edition !== subset.name) return found
    const instead = `the embedded subset (10,000 training and 2,000 test images) is used, because ${reason}`
    const whole = `for all 70,000 install Debian's dataset-fashion-mnist, or put the files into ${places.cache}`
    return { ...found, notice: `${collection.title}: ${instead}; ${whole}` }
  }
  if (reason === undefined)
    return fail(collection, 'the subset is not at hand: it comes with the repository only. Take the whole set instead')
  return fail(collection, `is not at hand${why}; give a folder that has ${imagesName}.gz and its labels`)
}

/** Downloads from the first group of mirrors that has the labels; all are asked at once, so that offline costs 2 s. */
async function fromMirrors(search: Search): Promise<LabelledImages> {
  const groups = search.places.mirrors.map((mirrors) => {
    const first = Promise.any(mirrors.map(async (mirror) => ({ mirror, labels: await fetchLabels(search, mirror) })))
    first.catch(() => {})
    return { mirrors, first }
  })
  const failures: string[] = []
  for (const { mirrors, first } of groups) {
    try {
      const { mirror, labels } = await first
      return await fromMirror(search, [mirror, ...mirrors.filter((other) => other !== mirror)], labels)
    } catch (error) {
      failures.push(...(error instanceof AggregateError ? error.errors : [error]).map(reasonOf))
    }
  }
  const [first, ...more] = new Set(failures)
  throw new Error(`downloading failed (${first}${more.length > 0 ? `, and ${more.length} more such failures` : ''})`)
}

async function fromMirror(search: Search, mirrors: readonly string[], labels: KnownFile): Promise<LabelledImages> {
  const failures: string[] = []
  for (const mirror of mirrors) {
    try {
      const images = await fetchFile(search, mirror, search.imagesName)
      const found = pair(search, images, labels, mirror)
      const notice = await keep(search, [labels, images])
      return notice ? { ...found, notice } : found
    } catch (error) {
      failures.push(reasonOf(error))
    }
  }
  throw new Error(failures.join('; '))
}

function fetchLabels(search: Search, mirror: string): Promise<KnownFile> {
  return fetchFile(search, mirror, search.labelsName)
}

/** A file of one of our mirrors, which must be of a known edition. */
async function fetchFile(search: Search, mirror: string, name: FileName): Promise<KnownFile> {
  const most = mostAtMirror[name === search.labelsName ? 'labels' : 'images']
  const known = await fetchKnown(search, mirror, name, most)
  const { collection } = search
  if (!known.edition)
    fail(
      collection,
      `${mirror}${name}.gz is of no known edition: got SHA-256 ${known.digest}, expected ${expectation(collection, name)}`,
    )
  return known
}

async function fetchKnown(search: Search, base: string, name: FileName, atMost: number): Promise<KnownFile> {
  const { collection, options, places } = search
  const file = `${name}.gz`
  const bytes = await download(base + file, {
    atMost,
    connectTimeoutMs: places.connectTimeoutMs,
    onProgress: (loaded, total) => options.onProgress?.({ file, loaded, total }),
  })
  // a server may have unpacked it on the way
  return identify(collection, name, base + (isPacked(bytes) ? file : name), bytes)
}

/** Keeps downloaded files in the cache; says why when that fails, which loses nothing but the next start's time. */
async function keep({ collection, places }: Search, files: readonly KnownFile[]): Promise<string | undefined> {
  if (!places.cache || !hasFiles) return undefined
  try {
    await makeDir(places.cache)
    for (const { path, bytes } of files)
      await writeFileAtomic(joinPath(places.cache, path.slice(path.lastIndexOf('/') + 1)), bytes)
    return undefined
  } catch (error) {
    return `${collection.title}: downloaded, but not kept for the next time: ${reasonOf(error)}`
  }
}
