// WebP in Node: decoded by the optional package @jsquash/webp, which is libwebp as WebAssembly.
import { readFile } from 'node:fs/promises'
import type { DecodedPixels } from './decoded.ts'
import { importOptional, pathInOptional } from './optional.ts'

const packageName = '@jsquash/webp'
type Decode = (bytes: ArrayBuffer) => Promise<{ width: number; height: number; data: Uint8ClampedArray }>

/** What the package's module exports. */
interface Decoder {
  readonly default: Decode
  init(module: WebAssembly.Module, options: object): Promise<void>
}

let decoder: Promise<Decode> | undefined

async function load(): Promise<Decode> {
  const missing = (error: Error) => {
    throw new Error(
      `WebP needs the package ${packageName}: npm install ${packageName}. ${error.message.split('\n')[0]}`,
    )
  }
  const { default: decode, init } = await importOptional<Decoder>(`${packageName}/decode.js`).catch(missing)
  const file = pathInOptional(`${packageName}/codec/dec/webp_dec.wasm`)
  const code = await readFile(file).catch(missing)
  await init(await WebAssembly.compile(code), { print() {}, printErr() {} })
  return decode
}

/** The pixels of a WebP. Rejects where they can't be decoded, or the package is not there. */
export async function decodeWebp(bytes: Uint8Array): Promise<DecodedPixels> {
  decoder ??= load()
  const decode = await decoder.catch((error) => {
    decoder = undefined // the package may be installed while the program runs
    throw error
  })
  const { width, height, data } = await decode(Uint8Array.from(bytes).buffer)
  return { width, height, channels: 4, data: new Uint8Array(data) }
}
