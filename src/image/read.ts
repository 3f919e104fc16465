// Reading pictures: imread and imdecode (MXNet 1.9.1, image/image.py), by the decoders of this library.
import { readFile } from '#platform'
import { type Context, currentContext } from '../core/engine.ts'
import { checkOptions, GlueballError, nameOfKind, OpError, type OptionNames, reasonOf } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { checkFlag, type ImageFlag, imageOf } from '../gluon/data/vision/picture.ts'
import { mostFileBytes } from '../io/pictures/files.ts'
import { flip } from '../ops/view/flip.ts'

/** Options of imdecode and imread. */
export interface ImdecodeOptions {
  /** 1 for three channels, the default, or 0 for one. */
  readonly flag?: ImageFlag
  /** Whether channels are red, green, blue; else blue, green, red. Default true. */
  readonly toRgb?: boolean
  /** The grey value behind transparent pixels. Default 255, white. */
  readonly background?: number
  /** Where the image is made. Default the current context. */
  readonly ctx?: Context
}

const names: OptionNames<ImdecodeOptions> = { flag: 'number', toRgb: 'boolean', background: 'number', ctx: true }

/** The picture (H, W, C) of bytes in a JPEG, PNG, GIF (its first picture) or WebP, turned as EXIF says. */
export async function imdecode(bytes: Uint8Array, options: ImdecodeOptions = {}): Promise<NDArray> {
  checkOptions('imdecode', options, '{ flag: 0 }', names)
  if (!(bytes instanceof Uint8Array))
    throw new OpError('imdecode', `takes the bytes of a file as a Uint8Array, got ${nameOfKind(bytes)}`)
  return decoded(bytes, '[imdecode] the picture', options)
}

async function decoded(bytes: Uint8Array, name: string, options: ImdecodeOptions): Promise<NDArray> {
  const { flag = 1, toRgb = true, background = 255, ctx = currentContext() } = options
  checkFlag('imdecode', flag)
  if (!Number.isInteger(background) || background < 0 || background > 255)
    throw new OpError('imdecode', `background is an integer from 0 to 255, got ${background}`)
  const image = await imageOf(bytes, name, flag, ctx, { background })
  return toRgb || flag === 0 ? image : flip(image, 2)
}

/** `imdecode` of a file. */
export async function imread(file: string, options: ImdecodeOptions = {}): Promise<NDArray> {
  checkOptions('imread', options, '{ flag: 0 }', names)
  const bytes = await readFile(file, mostFileBytes).catch((error) => {
    throw new GlueballError(`[imread] cannot read ${file}: got ${reasonOf(error)}, expected a picture`)
  })
  return decoded(bytes, `[imread] ${file}`, options)
}
