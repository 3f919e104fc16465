// zip archives as .npz files are: stored and deflated files, read by the directory at the end, sizes checked before memory
// is taken. The format: PKWARE's APPNOTE.TXT 6.3; no encryption, no zip64 (more than 4 GiB).
import { crc32 } from './crc32.ts'
import { inflate } from './deflate.ts'
import type { Fail } from './foreign.ts'

/** A file of an archive, which is unpacked when its bytes are asked for. */
export interface ZipMember {
  readonly name: string
  readonly bytes: () => Uint8Array
}

/** Where the directory is, and what it says of a file. */
interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly start: number
}

const signatures = { file: 0x04034b50, entry: 0x02014b50, end64: 0x06064b50, end: 0x06054b50 }
const [fileHeader, entryHeader, end64Header, endHeader] = [30, 46, 76, 22]

/** Bytes that a whole archive may unpack to: a small one, and a larger one for each of its own bytes. */
const mostBytes = 2 ** 25
const mostRatio = 6
/** Files of an archive at most. */
export const mostFiles = 2 ** 14

/** The files of an archive in the order of its directory. Throws by `fail` on what is damaged, or too large unpacked. */
export function readZip(bytes: Uint8Array, fail: Fail): ZipMember[] {
  const entries = readDirectory(bytes, fail)
  const total = entries.reduce((sum, { size }) => sum + size, 0)
  const most = Math.max(mostBytes, mostRatio * bytes.length)
  if (total > most)
    fail(
      `would unpack to ${total} bytes, expected at most ${most} for one of ${bytes.length}: save it with np.savez, unpacked`,
    )
  const names = new Set(entries.map(({ name }) => name))
  if (names.size < entries.length) fail('holds two files of one name')
  return entries.map((entry) => ({ name: entry.name, bytes: () => unpack(bytes, entry, fail) }))
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Where the record at the end starts: it may have a comment behind itself. */
function findEnd(bytes: Uint8Array, fail: Fail): number {
  const view = viewOf(bytes)
  for (let at = bytes.length - endHeader; at >= Math.max(0, bytes.length - endHeader - 0xffff); at--) {
    const ends = view.getUint32(at, true) === signatures.end
    if (ends && at + endHeader + view.getUint16(at + 20, true) === bytes.length) return at
  }
  return fail('is cut short or damaged: a zip archive ends with the place of its directory')
}

function readDirectory(bytes: Uint8Array, fail: Fail): Entry[] {
  const view = viewOf(bytes)
  const end = findEnd(bytes, fail)
  const count = view.getUint16(end + 10, true)
  const [size, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)]
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff)
    fail('is a zip archive of more than 4 GiB or 65534 files (zip64), which is not read')
  if (count > mostFiles) fail(`holds ${count} files, expected at most ${mostFiles}`)
  const stop = start + size
  // some writers repeat the record at the end in zip64's form, for small archives too
  const twice = stop + end64Header === end && view.getUint32(stop, true) === signatures.end64
  if (stop !== end && !twice) fail(`is damaged: its directory ends at ${stop}, expected ${end}`)
  const entries: Entry[] = []
  let at = start
  for (let i = 0; i < count; i++) {
    if (at + entryHeader > stop || view.getUint32(at, true) !== signatures.entry)
      fail(`is damaged: its directory has ${i} files, expected ${count}`)
    const next = at + entryHeader + [28, 30, 32].reduce((sum, of) => sum + view.getUint16(at + of, true), 0)
    if (next > stop) fail(`is damaged: entry ${i} of its directory is cut short`)
    entries.push(readEntry(bytes, at, fail))
    at = next
  }
  if (at !== stop) fail(`is damaged: its directory has bytes left over behind ${count} files`)
  return entries
}

function readEntry(bytes: Uint8Array, at: number, fail: Fail): Entry {
  const view = viewOf(bytes)
  const u32 = (of: number) => view.getUint32(at + of, true)
  const nameBytes = bytes.subarray(at + entryHeader, at + entryHeader + view.getUint16(at + 28, true))
  const name = new TextDecoder().decode(nameBytes)
  const entry = { name, method: view.getUint16(at + 10, true), crc: u32(16), packed: u32(20), size: u32(24) }
  if (view.getUint16(at + 8, true) & 1) fail(`holds ${name} encrypted, which is not read`)
  if (entry.method !== 0 && entry.method !== 8)
    fail(`holds ${name} packed by method ${entry.method}, expected 0 (stored) or 8 (deflated)`)
  if (entry.packed === 0xffffffff || entry.size === 0xffffffff)
    fail(`holds ${name} of more than 4 GiB (zip64), which is not read`)
  return { ...entry, start: dataOf(bytes, u32(42), nameBytes, name, fail) }
}

/** Where the data of a file start, behind a header of their own, whose name must be that of the directory. */
function dataOf(bytes: Uint8Array, at: number, nameBytes: Uint8Array, name: string, fail: Fail): number {
  const view = viewOf(bytes)
  if (at + fileHeader > bytes.length || view.getUint32(at, true) !== signatures.file)
    fail(`is damaged: ${name} is not where the directory says`)
  const [nameLength, more] = [view.getUint16(at + 26, true), view.getUint16(at + 28, true)]
  const own = bytes.subarray(at + fileHeader, at + fileHeader + nameLength)
  if (own.length !== nameBytes.length || own.some((byte, i) => byte !== nameBytes[i]))
    fail(`is damaged: the directory's ${name} has another name in its own header`)
  return at + fileHeader + nameLength + more
}

function unpack(bytes: Uint8Array, { name, method, crc, packed, size, start }: Entry, fail: Fail): Uint8Array {
  const data = bytes.subarray(start, start + packed)
  if (data.length < packed) fail(`is cut short or damaged: got ${data.length} bytes of ${name}, expected ${packed}`)
  if (method === 0 && packed !== size) fail(`is damaged: ${name} is stored, in ${packed} bytes, expected ${size}`)
  const unpacked = method === 0 ? data : inflated(data, size, name, fail)
  if (crc32(unpacked) !== crc) fail(`is damaged: the checksum of ${name} is another`)
  return unpacked
}

function inflated(data: Uint8Array, size: number, name: string, fail: Fail): Uint8Array {
  try {
    return inflate(data, size)
  } catch (error) {
    return fail(`is damaged: ${name} cannot be unpacked: ${(error as Error).message}`)
  }
}
