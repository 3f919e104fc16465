// What the readers of pictures share: pixels as bytes, the bound on a picture's size, and how damage is said.

/** Bytes from 0 to 255, row after row, the channels of a pixel side by side. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** 1 grey, 3 RGB, 4 RGB and alpha (not multiplied). */
  readonly channels: 1 | 3 | 4
  readonly data: Uint8Array<ArrayBuffer>
}

/** A picture as it lies in its file, with the EXIF orientation, 1 to 8, that says how it is turned. */
export interface Stored extends Picture {
  readonly orientation?: number
}

/** What is wrong with a picture, as the predicate of a sentence about its file. */
export class PictureError extends Error {
  override name = 'PictureError'
}

/** Pixels that a picture may have. */
const mostPixels = 50e6

/** Throws on a picture without pixels and on one of more than 50 megapixels, before anything is made for it. */
export function checkPixels(width: number, height: number): void {
  if (width * height === 0) throw new PictureError(`has no pixels: got ${width}×${height}, expected at least 1×1`)
  if (width * height <= mostPixels) return
  const got = `got ${width}×${height}, which is ${Math.ceil((width * height) / 1e6)} megapixels`
  throw new PictureError(`is too large: ${got}, expected at most ${mostPixels / 1e6}`)
}

/** Luma of Rec. 601. */
export function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue
}

/** The picture on a background of one grey value, without alpha. */
export function flattened(picture: Picture, background: number): Picture {
  const { width, height, channels, data } = picture
  if (channels !== 4) return picture
  const out = new Uint8Array(width * height * 3)
  for (let i = 0, o = 0; i < data.length; i += 4, o += 3) {
    const alpha = data[i + 3]
    for (let k = 0; k < 3; k++) out[o + k] = Math.round((data[i + k] * alpha + background * (255 - alpha)) / 255)
  }
  return { width, height, channels: 3, data: out }
}

/** The grey values of a picture without alpha. */
export function greyed(picture: Picture): Picture {
  const { width, height, channels, data } = picture
  if (channels === 1) return picture
  const out = new Uint8Array(width * height)
  for (let i = 0, o = 0; o < out.length; i += channels, o++)
    out[o] = Math.round(luma(data[i], data[i + 1], data[i + 2]))
  return { width, height, channels: 1, data: out }
}

/** The picture in RGB: grey values three times. */
export function coloured(picture: Picture): Picture {
  const { width, height, channels, data } = picture
  if (channels !== 1) return picture
  const out = new Uint8Array(width * height * 3)
  for (let i = 0, o = 0; i < data.length; i++, o += 3) out[o] = out[o + 1] = out[o + 2] = data[i]
  return { width, height, channels: 3, data: out }
}

/** The picture turned and mirrored as its EXIF orientation asks. */
export function upright({ orientation = 1, ...picture }: Stored): Picture {
  if (!(orientation >= 2 && orientation <= 8)) return picture
  const { width, height, channels, data } = picture
  const swapped = orientation >= 5
  const [columns, rows] = swapped ? [height, width] : [width, height]
  // in the file: whether columns come from the right, and rows from below
  const fromRight = [2, 3, 7, 8].includes(orientation)
  const fromBelow = [3, 4, 6, 7].includes(orientation)
  const out = new Uint8Array(data.length)
  for (let y = 0, o = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [i, j] = swapped ? [y, x] : [x, y]
      const at = ((fromBelow ? height - 1 - j : j) * width + (fromRight ? width - 1 - i : i)) * channels
      for (let k = 0; k < channels; k++) out[o++] = data[at + k]
    }
  }
  return { width: columns, height: rows, channels, data: out }
}
