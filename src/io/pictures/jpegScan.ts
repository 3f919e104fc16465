// A scan of a JPEG: the coefficients of some components, whole or a part of their bits (ITU-T T.81, annexes F and G).
import { Bits } from './jpegBits.ts'
import { type Component, damagedJpeg, type Frame, type Huffman, unseen, zigzag } from './jpegFrame.ts'

/** A component in a scan. */
export interface ScanComponent {
  readonly component: Component
  readonly dc: Huffman | undefined
  readonly ac: Huffman | undefined
  /** The last block's DC coefficient. */
  predicted: number
}

/** What a scan brings. */
export interface Scan {
  readonly components: readonly ScanComponent[]
  /** The first and the last coefficient, in zigzag order. */
  readonly from: number
  readonly to: number
  /** The lowest bit that came before; 0 in a coefficient's first scan. */
  readonly high: number
  /** The lowest bit of this scan. */
  readonly low: number
  /** Units between restart markers; 0 where there are none. */
  readonly interval: number
}

/** Throws where a scan does not follow from those before it, and notes what it brings. */
export function checkOrder({ components, from, to, high, low }: Scan, progressive: boolean): void {
  const bandIsWrong = from > to || to > 63 || (from === 0 ? to > 0 : components.length > 1)
  if (progressive && (bandIsWrong || low > 13 || (high > 0 && high !== low + 1)))
    damagedJpeg(`a scan brings coefficients ${from} to ${to}, bits ${high} to ${low}`)
  for (const { component } of components) {
    for (let k = from; k <= to; k++) {
      if (component.lowest[k] !== (high > 0 ? high : unseen)) damagedJpeg('a scan does not follow from those before it')
      component.lowest[k] = low
    }
  }
}

/** Reads the scan whose data start at `at` into the components; returns the place of the marker behind it. */
export function readScan(bytes: Uint8Array, at: number, frame: Frame, scan: Scan): number {
  const bits = new Bits(bytes, at)
  const blocks = new Blocks(bits, scan)
  const read = blocks.reader(frame.progressive)
  const single = scan.components.length === 1 ? scan.components[0] : undefined
  const across = single ? single.component.across : frame.across
  const units = across * (single ? single.component.down : frame.down)
  for (let unit = 0; unit < units; unit++) {
    if (scan.interval > 0 && unit > 0 && unit % scan.interval === 0) {
      blocks.reset()
      bits.restart(unit / scan.interval - 1)
    }
    const [row, column] = [Math.floor(unit / across), unit % across]
    if (single) read(single, 64 * (row * single.component.stored + column))
    else for (const one of scan.components) readUnit(one, row, column, read)
  }
  blocks.reset()
  return bits.toMarker()
}

type ReadBlock = (one: ScanComponent, at: number) => void

function readUnit(one: ScanComponent, row: number, column: number, read: ReadBlock): void {
  const { h, v, stored } = one.component
  for (let y = 0; y < v; y++) for (let x = 0; x < h; x++) read(one, 64 * ((row * v + y) * stored + column * h + x))
}

/** Reads blocks of one scan. */
class Blocks {
  readonly #bits: Bits
  readonly #scan: Scan
  /** Blocks to come that bring no further coefficients. */
  #ended = 0

  constructor(bits: Bits, scan: Scan) {
    this.#bits = bits
    this.#scan = scan
  }

  /** How the scan's blocks are read. */
  reader(progressive: boolean): ReadBlock {
    const { from, high } = this.#scan
    if (!progressive) return (one, at) => this.#sequential(one, at)
    if (from === 0)
      return high === 0 ? (one, at) => this.#dc(one, at) : ({ component }, at) => this.#refineDc(component, at)
    return high === 0 ? (one, at) => this.#first(one, at, from) : (one, at) => this.#refine(one, at)
  }

  /** Forgets what blocks before a restart marker or the scan's end have left. */
  reset(): void {
    if (this.#ended > 0) damagedJpeg('a run of blocks goes beyond the end of its data')
    for (const one of this.#scan.components) one.predicted = 0
  }

  #sequential(one: ScanComponent, at: number): void {
    this.#dc(one, at)
    this.#first(one, at, 1)
    if (this.#ended > 0) damagedJpeg('a block ends other blocks, which only progressive pictures have')
  }

  #dc(one: ScanComponent, at: number): void {
    const size = this.#bits.symbol(one.dc as Huffman)
    one.predicted += size > 11 ? Number.NaN : this.#bits.signed(size)
    const value = one.predicted * 2 ** this.#scan.low
    // eight times the mean of samples from -128 to 127
    if (!(Math.abs(value) <= 1024)) damagedJpeg('its picture data give a brightness that no picture has')
    one.component.values[at] = value
  }

  #refineDc({ values }: Component, at: number): void {
    values[at] |= this.#bits.bit() << this.#scan.low
  }

  #first({ ac, component: { values } }: ScanComponent, at: number, from: number): void {
    const { to, low } = this.#scan
    if (this.#ended > 0) {
      this.#ended--
      return
    }
    for (let k = from; k <= to; k++) {
      const symbol = this.#bits.symbol(ac as Huffman)
      const [zeros, size] = [symbol >> 4, symbol & 15]
      if (size === 0 && zeros < 15) {
        this.#ended = 2 ** zeros + this.#bits.number(zeros) - 1
        return
      }
      k += zeros
      if (k > to || (size > 0 && size + low > 10))
        damagedJpeg('a block has coefficients beyond its end, or larger ones than a picture has')
      if (size > 0) values[at + zigzag[k]] = this.#bits.signed(size) * 2 ** low
    }
  }

  #refine({ ac, component: { values } }: ScanComponent, at: number): void {
    const { from, to, low } = this.#scan
    let k = from
    for (; k <= to && this.#ended === 0; k++) {
      const symbol = this.#bits.symbol(ac as Huffman)
      const [zeros, size] = [symbol >> 4, symbol & 15]
      if (size === 0 && zeros < 15) {
        this.#ended = 2 ** zeros + this.#bits.number(zeros)
        break
      }
      if (size > 1) damagedJpeg('a block has a coefficient of more than its bit')
      const value = size === 0 ? 0 : (this.#bits.bit() ? 1 : -1) * 2 ** low
      k = this.#pass(values, at, k, zeros)
      if (k > to && value !== 0) damagedJpeg('a block has coefficients beyond its end')
      if (value !== 0) values[at + zigzag[k]] = value
    }
    if (this.#ended === 0) return
    this.#pass(values, at, k, 64)
    this.#ended--
  }

  /** Refines nonzero coefficients, starting at `k`, by a bit each, until it has passed `zeros` zeros; returns where. */
  #pass(values: Int16Array, at: number, k: number, zeros: number): number {
    const { to, low } = this.#scan
    const bit = 1 << low
    for (; k <= to; k++) {
      const i = at + zigzag[k]
      if (values[i] === 0 && zeros-- === 0) break
      if (values[i] !== 0 && this.#bits.bit() && (values[i] & bit) === 0) values[i] += values[i] > 0 ? bit : -bit
    }
    return k
  }
}
