// Small files that ask for much: each is under 10 MB, and must be refused, or read, within the bars of all files.
import { deflateSync, gzipSync } from 'node:zlib'
import { encodeIdx } from '../../src/io/idx.ts'
import { chunk, fileOf, pngOf, pngStart } from '../pictures.ts'

/** gzip of 16 MB of zeros, in 16 KB; members may follow one another. */
const member = gzipSync(Buffer.alloc(2 ** 24))

/** gzip that unpacks to these bytes and then so many times 16 MB of zeros. */
function gzipBomb(start: Uint8Array, times: number): Uint8Array {
  return Buffer.concat([gzipSync(start), ...new Array(times).fill(member)])
}

/** A header of IDX images alone. */
const idxHeader = (...sides: readonly number[]) => {
  const bytes = Buffer.from(encodeIdx({ shape: [0, 0, 0], data: new Uint8Array(0) }))
  sides.forEach((side, i) => bytes.writeUInt32BE(side, 4 + 4 * i))
  return bytes
}

/** Zlib's format of 256 MB of zeros. */
const packed = deflateSync(Buffer.alloc(2 ** 28), { level: 1 })

/** The grey JPEG with other sides, 0 to 65535. */
function jpegOf(width: number, height: number): Buffer {
  const bytes = Buffer.from(fileOf('grey'))
  const at = bytes.indexOf(Buffer.of(0xff, 0xc0)) + 5
  bytes.writeUInt16BE(height, at)
  bytes.writeUInt16BE(width, at + 2)
  return bytes
}

/** A JPEG with a segment repeated before its own. */
function jpegWith(segment: Uint8Array, times: number): Buffer {
  const bytes = fileOf('grey')
  return Buffer.concat([bytes.subarray(0, 2), ...new Array(times).fill(segment), bytes.subarray(2)])
}

const huffman = Buffer.of(0xff, 0xc4, 0, 20, 0, 1, ...new Array(15).fill(0), 7)
const lines = (line: string, bytes: number) => Buffer.from(line.repeat(bytes / line.length))
const numbers = (...values: readonly bigint[]) => Buffer.from(BigUint64Array.from(values).buffer)

/** By format: what each bomb is, and its bytes. */
export const bombs: Readonly<Record<string, Readonly<Record<string, () => Uint8Array>>>> = {
  gzip: {
    '10 GB, more than it declares': () => gzipBomb(encodeIdx({ shape: [3, 1, 1], data: new Uint8Array(3) }), 600),
    '10 GB, as it declares': () => gzipBomb(idxHeader(600, 4096, 4096), 600),
    '64 MB, as it declares': () => gzipBomb(idxHeader(4, 4096, 4096), 4),
  },
  IDX: {
    'sides of 2^32': () => idxHeader(2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1),
    'no pixels': () => idxHeader(3, 0, 2 ** 32 - 1),
  },
  params: {
    '2^60 arrays': () => numbers(0x112n, 0n, 2n ** 60n),
    'an array of 2^60': () =>
      Buffer.concat([numbers(0x112n, 0n, 1n, 0xf993fac9n), Buffer.of(1, 0, 0, 0), numbers(2n ** 60n, 1n, 0n, 0n)]),
    'empty arrays': () => Buffer.concat([numbers(0x112n, 0n, 600_000n), Buffer.alloc(9_600_000)]),
  },
  PNG: {
    '60000×60000': () => pngOf(pngStart(60_000, 60_000), Buffer.of(0)),
    '2^32': () => pngOf(pngStart(2 ** 32 - 1, 2 ** 32 - 1), Buffer.of(0)),
    'data of 256 MB': () => Buffer.concat([pngStart(9, 9), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))]),
    'a profile of 256 MB': () =>
      pngOf(pngStart(1, 1), Buffer.of(0, 7), chunk('iCCP', Buffer.concat([Buffer.from('all\0\0'), packed]))),
    'chunks without content': () =>
      Buffer.concat([pngStart(1, 1), ...new Array(800_000).fill(chunk('IDAT', Buffer.alloc(0)))]),
    'a line of 65535 × 100': () => pngOf(pngStart(65_535, 100, { depth: 1 }), Buffer.alloc(100 * 8193)),
  },
  JPEG: {
    '65535×65535': () => jpegOf(65_535, 65_535),
    '7000×7000 of 904 bytes': () => jpegOf(7000, 7000),
    '7000×7000 with enough bytes': () => Buffer.concat([jpegOf(7000, 7000), Buffer.alloc(200_000)]),
    'tables again and again': () => jpegWith(huffman, 400_000),
    comments: () => jpegWith(Buffer.of(0xff, 0xfe, 0, 2), 2_000_000),
  },
  'metrics.jsonl': {
    'one line': () => lines('x', 9e6),
    'empty lines': () => lines('\n', 9e6),
  },
}
