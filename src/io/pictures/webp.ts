// WebP files (RFC 9649): what their chunks say; the pixels are the business of the platform's decoder.
import { orientationOf } from './exif.ts'
import { checkPixels, PictureError } from './picture.ts'

const text = (bytes: Uint8Array, at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length))

/** Whether bytes start as a WebP does. */
export function isWebp(bytes: Uint8Array): boolean {
  return text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 4) === 'WEBP'
}

/** The EXIF orientation of a WebP. Throws where it is cut short, or `checkPixels` refuses the size that it declares. */
export function webpFacts(bytes: Uint8Array): { readonly orientation?: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = 8 + (bytes.length >= 12 ? view.getUint32(4, true) : 4)
  if (bytes.length < 30 || end > bytes.length)
    throw new PictureError(`is a damaged WebP: it is cut short after ${bytes.length} bytes, expected ${end}`)
  checkPixels(...sizeOf(bytes, view))
  for (let at = 12; at + 8 <= end; at += 8 + 2 * Math.ceil(view.getUint32(at + 4, true) / 2)) {
    if (text(bytes, at, 4) !== 'EXIF') continue
    const data = bytes.subarray(at + 8, at + 8 + view.getUint32(at + 4, true))
    const orientation = orientationOf(text(data, 0, 4) === 'Exif' ? data.subarray(6) : data)
    return orientation === undefined ? {} : { orientation }
  }
  return {}
}

/** Width and height from the first chunk, of one of three kinds. */
function sizeOf(bytes: Uint8Array, view: DataView): [number, number] {
  const kind = text(bytes, 12, 4)
  if (kind === 'VP8X') return [(view.getUint32(24, true) & 0xffffff) + 1, (view.getUint32(26, true) >>> 8) + 1]
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true)
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1]
  }
  if (kind === 'VP8 ') return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff]
  throw new PictureError(`is a damaged WebP: its first chunk is ${JSON.stringify(kind)}`)
}
