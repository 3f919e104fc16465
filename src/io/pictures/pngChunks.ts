// The chunks of a PNG, each checked against its checksum and the file's size, and what they say about the picture.
import { crc32 } from '../crc32.ts'
import { checkPixels, PictureError } from './picture.ts'

/** The header chunk. */
export interface PngHeader {
  readonly width: number
  readonly height: number
  /** Bits of a sample. */
  readonly depth: number
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly colour: number
  readonly interlaced: boolean
}

/** What a PNG says about its picture. */
export interface PngParts {
  readonly header: PngHeader
  /** Three bytes a colour. */
  readonly palette: Uint8Array | undefined
  /** The tRNS chunk. */
  readonly transparency: Uint8Array | undefined
  /** The eXIf chunk. */
  readonly exif: Uint8Array | undefined
  /** Zlib's format. */
  readonly packed: Uint8Array
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}
/** Throws that the file is damaged, and where. */
export function damagedPng(what: string): never {
  throw new PictureError(`is a damaged PNG: ${what}`)
}

/** Whether bytes start as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte)
}

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
}

/** All chunks to IEND, each with its checksum compared. */
function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = signature.length; ; ) {
    if (at + 12 > bytes.length)
      damagedPng(`it is cut short after ${bytes.length} bytes, expected an IEND chunk at its end`)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (!/^[A-Za-z]{4}$/.test(type)) damagedPng(`the chunk at byte ${at} has a name that is not four letters`)
    const end = at + 8 + view.getUint32(at)
    if (end + 4 > bytes.length)
      damagedPng(`its ${type} chunk at byte ${at} ends at ${end + 4}, expected at most ${bytes.length}`)
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      damagedPng(`the checksum of its ${type} chunk at byte ${at} is wrong`)
    yield { type, data: bytes.subarray(at + 8, end) }
    if (type === 'IEND') return
    at = end + 4
  }
}

/** Takes a PNG apart; what is not needed for the pixels (text, profiles, which may unpack to much) is passed over. */
export function readParts(bytes: Uint8Array): PngParts {
  let header: PngHeader | undefined
  let before = ''
  const found: { PLTE?: Uint8Array; tRNS?: Uint8Array } = {}
  let exif: Uint8Array | undefined
  const packed = new Uint8Array(bytes.length)
  let length = -1
  for (const { type, data } of chunksOf(bytes)) {
    if ((header === undefined) !== (type === 'IHDR')) damagedPng(`got ${type}, expected IHDR first and only once`)
    if (type === 'IHDR') header = readHeader(data)
    else if (type === 'PLTE' || type === 'tRNS') {
      if (found[type] || length >= 0) damagedPng(`got another ${type} chunk, or one behind IDAT`)
      found[type] = data
    } else if (type === 'eXIf') exif ??= data
    else if (type === 'IDAT') {
      if (length >= 0 && before !== type) damagedPng(`got ${before} between its IDAT chunks`)
      packed.set(data, Math.max(0, length))
      length = Math.max(0, length) + data.length
    } else if (/^[A-Z]/.test(type) && type !== 'IEND')
      damagedPng(`its ${type} chunk is unknown, and needed for the pixels`)
    before = type
  }
  if (!header || length < 0) damagedPng('it has no IDAT chunk')
  return { header, palette: found.PLTE, transparency: found.tRNS, exif, packed: packed.subarray(0, length) }
}

function readHeader(data: Uint8Array): PngHeader {
  if (data.length !== 13) damagedPng(`its header has ${data.length} bytes, expected 13`)
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, colour, compression, filter, interlace] = data.subarray(8)
  if (!depths[colour]?.includes(depth)) damagedPng(`its header has ${depth} bits of colour type ${colour}`)
  if (compression !== 0 || filter !== 0 || interlace > 1)
    damagedPng(`its header has methods ${compression}, ${filter}, ${interlace}, expected 0, 0, and 0 or 1`)
  checkPixels(width, height)
  return { width, height, depth, colour, interlaced: interlace === 1 }
}
