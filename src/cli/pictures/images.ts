// Pictures of the user's as a network takes them: squares of a side, in RGB, or as the embedded images: grey, light on dark.
import { readFile } from '#platform'
import { reasonOf } from '../../core/errors.ts'
import { decodePicture } from '../../io/pictures/decode.ts'
import { mostFileBytes } from '../../io/pictures/files.ts'
import { type Picture, PictureError } from '../../io/pictures/picture.ts'
import { backgroundOf, squared } from './squares.ts'

/** What a network was trained on. */
export interface PictureForm {
  readonly side: number
  /** One channel, else three. */
  readonly grey: boolean
  /** Whether pictures of a light background are inverted, since the training images are light on dark. */
  readonly lightOnDark: boolean
}

/** A picture as the network was trained on, and what was done to get it. */
export interface Prepared {
  /** Bytes (side, side, channels). */
  readonly data: Uint8Array<ArrayBuffer>
  readonly done: readonly string[]
  /** Why the network may see nothing in it. */
  readonly doubts: readonly string[]
}

/** What the data sets of 28×28 pixels are made of. */
export const clothesForm: PictureForm = { side: 28, grey: true, lightOnDark: true }

/** Reads a picture's file. Throws when it is none that is read, damaged or too large. */
export async function readImage(file: string, grey: boolean): Promise<Picture> {
  const bytes = await readFile(file, mostFileBytes).catch((error) => {
    throw new Error(`[predict] cannot read ${file}: got ${reasonOf(error)}, expected a picture`)
  })
  return decodeImage(bytes, file, grey)
}

/** Decodes a picture's file. Throws when the bytes are none that is read, damaged, or of no or too many pixels. */
export async function decodeImage(bytes: Uint8Array, file: string, grey: boolean): Promise<Picture> {
  try {
    return await decodePicture(bytes, { grey })
  } catch (error) {
    throw error instanceof PictureError ? new Error(`[predict] ${file} ${error.message}`) : error
  }
}

/** Brings a picture to the form that a network takes, and says how. */
export function prepare(picture: Picture, { side, lightOnDark }: PictureForm): Prepared {
  const { width, height } = picture
  const done: string[] = []
  const background = backgroundOf(picture)
  const size = Math.max(width, height)
  if (width !== height) done.push(`padded from ${width}×${height} to a square`)
  if (size !== side) done.push(`resized from ${size}×${size} to ${side}×${side} by area`)
  const small = squared(picture, side, background)
  const light = lightOnDark && background[0] > 127
  if (light) done.push('inverted, since its background is light and the training images are light on dark')
  const data = light ? Uint8Array.from(small.data, (value) => 255 - value) : small.data
  return { data, done, doubts: doubtsOf(small, background) }
}

/** How far a value lies from the background before it counts as an object's, and how far all may lie in a blank picture. */
const [objectDistance, blankDistance] = [32, 8]

/** The share of a side below which an object is said to be small. */
const smallShare = 1 / 3

/** Lines on what is nearly one colour, or fills little of the frame. */
function doubtsOf({ width: side, channels, data }: Picture, background: readonly number[]): string[] {
  let farthest = 0
  let [left, right, top, bottom] = [side, -1, side, -1]
  for (let i = 0; i < data.length; i++) {
    const distance = Math.abs(data[i] - background[i % channels])
    farthest = Math.max(farthest, distance)
    if (distance < objectDistance) continue
    const pixel = Math.floor(i / channels)
    const [x, y] = [pixel % side, Math.floor(pixel / side)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (farthest <= blankDistance) return ['it is blank: all its pixels are nearly of one colour']
  const share = Math.max(right - left + 1, bottom - top + 1) / side
  if (right < 0 || share >= smallShare) return []
  return [`what differs from its background fills only ${Math.round(100 * share)} % of its side: crop it`]
}
