// Checkpoints: round trips, and that no damaged byte goes unseen.
import { crc32 as crcOfZlib } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
import { crc32 } from './crc32.ts'

const checkpoint: Checkpoint = {
  header: { epoch: 3, sums: [0.1, -0, 1e-300], rung: 'simd', note: '轮次', best: null, done: false },
  arrays: [
    { name: 'conv0_weight', dtype: 'float32', shape: [2, 1], data: Float32Array.of(1.5, Number.NaN) },
    { name: 'generator', dtype: 'int32', shape: [3], data: Int32Array.of(-1, 0, 2 ** 31 - 1) },
    { name: 'mask', dtype: 'uint8', shape: [5], data: Uint8Array.of(1, 2, 3, 4, 5) },
    { name: 'nothing', dtype: 'float64', shape: [0], data: new Float64Array(0) },
    { name: 'sum', dtype: 'float64', shape: [1], data: Float64Array.of(Math.E) },
  ],
}

describe('crc32', () => {
  test('the check value of the standard, and zlib on every length up to 100', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 151 + 7) % 256)
    for (let n = 0; n <= 100; n++) expect(crc32(bytes.subarray(0, n))).toBe(crcOfZlib(bytes.subarray(0, n)))
  })
})

describe('checkpoint', () => {
  test('comes back as it was, also from the middle of a buffer', () => {
    const bytes = encodeCheckpoint(checkpoint)
    const expected = { ...checkpoint, header: { ...(checkpoint.header as object), sums: [0.1, 0, 1e-300] } }
    expect(decodeCheckpoint(bytes)).toEqual(expected)
    const shifted = new Uint8Array(bytes.length + 9)
    shifted.set(bytes, 1)
    expect(decodeCheckpoint(shifted.subarray(1, 1 + bytes.length))).toEqual(expected)
    expect(decodeCheckpoint(encodeCheckpoint({ header: null, arrays: [] }))).toEqual({ header: null, arrays: [] })
  })

  test('the same content gives the same bytes', () => {
    expect(encodeCheckpoint(checkpoint)).toEqual(encodeCheckpoint(checkpoint))
  })

  test('any bit changed and any end missing is refused', () => {
    const bytes = encodeCheckpoint(checkpoint)
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice()
      damaged[i] ^= 1 << (i % 8)
      expect(() => decodeCheckpoint(damaged, 'last'), `byte ${i}`).toThrow('[checkpoint] last ')
      expect(() => decodeCheckpoint(bytes.subarray(0, i), 'last'), `${i} bytes`).toThrow(
        '[checkpoint] last is cut short',
      )
    }
  })

  test.each([
    ['is not a checkpoint: it begins with 00 47 4c 55', (bytes: Uint8Array) => bytes.fill(0, 0, 1)],
    ['is of another version: got 2, expected 1', (bytes: Uint8Array) => bytes.fill(2, 8, 9)],
    ['is damaged: its checksum is', (bytes: Uint8Array) => bytes.fill(0x7f, 70, 71)],
    ['has bytes left over: got 482 bytes, expected 481', (bytes: Uint8Array) => Uint8Array.from([...bytes, 0])],
    ['is cut short: got 0 bytes, expected at least 28', () => new Uint8Array(0)],
  ])('%s', (message, damage) => {
    const bytes = encodeCheckpoint(checkpoint)
    expect(() => decodeCheckpoint(damage(bytes), 'last.checkpoint')).toThrow(
      message.replace('482', `${bytes.length + 1}`).replace('481', `${bytes.length}`),
    )
  })

  test('what cannot be written', () => {
    const header = { epoch: { loss: Number.NaN } }
    expect(() => encodeCheckpoint({ header, arrays: [] })).toThrow(
      '[checkpoint] cannot write the header: got NaN for loss, expected a finite number',
    )
    const wrong = { ...checkpoint.arrays[0], shape: [3] }
    expect(() => encodeCheckpoint({ header: null, arrays: [wrong] })).toThrow(
      'cannot write conv0_weight as float32 of (3): got 2 elements of 4 bytes, expected 3 of 4 bytes',
    )
  })
})
