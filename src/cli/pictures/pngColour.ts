// From a PNG's samples to grey: palettes, depths, and transparency on white.
import { luma } from './grey.ts'
import { damagedPng, type PngParts } from './pngChunks.ts'

/** The grey value, 0 to 255, of the pixel `i` of a row. */
export type GreyOf = (line: Uint8Array, i: number) => number

/** How this PNG's rows become grey. Throws where its palette or transparency does not fit its header. */
export function greyOf(parts: PngParts): GreyOf {
  const { depth, colour } = parts.header
  const sample = sampleOf(depth)
  const most = 2 ** depth - 1
  const key = keyOf(parts)
  const of = (value: number, alpha: number) => ((value / most) * alpha + 1 - alpha) * 255
  switch (colour) {
    case 0:
      return (line, i) => {
        const value = sample(line, i)
        return of(value, value === key?.[0] ? 0 : 1)
      }
    case 2:
      return (line, i) => {
        const [r, g, b] = [sample(line, 3 * i), sample(line, 3 * i + 1), sample(line, 3 * i + 2)]
        return of(luma(r, g, b), key && r === key[0] && g === key[1] && b === key[2] ? 0 : 1)
      }
    case 3: {
      const greys = greysOf(parts)
      return (line, i) => greys[sample(line, i)] ?? damagedPng(`a pixel has a colour that its palette lacks`)
    }
    case 4:
      return (line, i) => of(sample(line, 2 * i), sample(line, 2 * i + 1) / most)
    default:
      return (line, i) => {
        const at = 4 * i
        return of(luma(sample(line, at), sample(line, at + 1), sample(line, at + 2)), sample(line, at + 3) / most)
      }
  }
}

/** Takes sample `i` from a row; those of less than 8 bits lie in a byte from its highest bits on. */
function sampleOf(depth: number): GreyOf {
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

/** The grey value of each colour of the palette. */
function greysOf({ header, palette, transparency }: PngParts): number[] {
  const count = (palette?.length ?? 0) / 3
  if (!palette || !Number.isInteger(count) || count < 1 || count > 2 ** header.depth)
    return damagedPng(
      `its palette has ${palette?.length ?? 0} bytes, expected 3 for each of 1 to ${2 ** header.depth} colours`,
    )
  if (transparency && transparency.length > count)
    damagedPng(`its tRNS chunk has ${transparency.length} bytes, expected at most ${count}`)
  return Array.from({ length: count }, (_, i) => {
    const alpha = (transparency?.[i] ?? 255) / 255
    const [r, g, b] = palette.subarray(3 * i)
    return ((luma(r, g, b) / 255) * alpha + 1 - alpha) * 255
  })
}
