// Deflated data by fflate: unpacked piece by piece, and zip archives written. The build puts the package into this file.
import { Inflate, inflateSync, zipSync } from 'fflate'

/** Packed bytes that are unpacked at a time: they become 1032 times as many at most, 16 MiB. */
const piece = 2 ** 14

/**
 * Unpacks raw deflated data that must give `size` bytes. Throws where they give more, before the memory for more is taken,
 * where they give fewer, and where they are damaged.
 */
export function inflate(packed: Uint8Array, size: number): Uint8Array {
  // the byte behind the end is taken where there are more
  const out = new Uint8Array(size + 1)
  const got = packed.length > piece ? inflatePieces(packed, out) : inflateSync(packed, { out }).length
  if (got === size) return out.subarray(0, size)
  throw new Error(`its data unpack to ${got > size ? 'more' : got} bytes, expected ${size}`)
}

/** Unpacks until the data end or `out` is full; how many bytes there were. */
function inflatePieces(packed: Uint8Array, out: Uint8Array): number {
  let at = 0
  const unpack = new Inflate((unpacked) => {
    out.set(unpacked.subarray(0, out.length - at), at)
    at = Math.min(out.length, at + unpacked.length)
  })
  for (let start = 0; start < packed.length && at < out.length; start += piece) {
    unpack.push(packed.subarray(start, start + piece), start + piece >= packed.length)
  }
  return at
}

/** A zip archive of files that are stored as they are; the same files give the same bytes. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  // the earliest date of the format, in local time, as fflate reads it
  return zipSync({ ...files }, { level: 0, mtime: new Date(1980, 0, 1) })
}
