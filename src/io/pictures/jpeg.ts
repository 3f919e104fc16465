// JPEG files (ITU-T T.81, baseline and progressive) as pixels; what can be known of damage is refused.
import { orientationOf } from './exif.ts'
import { hex } from './jpegBits.ts'
import { damagedJpeg, type Frame, type Huffman, readFrame, readHuffman, readQuantization } from './jpegFrame.ts'
import { type JpegColour, pixelsOf } from './jpegSamples.ts'
import { checkOrder, readScan, type Scan } from './jpegScan.ts'
import { PictureError, type Stored } from './picture.ts'

/** Scans that a file may have: real ones have up to twenty, and each goes through the whole picture. */
const mostScans = 100

/** Whether bytes start as a JPEG does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8
}

/**
 * Reads a JPEG whose start was found, in RGB or grey. Throws on pictures that `checkPixels` refuses, on other kinds of JPEG, and on
 * damage: no end marker, data that end early or are left over, restart markers out of order, missing scans or tables,
 * values that no picture has. A changed bit may stay within all that, and is not seen: the format has no checksum.
 */
export function decodeJpeg(bytes: Uint8Array, { grey = false }: { readonly grey?: boolean } = {}): Stored {
  const reader = new Reader(bytes)
  const frame = reader.read()
  const pixels = pixelsOf(frame, reader.colour(frame), grey)
  return reader.orientation === undefined ? pixels : { ...pixels, orientation: reader.orientation }
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #quantization = new Map<number, Uint16Array>()
  readonly #huffman = new Map<number, Huffman>()
  #frame: Frame | undefined
  #interval = 0
  #scans = 0
  /** What Adobe's segment says of the colours, where there is one. */
  #adobe: number | undefined
  /** What EXIF says, where it does. */
  orientation: number | undefined

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Reads all segments to the end marker; what lies behind that (a phone's film, a preview) is passed over. */
  read(): Frame {
    for (let at = 2; ; ) {
      const { marker, start } = this.#marker(at)
      if (marker === 0xd9) return this.#complete()
      const end = start + (this.#bytes[start] * 256 + this.#bytes[start + 1])
      if (!(end >= start + 2 && end <= this.#bytes.length))
        damagedJpeg(`its segment ff${hex(marker)} at byte ${at} is cut short, or of no size`)
      const body = this.#bytes.subarray(start + 2, end)
      at = marker === 0xda ? this.#scan(body, end) : end
      if (marker !== 0xda) this.#segment(marker, body)
    }
  }

  /** The marker at `at`, behind any bytes that fill. */
  #marker(at: number): { readonly marker: number; readonly start: number } {
    let start = at
    while (this.#bytes[start] === 0xff) start++
    const marker = this.#bytes[start]
    if (marker === undefined)
      damagedJpeg(`it is cut short after ${this.#bytes.length} bytes, expected an end marker (ffd9)`)
    if (start === at || marker === 0 || marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8))
      damagedJpeg(`got ${start > at ? 'ff' : ''}${hex(marker)} at byte ${at}, expected the marker of a segment`)
    return { marker, start: start + 1 }
  }

  #segment(marker: number, body: Uint8Array): void {
    if (marker === 0xc4) readHuffman(body, this.#huffman)
    else if (marker === 0xdb) readQuantization(body, this.#quantization)
    else if (marker === 0xdd) this.#interval = readInterval(body)
    else if (marker === 0xee && startsWith(body, 'Adobe')) this.#adobe = body[11]
    else if (marker === 0xe1 && startsWith(body, 'Exif\0\0')) this.orientation ??= orientationOf(body.subarray(6))
    else if (marker >= 0xc0 && marker <= 0xc2) {
      if (this.#frame) damagedJpeg('it has two frames, expected one')
      this.#frame = readFrame(body, marker === 0xc2, this.#bytes.length)
    } else if (marker > 0xc2 && marker <= 0xcf && marker !== 0xc8)
      throw new PictureError(
        `is a JPEG of a kind that is not read (ff${hex(marker)}), expected baseline or progressive`,
      )
  }

  #scan(body: Uint8Array, at: number): number {
    const frame = this.#frame ?? damagedJpeg('its picture data come before its frame')
    if (++this.#scans > mostScans) damagedJpeg(`it has more than ${mostScans} scans`)
    const scan = this.#readHeader(body, frame)
    checkOrder(scan, frame.progressive)
    for (const { component } of scan.components) component.quantization ??= this.#quantization.get(component.table)
    return readScan(this.#bytes, at, frame, scan)
  }

  #readHeader(body: Uint8Array, { components, progressive }: Frame): Scan {
    const count = body[0]
    if (body.length !== 4 + 2 * count || count < 1)
      damagedJpeg(`a scan's header has ${body.length} bytes for ${count} components`)
    const [from, to, bits] = progressive ? body.subarray(1 + 2 * count) : [0, 63, 0]
    const [high, low] = [bits >> 4, bits & 15]
    const scanned = Array.from({ length: count }, (_, i) => {
      const [id, tables] = body.subarray(1 + 2 * i)
      const component = components.find((one) => one.id === id) ?? damagedJpeg('a scan names no component of its frame')
      const [dc, ac] = [this.#huffman.get(tables >> 4), this.#huffman.get(16 + (tables & 15))]
      if ((from === 0 && high === 0 && !dc) || (to > 0 && !ac)) damagedJpeg('a scan names no Huffman table of its file')
      return { component, dc, ac, predicted: 0 }
    })
    return { components: scanned, from, to, high, low, interval: this.#interval }
  }

  #complete(): Frame {
    const frame = this.#frame ?? damagedJpeg('it has no frame')
    for (const { id, lowest } of frame.components)
      if (lowest.some((bit) => bit !== 0)) damagedJpeg(`it ends before all of component ${id} has come`)
    return frame
  }

  /** What the components mean; without a word from Adobe, three are YCbCr unless they are named R, G, B. */
  colour({ components }: Frame): JpegColour {
    if (components.length === 1) return 'grey'
    if (components.length === 4) {
      if (this.#adobe === undefined)
        throw new PictureError("is a JPEG of four components without Adobe's word on their colours")
      return this.#adobe === 2 ? 'YCCK' : 'CMYK'
    }
    const named = String.fromCharCode(...components.map(({ id }) => id))
    return this.#adobe === 0 || (this.#adobe === undefined && named === 'RGB') ? 'RGB' : 'YCbCr'
  }
}

function readInterval(body: Uint8Array): number {
  if (body.length !== 2) damagedJpeg(`its restart interval has ${body.length} bytes, expected 2`)
  return body[0] * 256 + body[1]
}

function startsWith(body: Uint8Array, text: string): boolean {
  return String.fromCharCode(...body.subarray(0, text.length)) === text
}
