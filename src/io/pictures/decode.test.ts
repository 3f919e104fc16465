// Pictures of all kinds: the pixels of Pillow (libjpeg-turbo, libwebp), and what damage says.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodePicture } from './decode.ts'
import { upright } from './picture.ts'

interface Golden {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly file: Uint8Array
  readonly rgb: Uint8Array
}

const goldens: readonly Golden[] = JSON.parse(
  readFileSync(new URL('../../../test/golden/colours.json', import.meta.url), 'utf8'),
  (key, value) => (key === 'file' || key === 'rgb' ? new Uint8Array(Buffer.from(value, 'base64')) : value),
)
const fileOf = (name: string) => (goldens.find((one) => one.name === name) as Golden).file

describe('as Pillow reads them', () => {
  test.each(goldens)('$name', async ({ name, file, width, height, rgb }) => {
    const found = await decodePicture(file)
    expect([found.width, found.height, found.channels]).toEqual([width, height, 3])
    const distance = Math.max(...Array.from(found.data, (value, i) => Math.abs(value - rgb[i])))
    // Pillow rounds alpha in another way; all else is to the bit
    expect(distance).toBeLessThanOrEqual(/alpha|RGBA/.test(name) ? 1 : 0)
  })

  test('in grey, on a background', async () => {
    const grey = await decodePicture(fileOf('PNG RGB'), { grey: true })
    const rgb = await decodePicture(fileOf('PNG RGB'))
    const luma = Array.from(grey.data, (_, i) => {
      const [r, g, b] = rgb.data.subarray(3 * i)
      return Math.round(0.299 * r + 0.587 * g + 0.114 * b)
    })
    expect([...grey.data]).toEqual(luma)
    const file = fileOf('GIF with a transparent colour')
    const [white, black] = [await decodePicture(file), await decodePicture(file, { background: 0 })]
    const changed = white.data.filter((value, i) => value !== black.data[i])
    expect(changed.length).toBeGreaterThan(0)
    expect(changed.every((value) => value === 255)).toBe(true)
  })
})

test('each orientation is undone', () => {
  // what a 3×2 picture of 0 to 5 looks like upright, by the table of the EXIF standard
  const rows: Readonly<Record<number, string>> = {
    1: '012/345',
    2: '210/543',
    3: '543/210',
    4: '345/012',
    5: '03/14/25',
    6: '30/41/52',
    7: '52/41/30',
    8: '25/14/03',
  }
  const data = Uint8Array.of(0, 1, 2, 3, 4, 5)
  for (const [orientation, want] of Object.entries(rows)) {
    const found = upright({ width: 3, height: 2, channels: 1, data, orientation: Number(orientation) })
    const text = Array.from({ length: found.height }, (_, y) =>
      [...found.data.subarray(y * found.width, (y + 1) * found.width)].join(''),
    )
    expect(text.join('/')).toBe(want)
  }
})

test.each<[string, Uint8Array, string]>([
  ['text', new TextEncoder().encode('hello'), 'is neither a JPEG nor a PNG, GIF or WebP'],
  ['nothing', new Uint8Array(0), 'is neither a JPEG nor a PNG, GIF or WebP'],
  ['a GIF cut short', fileOf('GIF').subarray(0, -40), 'is a damaged GIF: it is cut short after'],
  ['the start of a GIF', fileOf('GIF').subarray(0, 8), 'is a damaged GIF: it is cut short in its header'],
  ['a WebP cut short', fileOf('WebP').subarray(0, -10), 'is a damaged WebP: it is cut short after'],
])('%s', async (_, file, message) => {
  await expect(decodePicture(file)).rejects.toThrow(message)
})

test('changed bytes of a GIF give a picture or a line, never anything else', async () => {
  const file = fileOf('GIF interlaced')
  for (let at = 6; at < file.length; at++) {
    const changed = Uint8Array.from(file)
    changed[at] ^= 1 << (at % 8)
    await decodePicture(changed).catch((error) => expect(error).toMatchObject({ name: 'PictureError' }))
  }
})
