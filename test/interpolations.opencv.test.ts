// Nearest, cubic, area and Lanczos against OpenCV, on random images of bytes and floats of all sizes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, nd } from 'glueball'
import { afterAll, expect, test } from 'vitest'

const python = process.env['GLUEBALL_OPENCV_PYTHON'] ?? 'python3'
const folder = mkdtempSync(join(tmpdir(), 'glueball-interpolations-'))
const count = 320
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What floats up to 255 may differ by: of Lanczos, eight terms a side. Bytes are equal, but for
 * cubic halves: OpenCV rounds most to the even byte, and those at the end of a row up. */
const floatBound = 255 * 2 ** -13

test(`${count} images`, async () => {
  const file = join(folder, 'images.bin')
  const { status, stderr } = spawnSync(python, [
    join(import.meta.dirname, 'golden/interpolations.py'),
    file,
    `${count}`,
    '7',
  ])
  expect(status, String(stderr)).toBe(0)
  const bytes = new Uint8Array(readFileSync(file))
  const words = new DataView(bytes.buffer)
  const wrong: string[] = []
  let [seen, elements, ties] = [0, 0, 0]
  for (let at = 0; at < bytes.length; seen++) {
    const [interpolation, size, h, w, c, toH, toW] = [0, 1, 2, 3, 4, 5, 6].map((k) => words.getUint32(at + 4 * k, true))
    const read = (length: number) => {
      const part = bytes.slice(at, (at += length * size))
      return size === 1 ? part : new Float32Array(part.buffer)
    }
    at += 28
    const src = nd.array(read(h * w * c), { shape: [h, w, c], dtype: size === 1 ? 'uint8' : 'float32' })
    const expected = read(toH * toW * c)
    const got = await image.imresize(src, toW, toH, { interpolation }).toArray()
    const off = Array.from(expected, (value, i) => Math.abs(value - got[i])).reduce((a, b) => Math.max(a, b))
    if (interpolation === 2 && size === 1) {
      elements += expected.length
      ties += Array.from(expected).filter((value, i) => Math.abs(value - got[i]) === 1).length
      if (off === 1) continue
    }
    if (off > (size === 1 ? 0 : floatBound))
      wrong.push(`${interpolation}: ${h}×${w}×${c} to ${toH}×${toW} of ${size} bytes is off by ${off}`)
  }
  expect(seen).toBe(count)
  expect(wrong).toEqual([])
  expect(ties).toBeLessThan(elements / 200)
})
