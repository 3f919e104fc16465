// PNG files (ISO/IEC 15948) as pixels: chunks and header are checked first, then rows are unpacked one by one.
import { inflate } from '#platform'
import { reasonOf } from '../../core/errors.ts'
import { orientationOf } from './exif.ts'
import { PictureError, type Stored } from './picture.ts'
import { damagedPng, readParts } from './pngChunks.ts'
import { colourOf } from './pngColour.ts'
import { bytesOfRows, Rows } from './pngRows.ts'

/** The most that deflate makes of a byte: 258 bytes from two bits. */
const mostGrowth = 1032

/**
 * Reads a PNG whose signature was found: grey, RGB, or RGB and alpha where pixels may be transparent. Throws on a wrong
 * checksum (of a chunk or of the data), on data that are not of the size declared, and on pictures that `checkPixels`
 * refuses.
 */
export async function decodePng(bytes: Uint8Array): Promise<Stored> {
  const parts = readParts(bytes)
  const { header, packed, exif } = parts
  const { width, height } = header
  const size = bytesOfRows(header)
  if (size > mostGrowth * packed.length)
    damagedPng(`its ${packed.length} bytes of data cannot hold ${width}×${height} pixels (${size} bytes)`)
  const { channels, write } = colourOf(parts)
  const data = new Uint8Array(width * height * channels)
  const rows = new Rows(header, (line, place) => write(line, place, data))
  try {
    for await (const piece of inflate(packed, 'deflate')) rows.take(piece)
  } catch (error) {
    if (error instanceof PictureError) throw error
    damagedPng(`its data cannot be unpacked (${reasonOf(error)})`)
  }
  rows.end()
  const orientation = exif && orientationOf(exif)
  return { width, height, channels, data, ...(orientation !== undefined && { orientation }) }
}
