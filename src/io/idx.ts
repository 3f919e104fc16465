// IDX, the format of MNIST's files: a big-endian header, then unsigned bytes.
import { inflate } from '#platform'
import { OpError } from '../core/errors.ts'
import { sizeOf } from '../core/shape.ts'

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

/** What a header declares. */
interface Declared {
  readonly shape: readonly number[]
  /** Where the data start. */
  readonly start: number
  /** Bytes of the data. */
  readonly size: number
}

function readHeader(bytes: Uint8Array, dimensions: number, file: string): Declared {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = headerLength(dimensions)
  const right = hex(magicOf(dimensions))
  if (bytes.length < 4) fail(file, `is too short: got ${bytes.length} bytes, expected a header of ${start}`)
  const magic = view.getUint32(0)
  if (magic !== magicOf(dimensions))
    fail(file, `is not an IDX file of ${dimensions} dimensions: got magic ${hex(magic)}, expected ${right}`)
  if (bytes.length < start) fail(file, `is cut short: got ${bytes.length} bytes, expected a header of ${start}`)
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i))
  return { shape, start, size: sizeOf(shape) }
}

function headerLength(dimensions: number): number {
  return 4 + 4 * dimensions
}

/**
 * Reads an IDX file of unsigned bytes with `dimensions` axes (1: labels, 3: images); the data are a view of the bytes.
 * Throws when the magic number is another, bytes are missing or bytes are left over.
 */
export function decodeIdx(bytes: Uint8Array, dimensions: number, file = 'the IDX file'): Idx {
  const { shape, start, size } = readHeader(bytes, dimensions, file)
  const got = bytes.length - start
  const what = `got ${got} bytes after the header, expected ${size} for (${shape.join(', ')})`
  if (got < size) fail(file, `is cut short: ${what}`)
  if (got > size) fail(file, `has bytes left over: ${what}`)
  return { shape, data: bytes.subarray(start) }
}

/** Bytes that any packed file may unpack to, and the factor by which a large one may grow. Pictures grow 2- to 10-fold. */
const [mostUnpacked, mostGrowth] = [2 ** 27, 16]

/**
 * Unpacks a gzip file of IDX for `decodeIdx`: as many bytes as the header inside declares, never more than 134,217,728
 * or 16 times the packed size. Throws on damaged gzip, another header, and bytes beyond those declared.
 */
export async function unpackIdx(packed: Uint8Array, dimensions: number, file: string): Promise<Uint8Array> {
  let bytes = new Uint8Array(headerLength(dimensions))
  let length = 0
  const take = (piece: Uint8Array) => {
    bytes.set(piece, length)
    length += piece.length
  }
  for await (const piece of inflate(packed, 'gzip')) {
    const ofHeader = Math.max(0, headerLength(dimensions) - length)
    take(piece.subarray(0, ofHeader))
    if (piece.length <= ofHeader) continue
    if (ofHeader > 0) bytes = roomFor(bytes, packed.length, dimensions, file)
    const more = piece.length - ofHeader
    const left = bytes.length - length
    if (more > left) fail(file, `has bytes left over: got more than the ${bytes.length} that its header declares`)
    take(piece.subarray(ofHeader))
  }
  return bytes.subarray(0, length)
}

/** A header with room for the data that it declares behind it. */
function roomFor(header: Uint8Array, packed: number, dimensions: number, file: string): Uint8Array<ArrayBuffer> {
  const { shape, start, size } = readHeader(header, dimensions, file)
  const most = Math.max(mostUnpacked, mostGrowth * packed)
  if (size > most) {
    const got = `got ${size} bytes for (${shape.join(', ')}) in ${packed} bytes of gzip`
    fail(file, `declares more than is unpacked here: ${got}, expected at most ${most}`)
  }
  const bytes = new Uint8Array(start + size)
  bytes.set(header)
  return bytes
}

/** Writes an IDX file of unsigned bytes. Throws when the shape does not fit the data. */
export function encodeIdx({ shape, data }: Idx): Uint8Array<ArrayBuffer> {
  const size = sizeOf(shape)
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
