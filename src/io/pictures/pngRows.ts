// The rows of a PNG's unpacked data: cut from pieces of any size, unfiltered, and placed as interlacing says.
import { damagedPng, type PngHeader } from './pngChunks.ts'

/** Where a row's pixels lie in the picture: at `at + x + i * step`. */
export interface RowPlace {
  readonly at: number
  readonly x: number
  readonly step: number
  /** Pixels of the row. */
  readonly count: number
}

interface Pass {
  readonly x: number
  readonly y: number
  readonly dx: number
  readonly dy: number
}

const whole: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }]
const adam7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
]
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** A pass with its size; passes without pixels are left out. */
interface Sized extends Pass {
  readonly count: number
  readonly rows: number
  /** Bytes of a row, without that of the filter. */
  readonly bytes: number
}

function passesOf({ width, height, depth, colour, interlaced }: PngHeader): Sized[] {
  return (interlaced ? adam7 : whole)
    .map((pass) => {
      const count = Math.ceil((width - pass.x) / pass.dx)
      const rows = Math.ceil((height - pass.y) / pass.dy)
      return { ...pass, count, rows, bytes: Math.ceil((count * samples[colour] * depth) / 8) }
    })
    .filter(({ count, rows }) => count > 0 && rows > 0)
}

/** Bytes of the unpacked data. */
export function bytesOfRows(header: PngHeader): number {
  return passesOf(header).reduce((sum, { rows, bytes }) => sum + rows * (1 + bytes), 0)
}

/** Takes unpacked data in pieces and gives out row after row. Throws when there is more or less than the header says. */
export class Rows {
  readonly #header: PngHeader
  readonly #emit: (line: Uint8Array, place: RowPlace) => void
  readonly #passes: Sized[]
  /** Bytes from a sample to that of the pixel before it. */
  readonly #stride: number
  /** The row that is being filled, behind the byte of its filter. */
  #line = new Uint8Array(0)
  #above = new Uint8Array(0)
  #filled = 0
  #row = 0
  #taken = 0

  /** `emit` gets each row's samples, which it must not keep. */
  constructor(header: PngHeader, emit: (line: Uint8Array, place: RowPlace) => void) {
    this.#header = header
    this.#emit = emit
    this.#passes = passesOf(header)
    this.#stride = Math.max(1, (samples[header.colour] * header.depth) >> 3)
    this.#startPass()
  }

  #startPass(): void {
    const length = 1 + (this.#passes[0]?.bytes ?? 0)
    this.#line = new Uint8Array(length)
    this.#above = new Uint8Array(length)
    this.#row = 0
  }

  /** Takes the next piece. */
  take(piece: Uint8Array): void {
    this.#taken += piece.length
    for (let at = 0; at < piece.length; ) {
      if (this.#passes.length === 0)
        damagedPng(`its data unpack to more than the ${bytesOfRows(this.#header)} bytes that its header declares`)
      const end = Math.min(piece.length, at + this.#line.length - this.#filled)
      this.#line.set(piece.subarray(at, end), this.#filled)
      this.#filled += end - at
      at = end
      if (this.#filled === this.#line.length) this.#finishRow()
    }
  }

  #finishRow(): void {
    const [{ x, y, dx, dy, count, rows }] = this.#passes
    unfilter(this.#line, this.#above, this.#stride)
    this.#emit(this.#line.subarray(1), { at: (y + this.#row * dy) * this.#header.width, x, step: dx, count })
    ;[this.#line, this.#above] = [this.#above, this.#line]
    this.#filled = 0
    if (++this.#row < rows) return
    this.#passes.shift()
    this.#startPass()
  }

  /** Throws when rows are missing. */
  end(): void {
    if (this.#passes.length > 0)
      damagedPng(`its data unpack to ${this.#taken} bytes, expected ${bytesOfRows(this.#header)}`)
  }
}

/** Undoes the filter of a row in place; both rows have the filter's byte in front. */
function unfilter(line: Uint8Array, above: Uint8Array, stride: number): void {
  const { length } = line
  const first = 1 + stride
  switch (line[0]) {
    case 0:
      return
    case 1:
      for (let i = first; i < length; i++) line[i] += line[i - stride]
      return
    case 2:
      for (let i = 1; i < length; i++) line[i] += above[i]
      return
    case 3:
      for (let i = 1; i < length; i++) line[i] += ((i < first ? 0 : line[i - stride]) + above[i]) >> 1
      return
    case 4:
      for (let i = 1; i < length; i++)
        line[i] += i < first ? above[i] : paeth(line[i - stride], above[i], above[i - stride])
      return
    default:
      damagedPng(`a row has filter ${line[0]}, expected 0 to 4`)
  }
}

/** Whichever of left, above and above left is nearest to `left + above - corner`. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner)
  const toAbove = Math.abs(left - corner)
  const toCorner = Math.abs(left + above - 2 * corner)
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}
