// The pictures of a folder as squares of one size: decoded once, and kept in the cache for the next run.
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { cacheFolder, macrotask, makeDir, readFile, writeFileAtomic } from '#platform'
import { reasonOf } from '../../core/errors.ts'
import type { PictureFile } from '../../gluon/data/vision/pictureFiles.ts'
import { decodeCheckpoint, encodeCheckpoint, type Json } from '../../io/checkpoint.ts'
import { decodePicture } from '../../io/pictures/decode.ts'
import { mostFileBytes } from '../../io/pictures/files.ts'
import { PictureError } from '../../io/pictures/picture.ts'
import { backgroundOf, squared } from './squares.ts'

/** What pictures are brought to. */
export interface SquareForm {
  readonly side: number
  readonly grey: boolean
}

/** What is known of a file: its state, and the size of its picture or why there is none. */
interface Entry {
  readonly name: string
  readonly bytes: number
  readonly modified: number
  readonly width: number
  readonly height: number
  /** Why it could not be read; empty where it could. */
  readonly failure: string
}

/** The pictures that could be read, as squares one after the other, and the others by name. */
export interface Squares {
  readonly pixels: Uint8Array
  /** Place among the files, width and height of each picture. */
  readonly pictures: readonly { readonly file: number; readonly width: number; readonly height: number }[]
  readonly unreadable: readonly { readonly name: string; readonly reason: string }[]
  /** How many were taken from the cache. */
  readonly cached: number
  /** Why the cache could not be written. */
  readonly notice?: string
}

/** What all pixels may take: they are held twice, here and where the network computes. */
const mostPixelBytes = 1.5e9

/** Counted up when squares are made in another way. */
const formVersion = 1

/** Decodes all files that the cache lacks. `onProgress` is called behind each of these with the files done. */
export async function readSquares(
  root: string,
  files: readonly PictureFile[],
  form: SquareForm,
  onProgress: (done: number) => void,
  folder = join(cacheFolder(), 'pictures'),
): Promise<Squares> {
  const size = form.side ** 2 * (form.grey ? 1 : 3)
  if (size * files.length > mostPixelBytes)
    throw new Error(
      `[train] ${files.length} pictures of ${form.side}×${form.side} take ${((size * files.length) / 1e9).toFixed(1)} GB, more than the ${mostPixelBytes / 1e9} that are held: take a smaller --resize`,
    )
  const key = JSON.stringify([resolve(root), form.side, form.grey, formVersion])
  const path = join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.squares`)
  const kept = await readKept(path, size)
  const pixels = new Uint8Array(size * files.length)
  const entries: Entry[] = []
  let [count, cached, turnedAt] = [0, 0, performance.now()]
  for (const [i, file] of files.entries()) {
    const { size: bytes, mtimeMs: modified } = await stat(file.path)
    const old = kept.get(file.name)
    const same = old?.entry.bytes === bytes && old.entry.modified === modified
    const made = same ? old : await square(file, form)
    if (same) cached++
    if (made.pixels) pixels.set(made.pixels, size * count++)
    entries.push({ ...made.entry, name: file.name, bytes, modified })
    if (!same) onProgress(i + 1)
    if (performance.now() - turnedAt < 50) continue
    await macrotask()
    turnedAt = performance.now()
  }
  const used = pixels.subarray(0, size * count)
  const notice = cached === files.length ? undefined : await keep(path, folder, entries, used, form)
  return { ...summed(entries), pixels: used, cached, ...(notice !== undefined && { notice }) }
}

type Summed = Pick<Squares, 'pictures' | 'unreadable'>

function summed(entries: readonly Entry[]): Summed {
  const all = entries.map((entry, file) => ({ ...entry, file }))
  return {
    pictures: all.filter(({ failure }) => failure === '').map(({ file, width, height }) => ({ file, width, height })),
    unreadable: all.flatMap(({ name, failure }) => (failure === '' ? [] : [{ name, reason: failure }])),
  }
}

/** An entry, and its square where there is one. */
interface Made {
  readonly entry: Pick<Entry, 'width' | 'height' | 'failure'>
  readonly pixels?: Uint8Array
}

async function square({ path }: PictureFile, { side, grey }: SquareForm): Promise<Made> {
  try {
    const picture = await decodePicture(await readFile(path, mostFileBytes), { grey })
    const { width, height } = picture
    return { entry: { width, height, failure: '' }, pixels: squared(picture, side, backgroundOf(picture)).data }
  } catch (error) {
    const failure = error instanceof PictureError ? error.message : `cannot be read: ${reasonOf(error)}`
    return { entry: { width: 0, height: 0, failure } }
  }
}

interface Kept extends Made {
  readonly entry: Entry
}

/** What the cache has, by name; nothing where there is no cache, or one that is damaged. */
async function readKept(path: string, size: number): Promise<Map<string, Kept>> {
  const kept = new Map<string, Kept>()
  try {
    const { header, arrays } = decodeCheckpoint(await readFile(path), path)
    const pixels = arrays[0].data as Uint8Array
    let count = 0
    for (const entry of (header as unknown as { readonly entries: readonly Entry[] }).entries) {
      const part = entry.failure === '' ? pixels.subarray(size * count, size * ++count) : undefined
      if (part && part.length < size) return new Map()
      kept.set(entry.name, part ? { entry, pixels: part } : { entry })
    }
  } catch {
    return new Map()
  }
  return kept
}

async function keep(
  path: string,
  folder: string,
  entries: readonly Entry[],
  pixels: Uint8Array,
  { side, grey }: SquareForm,
): Promise<string | undefined> {
  try {
    await makeDir(folder)
    const channels = grey ? 1 : 3
    const shape = [pixels.length / (side * side * channels), side, side, channels]
    const header = { kind: 'glueball squares', entries } as unknown as Json
    await writeFileAtomic(
      path,
      encodeCheckpoint({ header, arrays: [{ name: 'pixels', dtype: 'uint8', shape, data: pixels }] }),
    )
    return undefined
  } catch (error) {
    return `the decoded pictures are not kept for the next time: ${reasonOf(error)}`
  }
}
