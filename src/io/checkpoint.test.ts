// Checkpoints: round trips, that no damaged bit goes unseen, and what earlier versions wrote.
import { readFileSync } from 'node:fs'
import { crc32 as crcOfZlib } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { checkpointOf, encodeVersion1 } from '../cli/fixtures.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
import { crc32 } from './crc32.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'

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
    for (let n = 0; n <= 100; n++) expect(crc32(bytes.subarray(n), crc32(bytes.subarray(0, n)))).toBe(crcOfZlib(bytes))
  })
})

describe('checkpoint', () => {
  test('comes back as it was, also from the middle of a buffer', () => {
    const bytes = encodeCheckpoint(checkpoint)
    // wide types stand first
    const arrays = [3, 4, 0, 1, 2].map((i) => checkpoint.arrays[i])
    const expected = { arrays, header: { ...(checkpoint.header as object), sums: [0.1, 0, 1e-300] } }
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
      for (let bit = 0; bit < 8; bit++) {
        const damaged = bytes.slice()
        damaged[i] ^= 1 << bit
        expect(() => decodeCheckpoint(damaged, 'last'), `byte ${i}, bit ${bit}`).toThrow('[checkpoint] last is ')
      }
      expect(() => decodeCheckpoint(bytes.subarray(0, i), 'last'), `${i} bytes`).toThrow('[checkpoint] last is ')
    }
  })

  test.each([
    ['is not a checkpoint, or damaged: got "{', (bytes: Uint8Array) => bytes.fill(0x21, 9, 10)],
    ['is not a checkpoint, or damaged: got "" at byte 8, expected {"__meta', () => new Uint8Array(0)],
    ['is damaged or cut short: its checksum is', (bytes: Uint8Array) => bytes.fill(0x7f, 70, 71)],
    ['is damaged or cut short: its checksum is', (bytes: Uint8Array) => Uint8Array.from([...bytes, 0])],
  ])('%s', (message, damage) => {
    expect(() => decodeCheckpoint(damage(encodeCheckpoint(checkpoint)), 'last')).toThrow(`[checkpoint] last ${message}`)
  })

  test.each([
    ['is of another version: got "glueball checkpoint 3"', { format: 'glueball checkpoint 3' }],
    ['has a header that cannot be read: ', { header: '{"a":' }],
    ['nest more than 32 deep', { header: '['.repeat(99) }],
    ['a key comes twice in one object', { header: '{"a":1,"a":2}' }],
  ])('with a right checksum: %s', (message, change) => {
    const { metadata, tensors } = decodeSafetensors(encodeCheckpoint(checkpoint))
    const bytes = encodeSafetensors({ metadata: { ...metadata, crc32: '00000000', ...change }, tensors })
    bytes.set(new TextEncoder().encode(crcOfZlib(bytes).toString(16).padStart(8, '0')), 34)
    expect(() => decodeCheckpoint(bytes, 'last')).toThrow(message)
  })

  test('what cannot be written', () => {
    const header = { epoch: { loss: Number.NaN } }
    expect(() => encodeCheckpoint({ header, arrays: [] })).toThrow(
      '[checkpoint] cannot write the header: got NaN for loss, expected a finite number',
    )
    const wrong = { ...checkpoint.arrays[0], shape: [3] }
    expect(() => encodeCheckpoint({ header: null, arrays: [wrong] })).toThrow(
      'cannot write conv0_weight as F32 of (3): got 8 bytes, expected 12',
    )
  })
})

describe('checkpoints of version 1', () => {
  const file = readFileSync(new URL('../../test/golden/checkpoint-version1', import.meta.url))
  const { header: today, arrays } = checkpointOf(17)
  // settings that have come since
  const { grey: _grey, augment: _augment, accumulate: _accumulate, fineTune: _fineTune, ...settings } = today.settings
  const { ranks: _ranks, ...before } = today
  const header = { ...before, settings }
  const held: Checkpoint = {
    header: { ...header } as object as Checkpoint['header'],
    arrays: [
      ...arrays,
      { name: 'optimizer:0.weight:0', dtype: 'float32', shape: [3], data: Float32Array.of(0.5, -0.25, 1e-3) },
      { name: 'generator:words', dtype: 'int32', shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
    ],
  }

  test('a file that Glueball 0.1.0 wrote is read to the bit', () => {
    expect(decodeCheckpoint(file)).toEqual(held)
    expect(new Uint8Array(file)).toEqual(encodeVersion1(held))
  })

  test('any bit changed and any end missing is refused', () => {
    for (let i = 0; i < file.length; i++) {
      const damaged = Uint8Array.from(file)
      damaged[i] ^= 1 << (i % 8)
      expect(() => decodeCheckpoint(damaged, 'last'), `byte ${i}`).toThrow('[checkpoint] last is ')
      expect(() => decodeCheckpoint(file.subarray(0, i), 'last'), `${i} bytes`).toThrow('[checkpoint] last is ')
    }
  })

  test.each([
    ['has no header or no list of arrays', '[1]'],
    ['has no header or no list of arrays', '{"header":1,"arrays":{}}'],
    ['lists an array without name, element type or shape', '{"header":1,"arrays":[null]}'],
    ['lists an array without', '{"header":1,"arrays":[{"name":"a","dtype":"float32","shape":[-1]}]}'],
    ['holds a as bfloat16, which', '{"header":1,"arrays":[{"name":"a","dtype":"bfloat16","shape":[1]}]}'],
    ['a ends at', '{"header":1,"arrays":[{"name":"a","dtype":"float32","shape":[9e15,9e15]}]}'],
    ['has a header that cannot be read', '{"header":1,"arrays":['],
  ])('with a right checksum: %s', (message, text) => {
    expect(() => decodeCheckpoint(encodeVersion1({ header: null, arrays: [] }, text), 'last')).toThrow(
      `[checkpoint] last`,
    )
    expect(() => decodeCheckpoint(encodeVersion1({ header: null, arrays: [] }, text), 'last')).toThrow(message)
  })
})
