// The first images of the embedded subset, resized as bytes, with what identifies them.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { decodeIdxImages, decodeIdxLabels } from '../../src/io/idx.ts'
import { resizeBilinear } from '../../src/ops/resize/resize.reference.ts'

/** Images as bytes, row after row, and their labels. */
export interface Images {
  readonly size: number
  readonly bytes: Uint8Array
  readonly labels: Uint8Array
  /** SHA-256 of the bytes. */
  readonly sha256: string
}

function unpacked(folder: URL, name: string): Uint8Array {
  return gunzipSync(readFileSync(new URL(`${name}.gz`, folder)))
}

/** The first `count` training images of a folder, the embedded subset where left out, in the order of the file. */
export function trainingImages(count: number, size: number, folder = new URL('../../data/', import.meta.url)): Images {
  const { rows, columns, data } = decodeIdxImages(unpacked(folder, 'train-images-idx3-ubyte'))
  const labels = decodeIdxLabels(unpacked(folder, 'train-labels-idx1-ubyte')).slice(0, count)
  const bytes = new Uint8Array(count * size * size)
  const source = data.slice(0, count * rows * columns)
  resizeBilinear(source, { count, height: rows, width: columns, channels: 1 }, bytes, size, size)
  return { size, bytes, labels, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** The pixels of images `begin` to before `end`, as ToTensor makes them: float32(byte) / 255. */
export function pixels({ bytes, size }: Images, begin: number, end: number): Float32Array {
  return Float32Array.from(bytes.subarray(begin * size * size, end * size * size), (byte) => byte / 255)
}
