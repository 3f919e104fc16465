// IDX files: round trips, and what each kind of damage says.
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { checkIdxPair, decodeIdxImages, decodeIdxLabels, encodeIdx, unpackIdx } from './idx.ts'

const images = { shape: [2, 2, 3], data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) }

describe('IDX', () => {
  test('the header is big-endian: 00 00 08, the dimensions, then each side', () => {
    expect([...encodeIdx(images).slice(0, 16)]).toEqual([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3])
    expect([...encodeIdx({ shape: [3], data: Uint8Array.of(7, 8, 9) })]).toEqual([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9])
  })

  test('images and labels come back, also from the middle of a buffer', () => {
    expect(decodeIdxImages(encodeIdx(images))).toEqual({ count: 2, rows: 2, columns: 3, data: images.data })
    const labels = encodeIdx({ shape: [3], data: Uint8Array.of(7, 8, 9) })
    const shifted = new Uint8Array(labels.length + 5)
    shifted.set(labels, 5)
    expect([...decodeIdxLabels(shifted.subarray(5))]).toEqual([7, 8, 9])
    expect(decodeIdxLabels(encodeIdx({ shape: [0], data: new Uint8Array(0) }))).toHaveLength(0)
  })

  test.each([
    [new Uint8Array(3), '[idx] a.idx is too short: got 3 bytes, expected a header of 16'],
    [encodeIdx(images).slice(0, 11), '[idx] a.idx is cut short: got 11 bytes, expected a header of 16'],
    [
      encodeIdx({ shape: [12], data: images.data }),
      '[idx] a.idx is not an IDX file of 3 dimensions: got magic 0x00000801, expected 0x00000803',
    ],
    [Uint8Array.from(Buffer.from('<!DOCTYPE html>')), 'got magic 0x3c21444f, expected 0x00000803'],
    [
      encodeIdx(images).slice(0, -1),
      '[idx] a.idx is cut short: got 11 bytes after the header, expected 12 for (2, 2, 3)',
    ],
    [
      Uint8Array.from([...encodeIdx(images), 0, 0]),
      '[idx] a.idx has bytes left over: got 14 bytes after the header, expected 12 for (2, 2, 3)',
    ],
  ])('damage %#', (bytes, message) => {
    expect(() => decodeIdxImages(bytes, 'a.idx')).toThrow(message)
  })

  test('labels of other images, and shapes that do not fit', () => {
    const pair = decodeIdxImages(encodeIdx(images))
    checkIdxPair(pair, Uint8Array.of(1, 2), 'i.gz', 'l.gz')
    expect(() => checkIdxPair(pair, Uint8Array.of(1), 'i.gz', 'l.gz')).toThrow(
      '[idx] l.gz does not belong to i.gz: got 1 labels, expected 2',
    )
    expect(() => encodeIdx({ shape: [5], data: images.data })).toThrow('cannot write (5): got 12 bytes, expected 5')
  })

  test('packed files unpack to what their header declares, to the same errors where they are damaged inside', async () => {
    const bytes = encodeIdx(images)
    expect(await unpackIdx(gzipSync(bytes), 3, 'a.gz')).toEqual(bytes)
    for (const length of [0, 3, 11, 27]) {
      const cut = bytes.subarray(0, length)
      expect(await unpackIdx(gzipSync(cut), 3, 'a.gz')).toEqual(cut)
    }
    await expect(unpackIdx(gzipSync(bytes), 1, 'a.gz')).rejects.toThrow('a.gz is not an IDX file of 1 dimensions')
  })

  test('a packed file is unpacked no further than its header declares', async () => {
    const bomb = Buffer.alloc(2 ** 28)
    bomb.set(encodeIdx(images))
    await expect(unpackIdx(gzipSync(bomb, { level: 1 }), 3, 'a.gz')).rejects.toThrow(
      '[idx] a.gz has bytes left over: got more than the 28 that its header declares',
    )
    bomb.set([0xff, 0xff, 0xff, 0xff], 4)
    await expect(unpackIdx(gzipSync(bomb.subarray(0, 100)), 3, 'a.gz')).rejects.toThrow(
      /^\[idx\] a.gz declares more than is unpacked here: got 25769803770 bytes for \(4294967295, 2, 3\) in \d+ bytes of gzip, expected at most 134217728$/,
    )
  })
})
