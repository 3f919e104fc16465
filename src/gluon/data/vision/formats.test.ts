// CIFAR and RecordIO: files of their true layout, made here, as datasets; what is damaged is refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import { data, gluon } from 'glueball'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const { CIFAR10, CIFAR100, ImageRecordDataset } = gluon.data.vision
let root: string
const at = (name: string) => join(root, name)

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'glueball-formats-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The byte of a channel at a pixel of image `i`. */
const value = (i: number, k: number, p: number) => (i * 31 + k * 97 + p * 7) % 256

/** Records as CIFAR has them: labels, then the red, green and blue bytes. */
function records(first: number, count: number, ...labels: readonly ((i: number) => number)[]): Uint8Array {
  return Uint8Array.from(
    Array.from({ length: count }, (_, n) => [
      ...labels.map((label) => label(first + n)),
      ...[0, 1, 2].flatMap((k) => Array.from({ length: 1024 }, (_, p) => value(first + n, k, p))),
    ]).flat(),
  )
}

/** A tar archive of one folder. */
function tar(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512)
    header.write(`cifar/${name}`, 0)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write('0', 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

describe('CIFAR', () => {
  const fine = (i: number) => (i * 3) % 100
  const coarse = (i: number) => i % 20

  test('CIFAR10 from binary files: five for training, one for tests', async () => {
    for (let i = 1; i <= 5; i++)
      writeFileSync(
        at(`data_batch_${i}.bin`),
        records(2 * (i - 1), 2, (n) => n % 10),
      )
    writeFileSync(
      at('test_batch.bin'),
      records(50, 3, (n) => n % 10),
    )
    const train = await CIFAR10.load({ root })
    expect([train.length, [...train.labels], train.classes[8]]).toEqual([10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 'ship'])
    const [image, label] = train.at(7)
    expect([String(image.shape), image.dtype, label]).toEqual(['(32, 32, 3)', 'uint8', 7])
    const right = Array.from({ length: 3072 }, (_, e) => value(7, e % 3, Math.floor(e / 3)))
    expect([...(await image.toArray())]).toEqual(right)
    const test = await CIFAR10.load({ root, train: false })
    expect([...test.labels]).toEqual([0, 1, 2])
    for await (const [images, labels] of new data.DataLoader(test, 3))
      expect([String(images.shape), labels.dtype]).toEqual(['(3, 32, 32, 3)', 'int32'])
  })

  test('CIFAR100 from an archive, with either label', async () => {
    const files = { 'train.bin': records(0, 4, coarse, fine), 'test.bin': records(4, 2, coarse, fine) }
    writeFileSync(at('cifar-100-binary.tar.gz'), gzipSync(tar(files)))
    const [groups, classes] = [await CIFAR100.load({ root }), await CIFAR100.load({ root, fineLabel: true })]
    expect([[...groups.labels], [...classes.labels]]).toEqual([
      [0, 1, 2, 3],
      [0, 3, 6, 9],
    ])
    expect([groups.classes.length, classes.classes.length]).toEqual([20, 100])
    expect((await CIFAR100.load({ root, train: false })).length).toBe(2)
  })

  test('damage', async () => {
    writeFileSync(at('test_batch.bin'), records(0, 1, () => 3).subarray(0, -1))
    await expect(CIFAR10.load({ root, train: false })).rejects.toThrow('has 3072 bytes, expected records of 3073 each')
    writeFileSync(
      at('test_batch.bin'),
      records(0, 1, () => 10),
    )
    await expect(CIFAR10.load({ root, train: false })).rejects.toThrow('[CIFAR10] has a label that is no class: got 10')
    const archive = tar({ 'train.bin': records(0, 1, coarse, fine) })
    writeFileSync(at('cifar-100-binary.tar.gz'), gzipSync(archive))
    await expect(CIFAR100.load({ root, train: false })).rejects.toThrow('lacks test.bin')
    archive[2] ^= 1
    writeFileSync(at('cifar-100-binary.tar.gz'), gzipSync(archive))
    await expect(CIFAR100.load({ root })).rejects.toThrow('the header at byte 0 has a wrong checksum')
    writeFileSync(at('cifar-100-binary.tar.gz'), gzipSync(archive).subarray(0, 50))
    await expect(CIFAR100.load({ root })).rejects.toThrow('is damaged: it cannot be unpacked')
    const empty = mkdtempSync(join(root, 'empty-'))
    await expect(CIFAR10.load({ root: empty })).rejects.toThrow('expected data_batch_1.bin')
  })
})

describe('RecordIO', () => {
  const word = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes
  }
  const magic = word(0xced7230a)

  /** A record as dmlc-core writes it: cut where its data hold the magic number at a multiple of four. */
  function record(payload: Buffer): Buffer {
    const cuts: number[] = []
    for (let i = 0; i + 4 <= payload.length; i += 4) if (payload.subarray(i, i + 4).equals(magic)) cuts.push(i)
    const pieces = [-4, ...cuts].map((cut, i) => payload.subarray(cut + 4, cuts[i]))
    const kind = (i: number) => (pieces.length === 1 ? 0 : i === 0 ? 1 : i === pieces.length - 1 ? 3 : 2)
    return Buffer.concat(
      pieces.flatMap((piece, i) => [
        magic,
        word(kind(i) * 2 ** 29 + piece.length),
        piece,
        Buffer.alloc((4 - (piece.length % 4)) % 4),
      ]),
    )
  }

  function image(label: number | number[], file: Uint8Array): Buffer {
    const header = Buffer.alloc(24)
    if (typeof label === 'number') header.writeFloatLE(label, 4)
    else header.writeUInt32LE(label.length, 0)
    const more = typeof label === 'number' ? [] : label.map((value) => Buffer.from(Float32Array.of(value).buffer))
    return record(Buffer.concat([header, ...more, file]))
  }

  const png = (grey: number) =>
    encode({ width: 3, height: 2, data: new Uint8Array(6).fill(grey), channels: 1, depth: 8 })

  test('pictures with labels, in the order of the index', async () => {
    const parts = [image(4, png(10)), image([7, 1], png(20)), image(5, png(30))]
    writeFileSync(at('a.rec'), Buffer.concat(parts))
    const all = await ImageRecordDataset.load(at('a.rec'), { flag: 0 })
    const seen = async (set: typeof all, i: number) => {
      const [picture, label] = await set.at(i)
      return [String(picture.shape), (await picture.toArray())[0], label]
    }
    expect(await Promise.all([0, 1, 2].map((i) => seen(all, i)))).toEqual([
      ['(2, 3, 1)', 10, 4],
      ['(2, 3, 1)', 20, 7],
      ['(2, 3, 1)', 30, 5],
    ])
    writeFileSync(at('a.idx'), `0\t${parts[0].length + parts[1].length}\n1\t0\n`)
    const indexed = await ImageRecordDataset.load(at('a.rec'))
    expect([indexed.length, await seen(indexed, 0)]).toEqual([2, ['(2, 3, 3)', 30, 5]])
  })

  test('records that hold the magic number', async () => {
    const payload = Buffer.concat([Buffer.from('abcd'), magic, magic, Buffer.from('efghi')])
    writeFileSync(at('b.rec'), Buffer.concat([record(payload), record(Buffer.from('x'))]))
    const set = await data.RecordFileDataset.load(at('b.rec'))
    expect([...set].map((bytes) => Buffer.from(bytes))).toEqual([payload, Buffer.from('x')])
  })

  test('damage', async () => {
    const whole = image(1, png(1))
    const cases: [Uint8Array, string][] = [
      [whole.subarray(0, -4), 'is cut short: got'],
      [whole.subarray(4), 'has no record at byte 0: got'],
      [Buffer.concat([magic, word(3 * 2 ** 29)]), 'has the rest of a record at byte 0'],
    ]
    for (const [bytes, message] of cases) {
      writeFileSync(at('c.rec'), bytes)
      await expect(data.RecordFileDataset.load(at('c.rec'))).rejects.toThrow(message)
    }
    writeFileSync(at('c.rec'), whole)
    writeFileSync(at('c.idx'), '0\t99999\n')
    await expect(ImageRecordDataset.load(at('c.rec'))).rejects.toThrow('line 1 is no key and place in')
    writeFileSync(at('d.rec'), record(Buffer.from('short')))
    const short = await ImageRecordDataset.load(at('d.rec'))
    await expect(short.at(0)).rejects.toThrow('has a record of 5 bytes, expected a header of 24')
    await expect(ImageRecordDataset.load(at('none.rec'))).rejects.toThrow('expected a RecordIO file')
  })
})
