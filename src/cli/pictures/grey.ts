// What the readers of pictures share: grey values, the bound on a picture's size, and how damage is said.

/** Grey values from 0 (black) to 255, row after row. */
export interface Grey {
  readonly width: number
  readonly height: number
  readonly data: Float32Array | Uint8Array
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
