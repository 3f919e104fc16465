// IDX, the format of MNIST's files: a big-endian header, then unsigned bytes.
import { OpError } from '../core/errors.ts'

/** An array of unsigned bytes, row-major. */
export interface Idx {
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

/** Images of one channel, row after row. */
export interface IdxImages {
  /** How many images. */
  readonly count: number
  /** Height of each. */
  readonly rows: number
  /** Width of each. */
  readonly columns: number
  /** `count * rows * columns` grey values. */
  readonly data: Uint8Array
}

const unsignedByte = 0x08

function hex(word: number): string {
  return '0x' + word.toString(16).padStart(8, '0')
}

function magicOf(dimensions: number): number {
  return (unsignedByte << 8) | dimensions
}

function fail(file: string, message: string): never {
  throw new OpError('idx', `${file} ${message}`)
}

/**
 * Reads an IDX file of unsigned bytes with so many dimensions (1: labels, 3: images); the data are a view of the bytes.
 * Throws when the magic number is another, bytes are missing or bytes are left over.
 */
export function decodeIdx(bytes: Uint8Array, dimensions: number, file = 'the IDX file'): Idx {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const header = 4 + 4 * dimensions
  const right = hex(magicOf(dimensions))
  if (bytes.length < 4) fail(file, `is too short: got ${bytes.length} bytes, expected a header of ${header}`)
  const magic = view.getUint32(0)
  if (magic !== magicOf(dimensions))
    fail(file, `is not an IDX file of ${dimensions} dimensions: got magic ${hex(magic)}, expected ${right}`)
  if (bytes.length < header) fail(file, `is cut short: got ${bytes.length} bytes, expected a header of ${header}`)
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i))
  const size = shape.reduce((product, side) => product * side, 1)
  const got = bytes.length - header
  const what = `got ${got} bytes after the header, expected ${size} for (${shape.join(', ')})`
  if (got < size) fail(file, `is cut short: ${what}`)
  if (got > size) fail(file, `has bytes left over: ${what}`)
  return { shape, data: bytes.subarray(header) }
}

/** Writes an IDX file of unsigned bytes. Throws when the shape does not fit the data. */
export function encodeIdx({ shape, data }: Idx): Uint8Array<ArrayBuffer> {
  const size = shape.reduce((product, side) => product * side, 1)
  if (size !== data.length)
    throw new OpError('idx', `cannot write (${shape.join(', ')}): got ${data.length} bytes, expected ${size}`)
  const bytes = new Uint8Array(4 + 4 * shape.length + size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magicOf(shape.length))
  shape.forEach((side, i) => {
    view.setUint32(4 + 4 * i, side)
  })
  bytes.set(data, 4 + 4 * shape.length)
  return bytes
}

/** Reads a file of images (magic 0x00000803). Throws as `decodeIdx` does. */
export function decodeIdxImages(bytes: Uint8Array, file?: string): IdxImages {
  const { shape, data } = decodeIdx(bytes, 3, file)
  return { count: shape[0], rows: shape[1], columns: shape[2], data }
}

/** Reads a file of labels (magic 0x00000801). Throws as `decodeIdx` does. */
export function decodeIdxLabels(bytes: Uint8Array, file?: string): Uint8Array {
  return decodeIdx(bytes, 1, file).data
}

/** Throws when there are not as many labels as images. */
export function checkIdxPair(images: IdxImages, labels: Uint8Array, imagesFile: string, labelsFile: string): void {
  if (images.count !== labels.length)
    fail(labelsFile, `does not belong to ${imagesFile}: got ${labels.length} labels, expected ${images.count}`)
}
