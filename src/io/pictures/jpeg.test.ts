// JPEGs: the grey values of Pillow (libjpeg-turbo), and what each damage that can be known says.
import jpeg from 'jpeg-js'
import { describe, expect, test } from 'vitest'
import { fileOf, goldenPictures } from '../../../test/pictures.ts'
import { decodeJpeg as decodeStored } from './jpeg.ts'
import { greyed } from './picture.ts'

const decodeJpeg = (file: Uint8Array) => greyed(decodeStored(file, { grey: true }))

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])))

describe('whole files', () => {
  test.each(goldenPictures.filter(({ kind }) => kind === 'JPEG'))('$name', ({ file, name, width, height, grey }) => {
    const found = decodeJpeg(file)
    expect([found.width, found.height]).toEqual([width, height])
    // libjpeg's integers against floats; for inks it rounds each of four samples first
    expect(distance(found.data, grey)).toBeLessThanOrEqual(name === 'CMYK' ? 3 : 2)
  })

  test('bytes that fill before markers, and what lies behind the end, are passed over', () => {
    const file = fileOf('grey')
    const filled = Buffer.concat([file.subarray(0, 2), Buffer.of(0xff, 0xff), file.subarray(2), Buffer.from('a film')])
    expect(decodeJpeg(filled)).toEqual(decodeJpeg(file))
  })

  test('padding of zeros or ones before a marker is no damage', () => {
    for (const padding of [
      [0, 0],
      [0xff, 0],
    ])
      expect(decodeJpeg(splice(grey, grey.length - 2, 0, ...padding))).toEqual(decodeJpeg(grey))
  })

  test('as jpeg-js reads a larger one', () => {
    const [width, height] = [203, 117]
    const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * i) % 251))
    const file = jpeg.encode({ width, height, data }, 80).data
    const peer = jpeg.decode(file, { useTArray: true })
    const grey = Array.from({ length: width * height }, (_, i) => {
      const [r, g, b] = peer.data.subarray(4 * i)
      return 0.299 * r + 0.587 * g + 0.114 * b
    })
    const found = decodeJpeg(new Uint8Array(file)).data
    // the peer clips R, G and B before it can be asked for their luma, so only the mean tells
    expect(grey.reduce((sum, value, i) => sum + Math.abs(value - found[i]), 0) / grey.length).toBeLessThan(2)
  })
})

/** Where the `n`th marker of a kind is. */
function find(file: Uint8Array, marker: number, n = 0): number {
  for (let at = 0; at < file.length; at++) if (file[at] === 0xff && file[at + 1] === marker && n-- === 0) return at
  throw new Error(`no marker ${marker.toString(16)}`)
}

/** A file with bytes replaced from `at` on. */
function put(file: Uint8Array, at: number, ...bytes: readonly number[]): Uint8Array {
  const changed = Uint8Array.from(file)
  changed.set(bytes, at)
  return changed
}

/** A file with `count` bytes at `at` replaced. */
function splice(file: Uint8Array, at: number, count: number, ...bytes: readonly number[]): Uint8Array {
  return Buffer.concat([file.subarray(0, at), Buffer.from(bytes), file.subarray(at + count)])
}

const grey = fileOf('grey')
const markers = fileOf('grey, restart markers')
const progressive = fileOf('progressive 4:2:0')
const size = (marker: number, file: Uint8Array) => find(file, marker) + 5

test.each<[string, Uint8Array, string]>([
  ['no pixels', put(grey, size(0xc0, grey), 0, 0), 'has no pixels: got 37×0, expected at least 1×1'],
  [
    'too many pixels',
    put(grey, size(0xc0, grey), 0xff, 0xff, 0xff, 0xff),
    'is too large: got 65535×65535, which is 4295 megapixels, expected at most 50',
  ],
  [
    'more pixels than its data can hold',
    put(grey, size(0xc0, grey), 0x1b, 0x58, 0x1b, 0x58),
    'is a damaged JPEG: its 904 bytes cannot hold the 765625 blocks of 7000×7000',
  ],
  [
    'another height',
    put(grey, size(0xc0, grey), 0, 29),
    'its picture data end at byte 902, before the picture is complete',
  ],
  ['another width', put(grey, size(0xc0, grey) + 2, 0, 12), 'it has more picture data than its picture needs, at byte'],
  ['no end marker', grey.subarray(0, -2), 'it is cut short after 902 bytes, expected a marker'],
  ['a scan cut short', grey.subarray(0, 800), 'it is cut short after 800 bytes, in the midst of its picture data'],
  [
    'a scan cut short before an end marker',
    splice(grey, 800, 102),
    'its picture data end at byte 800, before the picture',
  ],
  ['a header cut short', grey.subarray(0, 100), 'its segment ffc0 at byte'],
  ['only its start', grey.subarray(0, 2), 'it is cut short after 2 bytes, expected an end marker'],
  [
    'no scan',
    splice(grey, find(grey, 0xda), grey.length - 2 - find(grey, 0xda)),
    'it ends before all of component 1 has come',
  ],
  [
    'a scan twice',
    splice(grey, grey.length - 2, 0, ...grey.subarray(find(grey, 0xda), -2)),
    'a scan does not follow from those before it',
  ],
  ['a restart marker of another number', put(markers, find(markers, 0xd1) + 1, 0xd3), 'got marker ffd3 at byte'],
  ['a restart marker lost', splice(markers, find(markers, 0xd1), 2), 'is a damaged JPEG: '],
  [
    'two restart markers exchanged',
    put(put(markers, find(markers, 0xd1) + 1, 0xd2), find(markers, 0xd2) + 1, 0xd1),
    'expected the restart marker ffd1',
  ],
  [
    'a progressive scan lost',
    splice(progressive, find(progressive, 0xda, 1), find(progressive, 0xda, 2) - find(progressive, 0xda, 1)),
    'is a damaged JPEG: ',
  ],
  [
    'the last progressive scan lost',
    splice(progressive, find(progressive, 0xda, 9), progressive.length - 2 - find(progressive, 0xda, 9)),
    'it ends before all of component',
  ],
  [
    'no frame',
    splice(grey, find(grey, 0xc0), find(grey, 0xc4) - find(grey, 0xc0)),
    'its picture data come before its frame',
  ],
  ['no tables', put(grey, find(grey, 0xc4) + 1, 0xe9), 'a scan names no Huffman table of its file'],
  ['no quantization', put(grey, find(grey, 0xdb) + 1, 0xe9), 'component 1 has no quantization table'],
  ['tables of another size', put(grey, find(grey, 0xc4) + 5, 200), 'a Huffman table'],
  ['12 bits', put(grey, find(grey, 0xc0) + 4, 12), 'is a JPEG of 12 bits a sample, expected 8'],
  [
    'arithmetic coding',
    put(grey, find(grey, 0xc0) + 1, 0xc9),
    'is a JPEG of a kind that is not read (ffc9), expected baseline or progressive',
  ],
  ['no colours named', fileWithoutAdobe(), 'is a JPEG of four components'],
])('%s', (_, file, message) => {
  expect(() => decodeJpeg(file)).toThrow(message)
})

function fileWithoutAdobe(): Uint8Array {
  const file = fileOf('CMYK')
  return put(file, find(file, 0xee) + 1, 0xe9)
}

test('many a changed bit of the data is known to be damage, and none gives anything but a line', () => {
  let known = 0
  const start = find(grey, 0xda) + 10
  for (let at = start; at < grey.length - 2; at++) {
    try {
      decodeJpeg(put(grey, at, grey[at] ^ (1 << (at % 8))))
    } catch (error) {
      expect(error).toMatchObject({ name: 'PictureError' })
      known++
    }
  }
  expect(known / (grey.length - 2 - start)).toBeGreaterThan(0.4)
})
