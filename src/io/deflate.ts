// Deflated data by fflate: unpacked piece by piece, and zip archives written. The build puts the package into this file.
import { Inflate, zipSync } from 'fflate'

/** Packed bytes that are unpacked at a time: they become 1032 times as many at most, 16 MiB. */
const piece = 2 ** 14

/**
 * Unpacks raw deflated data that must give `size` bytes. Throws where they give more, before the memory for more is taken,
 * where they give fewer, and where they are damaged.
 */
export function inflate(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size)
  let at = 0
  const unpack = new Inflate((unpacked) => {
    if (at + unpacked.length > size) throw new Error(`its data unpack to more than the ${size} bytes that are said`)
    out.set(unpacked, at)
    at += unpacked.length
  })
  let start = 0
  do {
    const end = Math.min(packed.length, start + piece)
    unpack.push(packed.subarray(start, end), end === packed.length)
    start = end
  } while (start < packed.length)
  if (at < size) throw new Error(`its data unpack to ${at} bytes, expected ${size}`)
  return out
}

/** A zip archive of files that are stored as they are; the same files give the same bytes. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  // the earliest date of the format, in local time, as fflate reads it
  return zipSync({ ...files }, { level: 0, mtime: new Date(1980, 0, 1) })
}
