// From a PNG's samples to bytes: palettes, depths, and transparency as alpha.
import type { Picture } from './picture.ts'
import { damagedPng, type PngParts } from './pngChunks.ts'
import type { RowPlace } from './pngRows.ts'

/** How this PNG's rows become pixels. */
export interface PngColour {
  readonly channels: Picture['channels']
  /** Writes the pixels of a row into the picture. */
  write(line: Uint8Array, place: RowPlace, out: Uint8Array): void
}

/** How this PNG's rows become pixels. Throws where its palette or transparency does not fit its header. */
export function colourOf(parts: PngParts): PngColour {
  const { depth, colour } = parts.header
  const key = keyOf(parts)
  if (colour === 3) return palettes(parts)
  const samples = { 0: 1, 2: 3, 4: 2, 6: 4 }[colour] as 1 | 2 | 3 | 4
  const channels = samples === 2 || key ? 4 : samples
  if (depth === 8 && samples === channels) return { channels, write: plain(channels) }
  const sample = sampleOf(depth)
  const most = 2 ** depth - 1
  const byte = depth === 16 ? (value: number) => Math.round(value / 257) : (value: number) => (value * 255) / most
  const colours = samples < 3 ? [0, 0, 0] : [0, 1, 2]
  return {
    channels,
    write(line, { at, x, step, count }, out) {
      for (let i = 0, to = (at + x) * channels; i < count; i++, to += step * channels) {
        const first = i * samples
        if (channels === 1) out[to] = byte(sample(line, first))
        else for (let k = 0; k < 3; k++) out[to + k] = byte(sample(line, first + colours[k]))
        if (channels < 4) continue
        const clear = key?.every((value, k) => value === sample(line, first + k))
        out[to + 3] = key ? (clear ? 0 : 255) : byte(sample(line, first + samples - 1))
      }
    },
  }
}

/** Bytes that are taken as they are. */
function plain(channels: number): PngColour['write'] {
  return (line, { at, x, step, count }, out) => {
    if (step === 1) return out.set(line.subarray(0, count * channels), (at + x) * channels)
    for (let i = 0, from = 0, to = (at + x) * channels; i < count; i++, to += step * channels)
      for (let k = 0; k < channels; k++) out[to + k] = line[from++]
  }
}

/** Takes sample `i` from a row; those of less than 8 bits lie in a byte from its highest bits on. */
function sampleOf(depth: number): (line: Uint8Array, i: number) => number {
  if (depth === 8) return (line, i) => line[i]
  if (depth === 16) return (line, i) => line[2 * i] * 256 + line[2 * i + 1]
  const mask = 2 ** depth - 1
  return (line, i) => (line[(i * depth) >> 3] >> (8 - depth - ((i * depth) & 7))) & mask
}

/** The samples of the one colour that is transparent, in pictures without alpha. */
function keyOf({ header, transparency }: PngParts): readonly number[] | undefined {
  if (!transparency || header.colour === 3) return undefined
  const count = { 0: 1, 2: 3 }[header.colour]
  if (transparency.length !== 2 * (count ?? 0))
    damagedPng(`its tRNS chunk has ${transparency.length} bytes with colour type ${header.colour}`)
  return Array.from({ length: count ?? 0 }, (_, i) => transparency[2 * i] * 256 + transparency[2 * i + 1])
}

function palettes({ header, palette, transparency }: PngParts): PngColour {
  const count = (palette?.length ?? 0) / 3
  if (!palette || !Number.isInteger(count) || count < 1 || count > 2 ** header.depth)
    return damagedPng(
      `its palette has ${palette?.length ?? 0} bytes, expected 3 for each of 1 to ${2 ** header.depth} colours`,
    )
  if (transparency && transparency.length > count)
    damagedPng(`its tRNS chunk has ${transparency.length} bytes, expected at most ${count}`)
  const sample = sampleOf(header.depth)
  const channels = transparency ? 4 : 3
  return {
    channels,
    write(line, { at, x, step, count: pixels }, out) {
      for (let i = 0, to = (at + x) * channels; i < pixels; i++, to += step * channels) {
        const place = sample(line, i)
        if (place >= count) damagedPng('a pixel has a colour that its palette lacks')
        for (let k = 0; k < 3; k++) out[to + k] = palette[3 * place + k]
        if (transparency) out[to + 3] = transparency[place] ?? 255
      }
    },
  }
}
