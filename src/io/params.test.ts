// `.params` files: the exact bytes, round trips, and what other kinds and each damage say.
import { describe, expect, test } from 'vitest'
import { decodeParams, encodeParams, type ParamsEntry } from './params.ts'

const entry: ParamsEntry = { name: 'w', shape: [1, 2], dtype: 'float32', data: Float32Array.of(1, -2) }

/** The file of one entry by hand. */
const byHand = [
  [0x12, 0x01, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0],
  [1, 0, 0, 0, 0, 0, 0, 0],
  [0xc9, 0xfa, 0x93, 0xf9, 0, 0, 0, 0, 2, 0, 0, 0],
  [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
  [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0],
  [1, 0, 0, 0, 0, 0, 0, 0],
  [1, 0, 0, 0, 0, 0, 0, 0, 0x77],
].flat()

/** The file of one entry with bytes changed. */
function changed(changes: Record<number, number>): Uint8Array {
  const bytes = Uint8Array.from(byHand)
  for (const [at, value] of Object.entries(changes)) bytes[Number(at)] = value
  return bytes
}

function ninEntries(): ParamsEntry[] {
  const blocks = [
    { at: 0, channels: 96, from: 1, kernel: 11 },
    { at: 2, channels: 256, from: 96, kernel: 5 },
    { at: 4, channels: 384, from: 256, kernel: 3 },
    { at: 7, channels: 10, from: 384, kernel: 3 },
  ]
  return blocks.flatMap(({ at, channels, from, kernel }) =>
    [
      [channels, from, kernel, kernel],
      [channels, channels, 1, 1],
      [channels, channels, 1, 1],
    ].flatMap((shape, layer) =>
      [
        { name: `${at}.${layer}.weight`, shape },
        { name: `${at}.${layer}.bias`, shape: [channels] },
      ].map(({ name, shape }, k) => {
        const size = shape.reduce((product, side) => product * side, 1)
        return { name, shape, dtype: 'float32', data: new Float32Array(size).fill(k + layer) } as const
      }),
    ),
  )
}

describe('.params', () => {
  test('the bytes of one array', () => {
    expect([...encodeParams([entry])]).toEqual(byHand)
    expect(decodeParams(Uint8Array.from(byHand))).toEqual([entry])
  })

  test("MXNet's flags of int8 and float16, and their bytes", () => {
    const bytes = encodeParams([
      { name: 'a', shape: [2], dtype: 'int8', data: Int8Array.of(-1, 127) },
      { name: 'b', shape: [2], dtype: 'float16', data: Float32Array.of(1.5, -2) },
    ])
    // a type flag stands behind version, storage type, dimensions, a size and the device; then come the values
    expect([bytes[24 + 28], ...bytes.slice(56, 58)]).toEqual([5, 255, 127])
    expect([bytes[58 + 28], ...bytes.slice(90, 94)]).toEqual([2, 0x00, 0x3e, 0x00, 0xc0])
    expect(decodeParams(bytes).map(({ dtype, data }) => [dtype, data])).toEqual([
      ['int8', Int8Array.of(-1, 127)],
      ['float16', Float32Array.of(1.5, -2)],
    ])
  })

  test("NiN's 24 arrays of 1,992,166 values take 7,970,160 bytes", () => {
    const entries = ninEntries()
    expect(entries).toHaveLength(24)
    expect(entries.reduce((sum, { data }) => sum + data.length, 0)).toBe(1_992_166)
    const bytes = encodeParams(entries)
    expect(bytes).toHaveLength(7_970_160)
    const back = decodeParams(bytes)
    expect(back.map(({ name, shape }) => ({ name, shape }))).toEqual(
      entries.map(({ name, shape }) => ({ name, shape })),
    )
    expect(
      back.every(({ data }, i) => Buffer.compare(Buffer.from(data.buffer), Buffer.from(entries[i].data.buffer)) === 0),
    ).toBe(true)
  })

  test('every element type, odd places in the file, lists without names, arrays of size 0, other letters', () => {
    const named: ParamsEntry[] = [
      { name: 'bytes', shape: [3], dtype: 'uint8', data: Uint8Array.of(1, 2, 255) },
      { name: 'doubles', shape: [1, 1, 2], dtype: 'float64', data: Float64Array.of(Math.PI, Number.NaN) },
      { name: 'leer', shape: [0, 4], dtype: 'int32', data: new Int32Array(0) },
      { name: '权重', shape: [2], dtype: 'int32', data: Int32Array.of(-1, 2 ** 31 - 1) },
    ]
    expect(decodeParams(encodeParams(named))).toEqual(named)
    const list = named.map((one) => ({ ...one, name: '' }))
    expect(decodeParams(encodeParams(list))).toEqual(list)
    expect(decodeParams(encodeParams([]))).toEqual([])
    const shifted = new Uint8Array(byHand.length + 3)
    shifted.set(byHand, 3)
    expect(decodeParams(shifted.subarray(3))).toEqual([entry])
    const pooled = Buffer.from(shifted) // small Buffers lie in the middle of a common one
    const read = decodeParams(pooled.subarray(3))
    pooled.fill(0)
    expect(read).toEqual([entry])
  })

  test('versions 0, 1 and 3 as MXNet reads them', () => {
    const u32 = (...words: number[]) => words.flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 255))
    const [start, end] = [byHand.slice(0, 24), byHand.slice(64)]
    const rest = byHand.slice(52, 64)
    const sides = byHand.slice(36, 52)
    const read = (array: number[]) => decodeParams(Uint8Array.from([...start, ...array, ...end]))
    expect(read([...u32(2, 1, 2), ...rest])).toEqual([entry])
    expect(read([...u32(0xf993fac8, 2), ...sides, ...rest])).toEqual([entry])
    expect(read([...u32(0xf993faca, 0, 2), ...sides, ...rest])).toEqual([entry])
    const scalar = [...start, ...u32(0xf993faca, 0, 0), ...rest, ...end.slice(0, 4), ...end.slice(8)]
    expect(decodeParams(Uint8Array.from(scalar))).toEqual([{ ...entry, shape: [], data: Float32Array.of(1) }])
    expect(() => read([...u32(0xf993faca, 0, 0xffffffff), ...rest])).toThrow('holds an array without a value')
    expect(() => read([...u32(0xf993faca, 1, 2), ...sides, ...rest])).toThrow('holds a sparse array')
  })

  test('integers of 64 bits that int32 holds, and other types that arrays lack', () => {
    const read = (flag: number, ...data: number[]) => {
      const bytes = [...byHand.slice(0, 60), flag, 0, 0, 0, ...data, ...byHand.slice(72)]
      const [{ dtype, data: values }] = decodeParams(Uint8Array.from(bytes))
      return [dtype, [...values]]
    }
    const minus2 = [254, ...new Array(7).fill(255)]
    expect(read(6, 5, 0, 0, 0, 0, 0, 0, 0, ...minus2)).toEqual(['int32', [5, -2]])
    expect(() => read(11, 5, 0, 0, 0, 0, 0, 0, 0, ...minus2)).toThrow('holds 18446744073709551614 in array 0 of 1')
    expect(read(7, 1, 0)).toEqual(['uint8', [1, 0]])
    expect(read(8, 255, 255, 1, 0)).toEqual(['int32', [-1, 1]])
    expect(read(9, 255, 255, 1, 0)).toEqual(['int32', [65535, 1]])
    expect(read(12, 0xc0, 0x3f, 0x80, 0xff)).toEqual(['float32', [1.5, -Infinity]])
  })

  test.each([
    [changed({ 0: 0x13 }), 'a.params is not a .params file: got magic 0x113, expected 0x112'],
    [changed({ 24: 0 }), 'is damaged: array 0 of 1 got magic 0xf993fa00, expected 0xf993fac9'],
    [changed({ 28: 1 }), 'holds a sparse array: array 0 of 1 is row_sparse, expected a dense one'],
    [changed({ 32: 0 }), 'holds an array without a value: array 0 of 1 has no dimensions'],
    [changed({ 32: 200 }), 'is damaged: array 0 of 1 has 200 dimensions'],
    [changed({ 60: 10 }), 'holds 3221225472 in array 0 of 1, of uint32: it is read as int32'],
    [changed({ 60: 99 }), 'is damaged: array 0 of 1 got type flag 99, expected 0 to 12'],
    [changed({ 43: 255 }), 'is damaged: array 0 of 1 has shape (-'],
    [
      changed({ 36: 0, 51: 16 }),
      'is damaged: array 0 of 1 has shape (0, 1152921504606847000), expected non-negative sides',
    ],
    [changed({ 38: 1 }), 'is cut short: got 89 bytes, expected'],
    [changed({ 20: 1 }), 'is cut short or damaged: got 4294967297 for the number of arrays, expected at most 4'],
    [changed({ 72: 2 }), 'is damaged: got 2 names, expected 1 (or none)'],
    [changed({ 80: 9 }), 'is cut short or damaged: got 9 for the length of name 0, expected at most 1'],
    [Uint8Array.from(byHand.slice(0, -1)), 'is cut short'],
    [
      Uint8Array.from(byHand.slice(0, 66)),
      'is cut short: got 66 bytes, expected 72 or more (array 0 of 1, float32 of (1, 2))',
    ],
    [Uint8Array.from([...byHand, 0]), 'has bytes left over: got 1 after the last name, expected none'],
    [new Uint8Array(0), 'is cut short: got 0 bytes, expected 8 or more (the magic number)'],
  ])('damage %#', (bytes, message) => {
    expect(() => decodeParams(bytes, 'a.params')).toThrow(message)
    expect(() => decodeParams(bytes, 'a.params')).toThrow(/^\[params\] a\.params /)
  })

  test('what cannot be written', () => {
    expect(() => encodeParams([entry, { ...entry, name: '' }])).toThrow('got 1 names, expected all or none')
    expect(() => encodeParams([{ ...entry, shape: [3] }])).toThrow(
      '[params] cannot write w as float32 of (3): got 2 elements of 4 bytes, expected 3 of 4 bytes',
    )
    expect(() => encodeParams([{ ...entry, dtype: 'uint8' }])).toThrow('expected 2 of 1 bytes')
    expect(() => encodeParams([{ ...entry, shape: [], data: Float32Array.of(1) }])).toThrow(
      'expected at least one dimension',
    )
  })
})
