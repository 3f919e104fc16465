// Where the parts of a format are, and its lengths, counts and sizes: what damage can aim at.
import type { Field, Layout } from './mutate.ts'

/** Where parts start that say their own length. */
function partsOf(bytes: Uint8Array, start: number, lengthAt: (at: number) => number): number[] {
  const parts: number[] = []
  for (let at = start; at < bytes.length && parts.length < 1000; at += Math.max(1, lengthAt(at))) parts.push(at)
  return parts
}

/** The number of 4 bytes at a place, the highest first; 0 behind the end. */
export function u32(bytes: Uint8Array, at: number): number {
  return at + 4 <= bytes.length ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(at) : 0
}

/** The chunks of a PNG, and its sides. */
export function pngLayout(bytes: Uint8Array): Layout {
  const parts = partsOf(bytes, 8, (at) => 12 + u32(bytes, at))
  const fields: Field[] = parts.map((at) => ({ at, bytes: 4 }))
  return { parts, fields: [...fields, { at: 16, bytes: 4 }, { at: 20, bytes: 4 }, { at: 24, bytes: 1 }] }
}

/** The segments of a JPEG, their lengths, and sides where they have them. */
export function jpegLayout(bytes: Uint8Array): Layout {
  const parts: number[] = []
  for (let at = 2; at + 1 < bytes.length; at++)
    if (bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff) parts.push(at)
  const fields = parts.flatMap((at): Field[] => [
    { at: at + 2, bytes: 2 },
    { at: at + 5, bytes: 2 },
    { at: at + 7, bytes: 2 },
  ])
  return { parts, fields }
}

/** IDX: the header and its sides. */
export const idxLayout: Layout = {
  parts: [0, 4, 16],
  fields: [0, 4, 8, 12].map((at) => ({ at, bytes: 4 })),
}

/** Counts, numbers of dimensions, and sides, of 4 and 8 bytes, wherever in the file they are. */
export const paramsLayout: Layout = {
  parts: [0, 24, 24 + 40 + 60, 24 + 40 + 60 + 32 + 40, 24 + 40 + 60 + 32 + 40 + 48 + 8],
  fields: [8, 16, 36, 44, 136, 216, 224, 232, 260]
    .map((at): Field => ({ at, bytes: 8, littleEndian: true }))
    .concat([24, 28, 32, 60, 124, 128, 132, 152].map((at) => ({ at, bytes: 4, littleEndian: true }))),
}

/** Lines of JSON. */
export function linesLayout(bytes: Uint8Array): Layout {
  const parts = [0]
  bytes.forEach((byte, at) => byte === 10 && at + 1 < bytes.length && parts.push(at + 1))
  return { parts, fields: [], json: true }
}

/** One text of JSON: its lists, objects and their members. */
export function jsonLayout(bytes: Uint8Array): Layout {
  return { parts: membersOf(bytes, 0, bytes.length), fields: [], json: true }
}

/** Where members of lists and objects start. */
function membersOf(bytes: Uint8Array, start: number, end: number): number[] {
  const parts = [start]
  for (let at = start; at < end; at++) if ('{[,'.includes(String.fromCharCode(bytes[at]))) parts.push(at + 1)
  return parts
}

/** safetensors: the header's length, the header by its members, and each tensor. */
export function safetensorsLayout(bytes: Uint8Array): Layout {
  const length = bytes.length < 8 ? 0 : Number(Buffer.from(bytes).readBigUInt64LE())
  const end = Math.min(8 + length, bytes.length)
  const header = Buffer.from(bytes.subarray(8, end)).toString('latin1')
  const begins = Array.from(header.matchAll(/"data_offsets":\[(\d+)/g), ([, begin]) => end + Number(begin))
  const parts = [0, ...membersOf(bytes, 8, end), end, ...begins.sort((a, b) => a - b)]
  return { parts, fields: [{ at: 0, bytes: 8, littleEndian: true }], json: true }
}

/** The checkpoints of Glueball 0.1: version, bytes of the text, bytes of the file, the text by its members, the data. */
export function version1Layout(bytes: Uint8Array): Layout {
  const end = Math.min(24 + (bytes.length < 24 ? 0 : Buffer.from(bytes).readUInt32LE(12)), bytes.length)
  const starts: number[] = []
  for (let at = Math.ceil(end / 64) * 64; at < bytes.length && starts.length < 100; at += 64) starts.push(at)
  const fields: Field[] = [8, 12].map((at) => ({ at, bytes: 4, littleEndian: true }))
  return {
    parts: [0, ...membersOf(bytes, 24, end), end, ...starts, bytes.length - 4],
    fields: [...fields, { at: 16, bytes: 8, littleEndian: true }],
    json: true,
  }
}

/** zip: headers of files, entries of the directory and the record at the end, with their sizes, places and checksums. */
export function zipLayout(bytes: Uint8Array): Layout {
  const parts: number[] = []
  const fields: Field[] = []
  const known: Readonly<Record<number, readonly (readonly [number, 2 | 4])[]>> = {
    67324752: [
      [26, 2],
      [28, 2],
    ],
    33639248: [
      [8, 2],
      [10, 2],
      [16, 4],
      [20, 4],
      [24, 4],
      [28, 2],
      [30, 2],
      [32, 2],
      [42, 4],
    ],
    101010256: [
      [8, 2],
      [10, 2],
      [12, 4],
      [16, 4],
      [20, 2],
    ],
  }
  for (let at = 0; at + 4 <= bytes.length; at++) {
    const found = known[Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32LE(at)]
    if (found === undefined) continue
    parts.push(at)
    fields.push(...found.map(([of, size]): Field => ({ at: at + of, bytes: size, littleEndian: true })))
  }
  return { parts, fields }
}

/** .npy: the magic, the header by its items, the values. */
export function npyLayout(bytes: Uint8Array): Layout {
  const end = 10 + (bytes[8] ?? 0) + 256 * (bytes[9] ?? 0)
  return {
    parts: [0, 6, ...membersOf(bytes, 10, Math.min(end, bytes.length)), end],
    fields: [
      { at: 6, bytes: 1 },
      { at: 8, bytes: 2, littleEndian: true },
    ],
    json: true,
  }
}

/** ONNX: every tag down to the attributes' tensors, and the first byte of every length. */
export function onnxLayout(bytes: Uint8Array): Layout {
  const parts: number[] = []
  const fields: Field[] = []
  const within = [[7], [1, 5, 11, 12], [5, 2], [1, 5], [2], [1]]
  const walk = (start: number, end: number, depth: number) => {
    for (let at = start; at < end && parts.length < 1000; ) {
      const tag = bytes[at]
      parts.push(at++)
      const from = at
      let [value, shift] = [0, 0]
      const varint = () => {
        for (value = 0, shift = 0; at < end; shift += 7) {
          value += (bytes[at] & 127) * 2 ** shift
          if (bytes[at++] < 128) return
        }
      }
      if ((tag & 7) === 5) at += 4
      else varint()
      fields.push({ at: from, bytes: 1 })
      if ((tag & 7) !== 2) continue
      if (within[depth]?.includes(tag >> 3)) walk(at, Math.min(end, at + value), depth + 1)
      at += value
    }
  }
  walk(0, bytes.length, 0)
  return { parts, fields }
}
