// .npy and .npz files: round trips, NumPy's headers by hand, and what other kinds and each damage say.
import { describe, expect, test } from 'vitest'
import { deflatedZip } from '../../test/mutation/containers.ts'
import { zip } from './deflate.ts'
import { decodeNpy, decodeNpz, encodeNpy, encodeNpz } from './npz.ts'
import type { ParamsEntry } from './params.ts'

const weight: ParamsEntry = {
  name: '0.weight',
  shape: [2, 3],
  dtype: 'float32',
  data: Float32Array.of(1, -2, 3, NaN, -0, 6),
}

/** An .npy file of a header and data. */
function npy(header: string, data: ArrayLike<number> = [], version = 1): Uint8Array {
  const text = Buffer.from(header)
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0]
  return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), version, 0, ...length, ...text, ...Array.from(data)])
}

const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`

/** A zip archive of one file, deflated, that may say another size. */
const deflated = (content: Uint8Array, size = content.length) => deflatedZip({ 'x.npy': content }, [size])

describe('.npy', () => {
  test('the bytes of one array', () => {
    const bytes = encodeNpy({ shape: [2], dtype: 'int32', data: Int32Array.of(1, -1) })
    const text = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }"
    expect(bytes).toEqual(npy(`${text.padEnd(117)}\n`, [1, 0, 0, 0, 255, 255, 255, 255]))
  })

  test.each([1, 2, 3])('version %i, whatever the order of the keys', (version) => {
    const bytes = npy("{ 'shape':(3L,), 'fortran_order':True , 'descr':'|i1'}", [1, 2, 255], version)
    expect(decodeNpy(bytes)).toEqual({ shape: [3], dtype: 'int8', data: Int8Array.of(1, 2, -1) })
  })

  test('Fortran order is transposed', () => {
    const data = Array.from({ length: 24 }, (_, i) => i)
    const { shape, data: read } = decodeNpy(npy(header('|u1', '(2, 3, 4)', 'True'), data))
    const at = (i: number, j: number, k: number) => i + 2 * j + 6 * k
    const truth = data.map((i) => at(Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4))
    expect([shape, [...read]]).toEqual([[2, 3, 4], truth])
    expect(decodeNpy(npy(header('|u1', '(0, 3)', 'True'))).data).toHaveLength(0)
  })

  test('integers of 64 bits that int32 holds', () => {
    const [big, ours] = [
      [0, 0, 0, 128, 0, 0, 0, 0],
      [0, 0, 0, 128, 255, 255, 255, 255],
    ]
    expect(decodeNpy(npy(header('<i8', '(1,)'), ours))).toEqual({
      ...{ shape: [1], dtype: 'int32', data: Int32Array.of(-(2 ** 31)) },
    })
    expect(() => decodeNpy(npy(header('<i8', '()'), big), 'f')).toThrow(
      '[npy] f holds 2147483648 in it, of int64: it is read as int32',
    )
  })

  test.each([
    [npy(header('>f4', '(1,)')), "is big-endian, '>f4': save x.astype('<f4')"],
    [npy(header('|O', '(1,)')), 'holds Python objects (pickled), which are not read'],
    [npy(header('<U3', '(1,)')), "holds elements '<U3', expected one of <f2, <f4, <f8, <i4, |i1, |u1, |b1, <i2"],
    [npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"), 'holds records, which are not read'],
    [npy(header('<f4', '(1,)')), 'is cut short or damaged: got 0 bytes, expected 4 for <f4 of (1)'],
    [npy(header('<f4', `(${2 ** 53 - 1}, ${2 ** 53 - 1})`)), 'is cut short or damaged: got 0 bytes'],
    [npy(header('<f4', '(1 2,)')), 'is damaged: its shape is (1 2,)'],
    [npy(header('<f4', '(1,)', '0')), "its header is no dictionary of 'descr', 'fortran_order' and 'shape'"],
    [npy("__import__('os')"), 'its header is no dictionary'],
    [npy(header('<f4', '(1,)'), [], 4), 'is of version 4, expected 1 to 3'],
    [npy(header('<f4', '(1,)').padEnd(20_000)), 'has a header of 20000 bytes, expected at most 10000'],
    [npy(header('<f4', '(1,)')).subarray(0, 40), 'is cut short: got 40 bytes, expected'],
    [Uint8Array.of(1, 2, 3), 'is no .npy file'],
  ])('damage %#', (bytes, message) => {
    expect(() => decodeNpy(bytes, 'a.npy')).toThrow(message)
    expect(() => decodeNpy(bytes, 'a.npy')).toThrow(/^\[npy\] a\.npy /)
  })
})

describe('.npz', () => {
  test('arrays of each type by name', () => {
    const entries: ParamsEntry[] = [
      weight,
      { name: 'half', shape: [2, 1], dtype: 'float16', data: Float32Array.of(1.5, -2) },
      { name: 'double', shape: [], dtype: 'float64', data: Float64Array.of(Math.E) },
      { name: '轮/次', shape: [2], dtype: 'int32', data: Int32Array.of(-1, 2 ** 31 - 1) },
      { name: 'signed', shape: [0, 4], dtype: 'int8', data: new Int8Array(0) },
      { name: '__proto__', shape: [3], dtype: 'uint8', data: Uint8Array.of(0, 1, 255) },
    ]
    const bytes = encodeNpz(entries)
    expect(decodeNpz(bytes)).toEqual(entries)
    expect(encodeNpz(entries)).toEqual(bytes)
    expect(decodeNpz(encodeNpz([]))).toEqual([])
  })

  test('deflated members', () => {
    const data = Uint8Array.from({ length: 100_000 }, (_, i) => i % 7)
    const array = { shape: [100_000], dtype: 'uint8', data } as const
    const bytes = deflated(encodeNpy(array))
    expect(bytes.length).toBeLessThan(2000)
    expect(decodeNpz(bytes)).toEqual([{ name: 'x', ...array }])
  })

  test('more than is said, or than may be, is refused before it is unpacked', () => {
    const content = new Uint8Array(31 * 2 ** 20) // packed to 32 KiB, several pieces
    expect(() => decodeNpz(deflated(content, 1000), 'f')).toThrow(
      'f is damaged: x.npy cannot be unpacked: its data unpack to more bytes, expected 1000',
    )
    expect(() => decodeNpz(deflated(new Uint8Array(5), 2 ** 31), 'f')).toThrow(
      '[npz] f would unpack to 2147483648 bytes, expected at most 33554432 for one of',
    )
    expect(() => decodeNpz(deflated(content, content.length - 1), 'f')).toThrow(
      'its data unpack to more bytes, expected 32505855',
    )
    expect(() => decodeNpz(deflated(content, content.length + 1), 'f')).toThrow('its data unpack to 32505856 bytes')
    expect(() => decodeNpz(deflated(new Uint8Array(5), 6), 'f')).toThrow('its data unpack to 5 bytes, expected 6')
    expect(() => decodeNpz(deflated(new Uint8Array(5), 4), 'f')).toThrow('its data unpack to more bytes, expected 4')
  })

  const sound = encodeNpz([weight])
  const changed = (at: number, ...values: number[]) => {
    const bytes = sound.slice()
    bytes.set(values, at < 0 ? bytes.length + at : at)
    return bytes
  }
  const directory = sound.length - 22 - 46 - '0.weight.npy'.length

  test.each([
    [sound.subarray(0, -1), 'is cut short or damaged: a zip archive ends with the place of its directory'],
    [changed(180, 1), 'is damaged: the checksum of 0.weight.npy is another'],
    [changed(30, 0x39), "is damaged: the directory's 0.weight.npy has another name in its own header"],
    [changed(directory + 10, 12), 'holds 0.weight.npy packed by method 12, expected 0 (stored) or 8 (deflated)'],
    [changed(directory + 8, 1), 'holds 0.weight.npy encrypted, which is not read'],
    [changed(directory + 24, 1), 'is damaged: 0.weight.npy is stored, in 152 bytes, expected'],
    [changed(directory + 42, 9), 'is damaged: 0.weight.npy is not where the directory says'],
    [changed(-12, 2), 'is damaged: its directory has 1 files, expected 2'],
    [changed(-10, 9), 'is damaged: its directory ends at'],
    [changed(-12, 255, 255), 'is a zip archive of more than 4 GiB or 65534 files (zip64), which is not read'],
    [zip({ 'readme.txt': Uint8Array.of(1) }), 'holds readme.txt, expected .npy files alone'],
    [zip({ 'net/data.pkl': Uint8Array.of(1) }), "is PyTorch's own file, which holds a program: save its state dict as"],
    [zip({ 'x.npy': Uint8Array.of(1) }), 'x.npy is no .npy file'],
  ])('damage %#', (bytes, message) => {
    expect(() => decodeNpz(bytes, 'a.npz')).toThrow(message)
    expect(() => decodeNpz(bytes, 'a.npz')).toThrow(/^\[npz\] a\.npz/)
  })

  test('what cannot be written', () => {
    expect(() => encodeNpz([weight, weight])).toThrow('[npz] cannot write 0.weight: the name is taken')
    expect(() => encodeNpz([{ ...weight, name: '' }])).toThrow('[npz] every array needs a name, got an empty one')
    expect(() => encodeNpz([{ ...weight, shape: [5] }])).toThrow(
      '[npz] cannot write 0.weight as float32 of (5): got 6 elements of 4 bytes, expected 5 of 4 bytes',
    )
    expect(() => encodeNpz([{ ...weight, name: '\ud800' }])).toThrow('the name is no Unicode text, or too long')
  })
})
