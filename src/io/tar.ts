// The files of a tar archive (POSIX ustar), as far as data sets need it: plain files by name.
import { OpError } from '../core/errors.ts'

const block = 512

const text = (bytes: Uint8Array) => {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}

/** The content of each plain file by the last part of its name; the bytes are shared. Throws where it is cut short. */
export function readTar(bytes: Uint8Array, name: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (let at = 0; at + block <= bytes.length; ) {
    const header = bytes.subarray(at, at + block)
    if (header[0] === 0) return files
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0)
    const size = Number.parseInt(text(header.subarray(124, 136)), 8)
    if (Number.parseInt(text(header.subarray(148, 156)), 8) !== sum || !(size >= 0))
      throw new OpError('tar', `${name} is damaged: the header at byte ${at} has a wrong checksum`)
    const start = at + block
    if (start + size > bytes.length)
      throw new OpError('tar', `${name} is cut short: got ${bytes.length} bytes, expected at least ${start + size}`)
    const path = text(header.subarray(0, 100))
    if (header[156] === 0x30 || header[156] === 0)
      files.set(path.slice(path.lastIndexOf('/') + 1), bytes.subarray(start, start + size))
    at = start + Math.ceil(size / block) * block
  }
  return files
}
