// A folder of pictures as the data of a run: what was found, the split, and the images in memory.
import { createHash } from 'node:crypto'
import { readDir } from '#platform'
import { listPictures } from '../../gluon/data/vision/pictureFiles.ts'
import { type Context, data, nd } from '../../index.ts'
import { pictureName } from '../../io/pictures/files.ts'
import type { RunData } from '../datasets.ts'
import type { Settings } from '../settings/settings.ts'
import { shortPath } from '../terminal/nextSteps.ts'
import type { PictureReport } from '../training/events.ts'
import { readSquares, type Squares } from './pictureCache.ts'
import { classWeights, splitByName, testShare } from './pictureSplit.ts'

/** Whether a folder has folders with pictures in them, and no IDX files beside. */
export async function isPictureFolder(root: string): Promise<boolean> {
  const names = root === '' ? [] : await readDir(root).catch(() => [])
  if (names.some((name) => /idx[13]-ubyte/.test(name))) return false
  for (const name of names) {
    const inside = await readDir(`${root}/${name}`).catch(() => [])
    if (inside.some((file) => pictureName.test(file))) return true
  }
  return false
}

/** Reads a folder of pictures. Throws where two classes or test pictures are missing. */
export async function loadPictures(
  settings: Settings,
  context: Context,
  onProgress: (done: number, total: number) => void,
): Promise<RunData> {
  const { dataDir: root, resize: side, grey } = settings
  if (root === null) throw new Error('[train] which pictures? Give --data-dir FOLDER, with one folder a class')
  const found = await listPictures(root)
  const squares = await readSquares(root, found.files, { side, grey }, (done) => onProgress(done, found.files.length))
  const read = squares.pictures.map(({ file }) => found.files[file])
  const full = found.classes.filter((_, label) => read.some((one) => one.label === label))
  if (full.length < 2)
    throw new Error(`[train] ${root} has pictures of ${full.length} classes, expected at least two folders of pictures`)
  const labels = read.map(({ label }) => full.indexOf(found.classes[label]))
  const split = splitByName(
    read.map(({ name }) => name),
    labels,
  )
  if (split.test.length === 0)
    throw new Error(`[train] ${root} has only ${read.length} pictures, none of which is for tests: add more`)
  const size = side * side * (grey ? 1 : 3)
  const select = (indices: readonly number[]) => imagesOf(squares.pixels, indices, labels, settings, context, size)
  const report = reportOf(found, squares, { full, labels, split })
  return {
    classes: full,
    text: `pictures from ${shortPath(root)}`,
    edition: editionOf(read, squares),
    notices: squares.notice ? [squares.notice] : [],
    train: select(split.train).take(settings.limitTrain),
    test: select(split.test).take(settings.limitTest),
    testImage: (index) => {
      const at = split.test[index] * size
      return { image: squares.pixels.subarray(at, at + size), side }
    },
    pictures: report,
  }
}

/** Images by their places, with their labels, where the network computes. */
function imagesOf(
  pixels: Uint8Array,
  indices: readonly number[],
  labels: readonly number[],
  { resize: side, grey }: Settings,
  context: Context,
  size: number,
): data.ArrayDataset<[ReturnType<typeof nd.array>, Int32Array]> {
  const chosen = new Uint8Array(size * indices.length)
  indices.forEach((from, to) => {
    chosen.set(pixels.subarray(from * size, (from + 1) * size), to * size)
  })
  const shape = [indices.length, side, side, grey ? 1 : 3]
  const images = nd.array(chosen, { shape, dtype: 'uint8', ctx: context })
  return new data.ArrayDataset(
    images,
    Int32Array.from(indices, (i) => labels[i]),
  )
}

/** A digest of names and sizes, by which a resumed run sees whether it has the same pictures. */
function editionOf(read: readonly { readonly name: string }[], { pictures }: Squares): string {
  const hash = createHash('sha256')
  read.forEach(({ name }, i) => {
    hash.update(`${name}\0${pictures[i].width}×${pictures[i].height}\n`)
  })
  return `pictures ${hash.digest('hex').slice(0, 8)}`
}

function reportOf(
  found: Awaited<ReturnType<typeof listPictures>>,
  squares: Squares,
  {
    full,
    labels,
    split,
  }: { full: readonly string[]; labels: readonly number[]; split: ReturnType<typeof splitByName> },
): PictureReport {
  const count = (indices: readonly number[], label: number) => indices.filter((i) => labels[i] === label).length
  const counts = full.map((_, label) => count(split.train, label))
  const weights = classWeights(counts)
  const sizes = squares.pictures.map(({ width, height }) => [width, height] as const)
  sizes.sort((a, b) => a[0] * a[1] - b[0] * b[1])
  return {
    files: found.files.length,
    classes: full.map((name, label) => ({ name, train: counts[label], test: count(split.test, label) })),
    ...(weights && { weights }),
    empty: found.classes.filter((name) => !full.includes(name)),
    unreadable: squares.unreadable,
    others: found.others,
    sizes: { smallest: sizes[0], median: sizes[sizes.length >> 1], largest: sizes[sizes.length - 1] },
    testShare,
    cached: squares.cached,
  }
}
