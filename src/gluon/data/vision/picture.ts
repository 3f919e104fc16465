// From the bytes of a picture's file to an array (H, W, C). The decoders are imported when the first picture comes.
import type { Context } from '../../../core/engine.ts'
import { GlueballError, OpError } from '../../../core/errors.ts'
import type { NDArray } from '../../../core/ndarray.ts'
import { shapeOf } from '../../../core/shape.ts'
import type { DecodeOptions } from '../../../io/pictures/decode.ts'
import { PictureError } from '../../../io/pictures/picture.ts'
import { upload } from '../../../nd/creation.ts'

/** 1 for three channels, 0 for one. */
export type ImageFlag = 0 | 1

/** Throws what is no flag. */
export function checkFlag(name: string, flag: number): void {
  if (flag !== 0 && flag !== 1) throw new OpError(name, `flag is 1 for three channels or 0 for one, got ${flag}`)
}

/** The picture as bytes (H, W, 3) or (H, W, 1). Rejects with its name where it can't be read. */
export async function imageOf(
  bytes: Uint8Array,
  name: string,
  flag: ImageFlag,
  ctx: Context,
  options: Pick<DecodeOptions, 'background'> = {},
): Promise<NDArray> {
  const { decodePicture } = await import('../../../io/pictures/decode.ts')
  const picture = await decodePicture(bytes, { ...options, grey: flag === 0 }).catch((error) => {
    throw error instanceof PictureError ? new GlueballError(`${name} ${error.message}`) : error
  })
  const { width, height, channels, data } = picture
  return upload(data, shapeOf([height, width, channels]), 'uint8', ctx)
}
