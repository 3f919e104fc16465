// PNGs: the grey values of Pillow, interlacing, and what each damage and each bomb says.
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { chunk, fileOf, goldenPictures, pngOf, pngStart } from '../../../test/pictures.ts'
import { flattened, greyed } from './picture.ts'
import { decodePng as decodeStored } from './png.ts'

const decodePng = async (file: Uint8Array) => greyed(flattened(await decodeStored(file), 255))

const end = chunk('IEND', Buffer.alloc(0))

describe('whole files', () => {
  test.each(goldenPictures.filter(({ kind }) => kind === 'PNG'))('$name', async ({ file, width, height, grey }) => {
    const found = await decodePng(file)
    expect([found.width, found.height]).toEqual([width, height])
    // Pillow rounds after each step
    expect(Math.max(...Array.from(found.data, (value, i) => Math.abs(value - grey[i])))).toBeLessThan(1.5)
  })

  test.each([1, 2, 8, 16])('interlaced, %s bits', async (depth) => {
    const [width, height] = [13, 11]
    // of 16 bits those that 8 bits hold
    const value = (x: number, y: number) => ((x * 7 + y * 31) % 2 ** Math.min(8, depth)) * (depth === 16 ? 257 : 1)
    const rows: number[] = []
    for (const [x0, y0, dx, dy] of [
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2],
    ])
      for (let y = y0; y < height; y += dy) {
        const bits = Array.from({ length: Math.ceil((width - x0) / dx) }, (_, i) =>
          value(x0 + i * dx, y)
            .toString(2)
            .padStart(depth, '0'),
        ).join('')
        rows.push(0, ...(bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)))
      }
    const { data } = await decodePng(pngOf(pngStart(width, height, { depth, interlace: 1 }), Uint8Array.from(rows)))
    const expected = Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)))
    expect(Array.from(data, (grey) => Math.round((grey / 255) * (2 ** depth - 1)))).toEqual(expected)
  })

  test('text, profiles and bytes behind the end are passed over', async () => {
    const bomb = Buffer.concat([Buffer.from('profile\0\0'), deflateSync(Buffer.alloc(2 ** 20))])
    const png = pngOf(pngStart(1, 1), Uint8Array.of(0, 77), chunk('iCCP', bomb), chunk('tEXt', Buffer.from('no end')))
    expect([...(await decodePng(Buffer.concat([png, Buffer.from('more')]))).data]).toEqual([77])
  })
})

const one = pngOf(pngStart(2, 2), Uint8Array.of(0, 1, 2, 0, 3, 4))
const changed = (at: number, file: Uint8Array = one) => {
  const bytes = Uint8Array.from(file)
  bytes[at] ^= 1
  return bytes
}
const data = deflateSync(Uint8Array.of(0, 1, 2, 0, 3, 4))
const withData = (...parts: readonly Uint8Array[]) =>
  Buffer.concat([pngStart(2, 2), ...parts.map((part) => chunk('IDAT', part)), end])

test.each<[string, Uint8Array, string]>([
  ['no pixels', pngOf(pngStart(0, 28), new Uint8Array(0)), 'has no pixels: got 0×28, expected at least 1×1'],
  [
    'too many pixels, 73 bytes',
    pngOf(pngStart(60_000, 60_000), Uint8Array.of(0)),
    'is too large: got 60000×60000, which is 3600 megapixels, expected at most 50',
  ],
  [
    'more pixels than its data can hold',
    pngOf(pngStart(7000, 7000, { depth: 16, colour: 6 }), Uint8Array.of(0)),
    'is a damaged PNG: its 9 bytes of data cannot hold 7000×7000 pixels (392007000 bytes)',
  ],
  ['a bit of a header', changed(20), 'is a damaged PNG: the checksum of its IHDR chunk at byte 8 is wrong'],
  ['a bit of a checksum', changed(one.length - 14), 'the checksum of its IDAT chunk at byte 33 is wrong'],
  ['a bit of a name', changed(38), 'the checksum of its IEAT chunk'],
  [
    'a name of other bytes',
    changed(37, changed(37).fill(0, 37, 38)),
    'the chunk at byte 33 has a name that is not four letters',
  ],
  ['a length', Uint8Array.from(one).fill(0xff, 33, 34), 'its IDAT chunk at byte 33 ends at 42781'],
  ['an end', one.subarray(0, -12), `is cut short after ${one.length - 12} bytes, expected an IEND chunk`],
  ['no data', Buffer.concat([pngStart(1, 1), end]), 'it has no IDAT chunk'],
  ['no header', Buffer.concat([pngStart(1, 1).subarray(0, 8), end]), 'got IEND, expected IHDR first'],
  [
    'two headers',
    pngOf(pngStart(1, 1), Uint8Array.of(0, 1), pngStart(1, 1).subarray(8)),
    'got IHDR, expected IHDR first and only once',
  ],
  ['data of no checksum', withData(data.subarray(0, -4)), 'its data cannot be unpacked (unexpected end of file)'],
  ['data of a wrong checksum', withData(changed(data.length - 1, data)), 'cannot be unpacked (incorrect data check)'],
  ['data chunks in another order', withData(data.subarray(5), data.subarray(0, 5)), 'its data cannot be unpacked'],
  [
    'data chunks apart',
    Buffer.concat([
      pngStart(2, 2),
      chunk('IDAT', data.subarray(0, 5)),
      chunk('tEXt', data),
      chunk('IDAT', data.subarray(5)),
      end,
    ]),
    'got tEXt between its IDAT chunks',
  ],
  ['too little data', withData(deflateSync(Uint8Array.of(0, 1, 2, 0, 3))), 'its data unpack to 5 bytes, expected 6'],
  [
    'too much data',
    withData(deflateSync(Buffer.alloc(2 ** 24))),
    'its data unpack to more than the 6 bytes that its header declares',
  ],
  ['an unknown filter', withData(deflateSync(Uint8Array.of(5, 1, 2, 0, 3, 4))), 'a row has filter 5, expected 0 to 4'],
  [
    'an unknown chunk that matters',
    pngOf(pngStart(1, 1), Uint8Array.of(0, 1), chunk('ABCD', data)),
    'its ABCD chunk is unknown',
  ],
  [
    'bits that its colours cannot have',
    pngOf(pngStart(1, 1, { depth: 4, colour: 2 }), Uint8Array.of(0, 1)),
    '4 bits of colour type 2',
  ],
  ['an unknown interlacing', pngOf(pngStart(1, 1, { interlace: 2 }), Uint8Array.of(0, 1)), 'methods 0, 0, 2'],
  ['no palette', pngOf(pngStart(1, 1, { colour: 3 }), Uint8Array.of(0, 1)), 'its palette has 0 bytes'],
  [
    'a colour that the palette lacks',
    pngOf(pngStart(1, 1, { colour: 3 }), Uint8Array.of(0, 1), chunk('PLTE', Buffer.alloc(3))),
    'a colour that its palette lacks',
  ],
  [
    'a transparency of another size',
    pngOf(pngStart(1, 1, { colour: 2 }), Uint8Array.of(0, 1, 2, 3), chunk('tRNS', Buffer.alloc(2))),
    'its tRNS chunk has 2 bytes',
  ],
])('%s', async (_, file, message) => {
  await expect(decodePng(file)).rejects.toThrow(message)
})

test('a bit anywhere is refused, or changes no pixel', async () => {
  const file = fileOf('palette with transparency')
  const { data: right } = await decodePng(file)
  for (let at = 8; at < file.length; at++)
    expect(
      await decodePng(changed(at, file))
        .then(({ data }) => data)
        .catch(() => right),
      `byte ${at}`,
    ).toEqual(right)
})
