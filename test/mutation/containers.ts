// Checkpoints, trainers' states, safetensors files and zip archives put together from parts, of which any may be damaged.
import { crc32, deflateRawSync } from 'node:zlib'
import { decodeSafetensors, encodeSafetensors, type Safetensor } from '../../src/io/safetensors.ts'

const encoded = (text: string) => new TextEncoder().encode(text)

/** A safetensors file of a header's text and the data behind it. */
export function safetensorsOf(header: Uint8Array, data: Uint8Array = new Uint8Array(0), length?: bigint): Uint8Array {
  const start = Buffer.alloc(8)
  start.writeBigUInt64LE(length ?? BigInt(header.length))
  return new Uint8Array(Buffer.concat([start, header, data]))
}

/** The text of a safetensors file's header, and the data behind it. */
export function partsOf(file: Uint8Array): [text: Uint8Array, data: Uint8Array] {
  const end = 8 + Number(Buffer.from(file).readBigUInt64LE())
  return [file.slice(8, end), file.slice(end)]
}

/** Where a checkpoint has the digits of its checksum. */
const digits = [8 + '{"__metadata__":{"crc32":"'.length, 8] as const

/** A checkpoint with the checksum of what it holds by now. */
export function sealCheckpoint(file: Uint8Array): Uint8Array {
  const [at, length] = digits
  const out = Buffer.from(file)
  if (out.length < at + length) return new Uint8Array(out)
  out.fill('0', at, at + length)
  out.write(crc32(out).toString(16).padStart(length, '0'), at, 'latin1')
  return new Uint8Array(out)
}

/** A checkpoint of the text that is its header's JSON. */
export function checkpointOf(header: string, tensors: readonly Safetensor[] = []): Uint8Array {
  const metadata = { crc32: '00000000', format: 'glueball checkpoint 2', header }
  return sealCheckpoint(encodeSafetensors({ metadata, tensors }))
}

/** The JSON of a checkpoint's header, and what makes a checkpoint with the same tensors of another one. */
export function headerOf(file: Uint8Array): [header: Uint8Array, seal: (header: Uint8Array) => Uint8Array] {
  const { metadata, tensors } = decodeSafetensors(file)
  return [encoded(metadata['header']), (header) => checkpointOf(new TextDecoder().decode(header), tensors)]
}

/** A checkpoint of Glueball 0.1 with the checksum of what it holds by now. */
export function sealVersion1(file: Uint8Array): Uint8Array {
  const out = Buffer.from(file)
  if (out.length >= 4) out.writeUInt32LE(crc32(out.subarray(0, -4)), out.length - 4)
  return new Uint8Array(out)
}

/** A checkpoint of Glueball 0.1 of a text and data. */
export function version1Of(text: Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const start = Buffer.from('89474c550d0a1a0a01000000', 'hex')
  const lengths = Buffer.alloc(12)
  lengths.writeUInt32LE(text.length)
  lengths.writeBigUInt64LE(BigInt(24 + text.length + data.length + 4), 4)
  return sealVersion1(Buffer.concat([start, lengths, text, data, Buffer.alloc(4)]))
}

/** The text of a checkpoint of Glueball 0.1, and what makes a checkpoint with the same data of another one. */
export function textOf(file: Uint8Array): [text: Uint8Array, seal: (text: Uint8Array) => Uint8Array] {
  const end = 24 + Buffer.from(file).readUInt32LE(12)
  const start = Math.ceil(end / 64) * 64
  return [
    file.slice(24, end),
    (text) => {
      const padding = -(24 + text.length) & 63
      return version1Of(text, Buffer.concat([Buffer.alloc(padding), file.subarray(start, -4)]))
    },
  ]
}

/** A zip archive of deflated files, each of which may say another size. */
export function deflatedZip(files: Readonly<Record<string, Uint8Array>>, sizes: readonly number[] = []): Uint8Array {
  const [contents, directory]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const [i, [name, content]] of Object.entries(files).entries()) {
    const [title, packed] = [Buffer.from(name), deflateRawSync(content)]
    const file = Buffer.alloc(30)
    file.writeUInt32LE(0x04034b50)
    file.writeUInt16LE(title.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(crc32(content), 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(sizes[i] ?? content.length, 24)
    entry.writeUInt16LE(title.length, 28)
    entry.writeUInt32LE(at, 42)
    contents.push(file, title, packed)
    directory.push(entry, title)
    at += 30 + title.length + packed.length
  }
  const end = Buffer.alloc(22)
  const entries = Buffer.concat(directory)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(directory.length / 2, 8)
  end.writeUInt16LE(directory.length / 2, 10)
  end.writeUInt32LE(entries.length, 12)
  end.writeUInt32LE(at, 16)
  return new Uint8Array(Buffer.concat([...contents, entries, end]))
}
