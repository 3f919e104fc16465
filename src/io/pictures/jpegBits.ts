// The bits of a JPEG's picture data, up to the next marker (ITU-T T.81, annex F.2).
import { damagedJpeg, type Huffman, quickBits } from './jpegFrame.ts'

/** Takes bits from picture data. Throws where they end. */
export class Bits {
  readonly #bytes: Uint8Array
  #at: number
  /** The bits that were read ahead: the lowest `#left` bits. */
  #buffer = 0
  #left = 0

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  /** Reads ahead until there are `count` bits, at most 16, or the data end. */
  #ahead(count: number): void {
    const bytes = this.#bytes
    while (this.#left < count) {
      const byte = bytes[this.#at]
      if (byte === undefined || (byte === 0xff && bytes[this.#at + 1] !== 0)) return
      this.#at += byte === 0xff ? 2 : 1
      this.#buffer = (this.#buffer << 8) | byte
      this.#left += 8
    }
  }

  /** Gives the bytes back that were read ahead and not begun. */
  #return(): void {
    for (; this.#left >= 8; this.#left -= 8)
      this.#at -= this.#bytes[this.#at - 1] === 0 && this.#bytes[this.#at - 2] === 0xff ? 2 : 1
  }

  /** The next bit. */
  bit(): number {
    return this.number(1)
  }

  /** An unsigned number of `bits` bits, at most 15. */
  number(bits: number): number {
    if (this.#left < bits) {
      this.#ahead(bits)
      if (this.#left < bits) this.#ended()
    }
    this.#left -= bits
    return (this.#buffer >>> this.#left) & ((1 << bits) - 1)
  }

  #ended(): never {
    if (this.#bytes[this.#at] === undefined)
      damagedJpeg(`it is cut short after ${this.#at} bytes, in the midst of its picture data`)
    return damagedJpeg(`its picture data end at byte ${this.#at}, before the picture is complete`)
  }

  /** A signed number of `bits` bits: codes that start with 0 are negative. */
  signed(bits: number): number {
    if (bits === 0) return 0
    const value = this.number(bits)
    return value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value
  }

  /** The symbol of the next code. */
  symbol(table: Huffman): number {
    if (this.#left < quickBits) this.#ahead(quickBits)
    if (this.#left >= quickBits) {
      const entry = table.quick[(this.#buffer >>> (this.#left - quickBits)) & ((1 << quickBits) - 1)]
      if (entry !== 0) {
        this.#left -= entry >> 8
        return entry & 255
      }
    }
    return this.#longSymbol(table)
  }

  #longSymbol({ first, counts, places, symbols }: Huffman): number {
    let code = 0
    for (let length = 1; length <= 16; length++) {
      code = code * 2 + this.bit()
      if (code - first[length] < counts[length]) return symbols[places[length] + code - first[length]]
    }
    this.#return()
    return damagedJpeg(`its picture data have a code that no Huffman table has, before byte ${this.#at}`)
  }

  /** Goes to the marker that must come next and returns its place; bytes of zeros or of ones before it are padding. */
  toMarker(): number {
    this.#return()
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
