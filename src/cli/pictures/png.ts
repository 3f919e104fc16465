// PNG files (ISO/IEC 15948) as grey values: chunks and header are checked first, then rows are unpacked one by one.
import { inflate } from '#platform'
import { reasonOf } from '../../core/errors.ts'
import { type Grey, PictureError } from './grey.ts'
import { damagedPng, readParts } from './pngChunks.ts'
import { greyOf } from './pngColour.ts'
import { bytesOfRows, Rows } from './pngRows.ts'

/** The most that deflate makes of a byte: 258 bytes from two bits. */
const mostGrowth = 1032

/**
 * Reads a PNG whose signature was found. Transparent pixels lie on white. Throws on a wrong checksum (of a chunk or of
 * the data), on data that are not of the size declared, and on pictures that `checkPixels` refuses.
 */
export async function decodePng(bytes: Uint8Array): Promise<Grey> {
  const parts = readParts(bytes)
  const { header, packed } = parts
  const size = bytesOfRows(header)
  if (size > mostGrowth * packed.length)
    damagedPng(`its ${packed.length} bytes of data cannot hold ${header.width}×${header.height} pixels (${size} bytes)`)
  const data = new Float32Array(header.width * header.height)
  const grey = greyOf(parts)
  const rows = new Rows(header, (line, { x, step, count, at }) => {
    for (let i = 0; i < count; i++) data[at + x + i * step] = grey(line, i)
  })
  try {
    for await (const piece of inflate(packed, 'deflate')) rows.take(piece)
  } catch (error) {
    if (error instanceof PictureError) throw error
    damagedPng(`its data cannot be unpacked (${reasonOf(error)})`)
  }
  rows.end()
  return { width: header.width, height: header.height, data }
}
