// Makes data/: the first 10,000 training and 2,000 test images of Fashion-MNIST, as valid IDX files, gzipped.
// Usage: node scripts/make-subset.ts [FOLDER with the four original files] [FOLDER to write]
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

const [from = '/usr/share/datasets/fashion-mnist', to = join(import.meta.dirname, '../data')] = process.argv.slice(2)
const counts = { train: 10_000, t10k: 2_000 }

/** The first `count` items of an IDX file of bytes, under a header that says so. */
function firstItems(idx: Buffer, count: number): Buffer {
  const dimensions = idx[3]
  const sizes = Array.from({ length: dimensions }, (_, axis) => idx.readUInt32BE(4 + 4 * axis))
  const header = 4 + 4 * dimensions
  const itemBytes = sizes.slice(1).reduce((product, size) => product * size, 1)
  if (idx.readUInt16BE(0) !== 0 || idx[2] !== 8 || idx.length !== header + sizes[0] * itemBytes) {
    throw new Error('[make-subset] this is no IDX file of bytes, or it is damaged')
  }
  const part = Buffer.from(idx.subarray(0, header + count * itemBytes))
  part.writeUInt32BE(count, 4)
  return part
}

/** Gzip at level 9 with nothing of the machine in it: time 0 and system "unknown". */
function gzipPlain(bytes: Buffer): Buffer {
  const packed = gzipSync(bytes, { level: 9 })
  packed.writeUInt32LE(0, 4)
  packed[9] = 255
  return packed
}

mkdirSync(to, { recursive: true })
for (const [set, count] of Object.entries(counts)) {
  for (const kind of ['images-idx3', 'labels-idx1']) {
    const name = `${set}-${kind}-ubyte.gz`
    const part = firstItems(gunzipSync(readFileSync(join(from, name))), count)
    writeFileSync(join(to, name), gzipPlain(part))
    console.log(`${createHash('sha256').update(part).digest('hex')}  ${name} (${part.length} bytes decompressed)`)
  }
}
