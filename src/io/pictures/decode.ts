// Pictures from the bytes of a file: its kind is known by its first bytes, never by its name.
import { decodeWebp } from '#platform'
import { reasonOf } from '../../core/errors.ts'
import { decodeGif, isGif } from './gif.ts'
import { decodeJpeg, isJpeg } from './jpeg.ts'
import { coloured, flattened, greyed, type Picture, PictureError, type Stored, upright } from './picture.ts'
import { decodePng } from './png.ts'
import { isPng } from './pngChunks.ts'
import { isWebp, webpFacts } from './webp.ts'

/** How a picture is brought to what is asked for. */
export interface DecodeOptions {
  /** One channel. Default false: RGB. */
  readonly grey?: boolean
  /** The grey value behind transparent pixels. Default 255, white. */
  readonly background?: number
}

/** Reads a JPEG, PNG, GIF (its first picture) or WebP, turned as EXIF says. Throws a PictureError on anything else. */
export async function decodePicture(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Picture> {
  const { grey = false, background = 255 } = options
  const flat = flattened(upright(await decodeStored(bytes, grey)), background)
  return grey ? greyed(flat) : coloured(flat)
}

async function decodeStored(bytes: Uint8Array, grey: boolean): Promise<Stored> {
  if (isJpeg(bytes)) return decodeJpeg(bytes, { grey })
  if (isPng(bytes)) return decodePng(bytes)
  if (isGif(bytes)) return decodeGif(bytes)
  if (!isWebp(bytes)) throw new PictureError('is neither a JPEG nor a PNG, GIF or WebP')
  const facts = webpFacts(bytes)
  const picture = await decodeWebp(bytes).catch((error) => {
    throw new PictureError(`is a WebP that cannot be read (${reasonOf(error)})`)
  })
  return { ...facts, ...picture }
}
