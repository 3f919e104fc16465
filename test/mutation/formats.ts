// The formats that Glueball reads, one a row: sound files, their layout, the reader that a user's call ends in.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { epochEvent, progress } from '../../src/cli/fixtures.ts'
import { cutMetrics } from '../../src/cli/folder/metricsLog.ts'
import { clothesForm, prepare, readImage } from '../../src/cli/pictures/images.ts'
import { findImages } from '../../src/gluon/data/vision/source.ts'
import { data } from '../../src/index.ts'
import { encodeIdx } from '../../src/io/idx.ts'
import { decodeParams, encodeParams } from '../../src/io/params.ts'
import { readFile } from '../../src/platform/node.ts'
import { chunk, goldenPictures, pngOf, pngStart } from '../pictures.ts'
import { bombs } from './bombs.ts'
import { containerFormats } from './containerFormats.ts'
import { idxLayout, jpegLayout, linesLayout, paramsLayout, pngLayout, u32 } from './layouts.ts'
import type { Field, Layout } from './mutate.ts'

/** A format. */
export interface Format {
  readonly name: string
  /** Name of the damaged file. */
  readonly file: string
  /** Sound files. */
  readonly samples: readonly Uint8Array[]
  readonly layout: (bytes: Uint8Array) => Layout
  /** Reads the file as a user's call would; what it returns can be cloned. */
  readonly read: (path: string) => Promise<unknown>
  /** Whether the format has checksums: then damage is refused, or changes nothing that is read. */
  readonly checked: boolean
  /** Small files that ask for much; empty where another row tries them with the same reader. */
  readonly bombs: Readonly<Record<string, () => Uint8Array>>
  /** Damaged files in the long tests. Default an equal part of 9,000. */
  readonly files?: number
  /** Gives damaged content right checksums, so that what lies behind them is tried too. */
  readonly seal?: (bytes: Uint8Array) => Uint8Array
}

const images = encodeIdx({ shape: [3, 7, 5], data: Uint8Array.from({ length: 105 }, (_, i) => (i * i) % 256) })
const labels = encodeIdx({ shape: [3], data: Uint8Array.of(1, 0, 2) })

/** Reads a folder with one damaged file of images. */
async function readData(path: string): Promise<unknown> {
  const folder = dirname(path)
  writeFileSync(join(folder, 't10k-labels-idx1-ubyte'), labels)
  const found = await findImages({ collection: 'fashion-mnist', train: false, folder })
  return [found.rows, found.columns, found.images.slice(), found.labels.slice()]
}

async function readPicture(path: string): Promise<unknown> {
  const image = await readImage(path, true)
  return [image.width, image.height, image.data, prepare(image, clothesForm)]
}

const pictures = (kind: string) => goldenPictures.filter((one) => one.kind === kind).map(({ file }) => file)

/** Without a chunk of transparency: a PNG that has lost that one as a whole is sound. */
const withoutLoss = goldenPictures.filter(({ kind, name }) => kind === 'PNG' && !name.includes('transparen'))

/** Gives each chunk that is whole its checksum. */
function sealPng(bytes: Uint8Array): Uint8Array {
  const out = Buffer.from(bytes)
  for (const at of pngLayout(bytes).parts) {
    const end = at + 8 + u32(bytes, at)
    if (end + 4 <= out.length) out.writeUInt32BE(crc32(out.subarray(at + 4, end)), end)
  }
  return new Uint8Array(out)
}

const pixels: Uint8Array = Buffer.concat([
  pngStart(9, 5, { colour: 2 }).subarray(16, 29),
  Buffer.from(Array.from({ length: 5 * 28 }, (_, i) => (i % 28 === 0 ? i / 28 : (i * i) % 256))),
])

/** A PNG of the header chunk's content and the unpacked rows behind it. */
function pngOfPixels(content: Uint8Array): Uint8Array {
  const signature = pngStart(1, 1).subarray(0, 8)
  return pngOf(Buffer.concat([signature, chunk('IHDR', content.subarray(0, 13))]), content.subarray(13))
}

const params = encodeParams([
  { name: '0.weight', shape: [5, 3], dtype: 'float32', data: Float32Array.from({ length: 15 }, (_, i) => i / 7) },
  { name: '0.bias', shape: [5], dtype: 'float64', data: Float64Array.from({ length: 5 }, (_, i) => -i) },
  { name: 'steps', shape: [1, 1, 2], dtype: 'int32', data: Int32Array.of(-1, 7) },
])

const lines = [
  progress(),
  epochEvent(0, 0.5),
  progress({ epoch: 1, update: 13 }),
  epochEvent(1, 0.75),
  { event: 'end' },
]
const metrics = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

const table = new TextEncoder().encode('id,"length, cm",kind\r\n1,5.1,a\r\n2,-4e2,"b ""x"""\r\n3,,a\r\n')

/** All formats; a new one is a new row. */
export const formats: readonly Format[] = [
  ...containerFormats,
  {
    name: 'params',
    file: 'mutant.params',
    samples: [params],
    layout: () => paramsLayout,
    read: async (path) => decodeParams(await readFile(path), path),
    checked: false,
    bombs: bombs.params,
  },
  {
    name: 'IDX',
    file: 't10k-images-idx3-ubyte',
    samples: [images],
    layout: () => idxLayout,
    read: readData,
    checked: false,
    bombs: bombs.idx,
  },
  {
    name: 'gzip',
    file: 't10k-images-idx3-ubyte.gz',
    samples: [new Uint8Array(gzipSync(images)), new Uint8Array(gzipSync(images, { level: 0 }))],
    layout: ({ length }) => ({
      parts: [0, 10, length - 8],
      fields: [{ at: length - 4, bytes: 4, littleEndian: true }],
    }),
    read: readData,
    checked: true,
    bombs: bombs.gzip,
  },
  {
    name: 'IDX in gzip',
    file: 't10k-images-idx3-ubyte.gz',
    samples: [images],
    layout: () => idxLayout,
    read: readData,
    checked: false,
    bombs: {},
    seal: (bytes) => new Uint8Array(gzipSync(bytes)),
  },
  {
    name: 'PNG',
    file: 'mutant.png',
    samples: withoutLoss.map(({ file }) => file),
    layout: pngLayout,
    read: readPicture,
    checked: true,
    bombs: bombs.png,
  },
  {
    name: 'PNG with right checksums',
    file: 'mutant.png',
    samples: pictures('PNG'),
    layout: pngLayout,
    read: readPicture,
    checked: false,
    bombs: {},
    seal: sealPng,
  },
  {
    name: 'PNG of damaged pixels',
    file: 'mutant.png',
    samples: [pixels],
    layout: () => ({
      parts: Array.from({ length: 5 }, (_, row) => 13 + 28 * row),
      fields: [0, 4].map((at): Field => ({ at, bytes: 4 })).concat([8, 9, 10, 11, 12].map((at) => ({ at, bytes: 1 }))),
    }),
    read: readPicture,
    checked: false,
    bombs: {},
    seal: pngOfPixels,
  },
  {
    name: 'JPEG',
    file: 'mutant.jpg',
    samples: pictures('JPEG'),
    layout: jpegLayout,
    read: readPicture,
    checked: false,
    bombs: bombs.jpeg,
  },
  {
    name: 'CSV',
    file: 'mutant.csv',
    samples: [table],
    layout: linesLayout,
    async read(path) {
      const { x, y, columns, classes } = await data.loadCSV(path, { label: 2 })
      return [columns, classes, await x.toArray(), await y?.toArray()]
    },
    checked: false,
    bombs: {},
  },
  {
    name: 'metrics.jsonl',
    file: 'metrics.jsonl',
    samples: [metrics],
    layout: linesLayout,
    read: async (path) => {
      await cutMetrics(path, 12, 1)
      return readFileSync(path)
    },
    checked: false,
    bombs: bombs.metrics,
  },
]
