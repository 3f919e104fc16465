// CRC-32 (ISO 3309, as gzip and PNG use it) and CRC-32C (Castagnoli, as TFRecord has it), eight bytes at a time.

/** `tables[k][b]`: what byte b, followed by k zero bytes, adds to the remainder. */
type Tables = readonly Uint32Array[]

/** Polynomials, with the lowest coefficient in the highest bit. */
const polynomials = { iso: 0xedb88320, castagnoli: 0x82f63b78 }

const tables = makeTables(polynomials.iso)
let castagnoli: Tables | undefined

function makeTables(polynomial: number): Tables {
  const all = Array.from({ length: 8 }, () => new Uint32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0)
    all[0][byte] = remainder
  }
  for (let k = 1; k < 8; k++)
    for (let byte = 0; byte < 256; byte++) {
      const before = all[k - 1][byte]
      all[k][byte] = (before >>> 8) ^ all[0][before & 255]
    }
  return all
}

/**
 * The CRC-32 of the bytes, an unsigned 32-bit integer; `crc32('123456789') = 0xcbf43926`. With the checksum of what stands
 * before them it goes on: `crc32(b, crc32(a))` is that of a and b together.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  return remainder(tables, bytes, before)
}

/** The CRC-32C of the bytes; `crc32c('123456789') = 0xe3069283`. */
export function crc32c(bytes: Uint8Array): number {
  castagnoli ??= makeTables(polynomials.castagnoli)
  return remainder(castagnoli, bytes, 0)
}

function remainder([t0, t1, t2, t3, t4, t5, t6, t7]: Tables, bytes: Uint8Array, before: number): number {
  const whole = bytes.length - (bytes.length % 8)
  let crc = ~before
  for (let i = 0; i < whole; i += 8) {
    const low = crc ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24))
    crc =
      t7[low & 255] ^
      t6[(low >>> 8) & 255] ^
      t5[(low >>> 16) & 255] ^
      t4[low >>> 24] ^
      t3[bytes[i + 4]] ^
      t2[bytes[i + 5]] ^
      t1[bytes[i + 6]] ^
      t0[bytes[i + 7]]
  }
  for (let i = whole; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]) & 255]
  return ~crc >>> 0
}
