// Resizing against OpenCV: 10,000 random images of bytes to the byte, 1,000 of floats to the last bits.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resizeBilinear } from '../src/ops/resize/resize.reference.ts'

const python = process.env['GLUEBALL_OPENCV_PYTHON'] ?? 'python3'
const script = join(import.meta.dirname, 'golden/resize.py')
const count = 10_000
const folder = mkdtempSync(join(tmpdir(), 'glueball-resize-'))
let bytes: Buffer

beforeAll(() => {
  const file = join(folder, 'images.bin')
  const { status, stderr } = spawnSync(python, [script, file, String(count), '2017'], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  bytes = readFileSync(file)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Case {
  readonly name: string
  readonly source: Uint8Array
  readonly expected: Uint8Array
  readonly size: readonly [number, number, number, number, number]
}

function* cases(from: number, to: number, bytesEach: number): Generator<Case> {
  for (let at = from; at < to; ) {
    const size = [0, 4, 8, 12, 16].map((offset) => bytes.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
      number,
      number,
    ]
    const [height, width, channels, newHeight, newWidth] = size
    const middle = at + 20 + height * width * channels * bytesEach
    const end = middle + newHeight * newWidth * channels * bytesEach
    const name = `${height}x${width}x${channels} to ${newHeight}x${newWidth}`
    yield { name, size, source: bytes.subarray(at + 20, middle), expected: bytes.subarray(middle, end) }
    at = end
  }
}

const floats = (part: Uint8Array) => new Float32Array(new Uint8Array(part).buffer)

test('bytes', () => {
  let seen = 0
  for (const { name, size, source, expected } of cases(4, bytes.readUInt32LE(0), 1)) {
    const [height, width, channels, newHeight, newWidth] = size
    const got = new Uint8Array(expected.length)
    resizeBilinear(new Uint8Array(source), { count: 1, height, width, channels }, got, newHeight, newWidth)
    const wrong = got.findIndex((value, i) => value !== expected[i])
    if (wrong >= 0) expect.fail(`${name}: element ${wrong} is ${got[wrong]}, OpenCV says ${expected[wrong]}`)
    seen++
  }
  expect(seen).toBe(count)
})

test('floats', () => {
  let seen = 0
  for (const { name, size, source, expected } of cases(bytes.readUInt32LE(0), bytes.length, 4)) {
    const [height, width, channels, newHeight, newWidth] = size
    const right = floats(expected)
    const got = new Float32Array(right.length)
    resizeBilinear(floats(source), { count: 1, height, width, channels }, got, newHeight, newWidth)
    // Values up to 255 and four roundings: 2⁻¹⁴ is four units of their last place.
    const wrong = got.findIndex((value, i) => Math.abs(value - right[i]) > 2 ** -14)
    if (wrong >= 0) expect.fail(`${name}: element ${wrong} is ${got[wrong]}, OpenCV says ${right[wrong]}`)
    seen++
  }
  expect(seen).toBe(count / 10)
})
