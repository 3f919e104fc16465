// The bits of a JPEG's picture data, up to the next marker (ITU-T T.81, annex F.2).
import { damagedJpeg, type Huffman } from './jpegFrame.ts'

/** Takes bits from picture data. Throws where they end. */
export class Bits {
  readonly #bytes: Uint8Array
  #at: number
  #byte = 0
  /** Bits of the byte that are left. */
  #left = 0

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  /** The next bit. */
  bit(): number {
    if (this.#left === 0) this.#next()
    return (this.#byte >> --this.#left) & 1
  }

  #next(): void {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) damagedJpeg(`it is cut short after ${this.#at} bytes, in the midst of its picture data`)
    if (byte === 0xff && this.#bytes[this.#at + 1] !== 0)
      damagedJpeg(`its picture data end at byte ${this.#at}, before the picture is complete`)
    this.#at += byte === 0xff ? 2 : 1
    this.#byte = byte
    this.#left = 8
  }

  /** An unsigned number of `bits` bits. */
  number(bits: number): number {
    let value = 0
    for (let i = 0; i < bits; i++) value = value * 2 + this.bit()
    return value
  }

  /** A signed number of `bits` bits: codes that start with 0 are negative. */
  signed(bits: number): number {
    if (bits === 0) return 0
    const value = this.number(bits)
    return value < 2 ** (bits - 1) ? value - 2 ** bits + 1 : value
  }

  /** The symbol of the next code. */
  symbol({ first, counts, places, symbols }: Huffman): number {
    let code = 0
    for (let length = 1; length <= 16; length++) {
      code = code * 2 + this.bit()
      if (code - first[length] < counts[length]) return symbols[places[length] + code - first[length]]
    }
    return damagedJpeg(`its picture data have a code that no Huffman table has, before byte ${this.#at}`)
  }

  /** Goes to the marker that must come next and returns its place; bytes of zeros or of ones before it are padding. */
  toMarker(): number {
    this.#left = 0
    const start = this.#at
    const byte = (i: number) => this.#bytes[this.#at + i]
    while (byte(0) === 0 || (byte(0) === 0xff && (byte(1) === 0 || byte(1) === 0xff))) this.#at++
    if (byte(1) === undefined) damagedJpeg(`it is cut short after ${this.#bytes.length} bytes, expected a marker`)
    if (byte(0) !== 0xff) damagedJpeg(`it has more picture data than its picture needs, at byte ${start}`)
    return this.#at
  }

  /** Takes restart marker `n`, modulo 8. */
  restart(n: number): void {
    const at = this.toMarker()
    const got = this.#bytes[at + 1]
    const right = 0xd0 + (n & 7)
    if (got !== right)
      damagedJpeg(`got marker ff${hex(got)} at byte ${at}, expected the restart marker ff${hex(right)}`)
    this.#at = at + 2
  }
}

/** A byte in two digits. */
export function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0')
}
