// safetensors files: the exact bytes, round trips, and each thing that the format rules out.
import { expect, test } from 'vitest'
import {
  decodeSafetensors,
  encodeSafetensors,
  numbersOf,
  type Safetensor,
  type SafetensorsDType,
  tensorOf,
} from './safetensors.ts'

/** A file by hand: a header, as text or as what it says, and bytes of data. */
function file(header: unknown, data = 0, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + data)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
})

test('the bytes of a file', () => {
  const bytes = encodeSafetensors({
    metadata: { format: 'pt' },
    tensors: [tensorOf('w', 'float32', [1, 2], Float32Array.of(1, -2))],
  })
  const header = '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'
  const expected = file(header.padEnd(88, ' '), 8)
  expected.set([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], 96)
  expect(bytes).toEqual(expected)
})

test('all comes back, scalars and empty tensors too, from the middle of a buffer, aligned by width', () => {
  const raw = (name: string, dtype: SafetensorsDType, shape: number[], size: number): Safetensor => ({
    name,
    dtype,
    shape,
    bytes: Uint8Array.from({ length: size }, (_, i) => i * 37),
  })
  const tensors = [
    raw('mask', 'BOOL', [3], 3),
    raw('scalar', 'F32', [], 4),
    raw('half', 'BF16', [2, 1], 4),
    raw('nothing', 'F64', [4, 0, 7], 0),
    raw('__proto__', 'I64', [2], 16),
    raw('1', 'U8', [5], 5),
    raw('packed', 'F4', [2, 3], 3),
    raw('weights 轮', 'F32', [2, 2], 16),
  ]
  const metadata = { note: '"{}"\u0000', format: 'pt' }
  const bytes = encodeSafetensors({ metadata, tensors })
  const shifted = new Uint8Array(bytes.length + 9)
  shifted.set(bytes, 3)
  const read = decodeSafetensors(shifted.subarray(3, 3 + bytes.length))
  expect(read.metadata).toEqual(metadata)
  const names = ['nothing', '__proto__', 'scalar', 'weights 轮', 'half', 'mask', '1', 'packed']
  expect(read.tensors).toEqual(names.map((name) => tensors.find((tensor) => tensor.name === name)))
  expect(encodeSafetensors({ metadata: {}, tensors: [] })).toEqual(file('{}      '))
  expect(decodeSafetensors(file('{}'))).toEqual({ metadata: {}, tensors: [] })
})

test('numbers of each type that arrays have, as a copy', () => {
  for (const [dtype, data] of [
    ['float32', Float32Array.of(1.5, Number.NaN)],
    ['float64', Float64Array.of(Math.E, -0)],
    ['int32', Int32Array.of(-1, 2 ** 31 - 1)],
    ['uint8', Uint8Array.of(0, 255)],
    ['int8', Int8Array.of(-128, 127)],
    ['float16', Float32Array.of(1.5, -0, 65504, 2 ** -24)],
  ] as const) {
    const tensor = tensorOf('x', dtype, [2], data)
    const numbers = numbersOf(tensor)
    expect(numbers).toEqual({ dtype, data })
    expect(numbersOf({ ...tensor, bytes: Buffer.from(tensor.bytes) })).toEqual({ dtype, data })
    expect(numbers.data.buffer).not.toBe(data.buffer)
  }
  const half = { name: 'x', dtype: 'F8_E4M3', shape: [2], bytes: new Uint8Array(2) } as const
  expect(() => numbersOf(half, 'f')).toThrow(
    'f holds x as F8_E4M3, which Glueball lacks: expected F32, F64, F16, U8, I32, I8, BOOL, BF16, I16, U16, U32, I64, U64',
  )
})

test('types that arrays lack become those that hold their values', () => {
  const read = (dtype: 'BF16' | 'I64' | 'U32', ...bytes: number[]) =>
    numbersOf({ name: 'x', dtype, shape: [1], bytes: Uint8Array.from(bytes) }, 'f')
  expect(read('BF16', 0xc0, 0x3f)).toEqual({ dtype: 'float32', data: Float32Array.of(1.5) })
  expect(read('I64', 7, 0, 0, 0, 0, 0, 0, 0)).toEqual({ dtype: 'int32', data: Int32Array.of(7) })
  expect(() => read('U32', 0, 0, 0, 128)).toThrow('f holds 2147483648 in x, of uint32: it is read as int32')
})

test.each([
  ['is cut short: got 7 bytes', file('{}').subarray(0, 7)],
  ['is cut short: got 10 bytes, expected 11 for the header alone', file('{}', 0, 3n)],
  ['says that its header has 100000001 bytes, expected at most 100000000', file('{}', 0, 100_000_001n)],
  ['says that its header has 18446744073709551615 bytes', file('{}', 0, 2n ** 64n - 1n)],
  ['is no safetensors file: its header is expected to start with {', file(' {}')],
  ['is no safetensors file', file('')],
  ['has a header that cannot be read', file('{')],
  ['has a header that cannot be read', file('{}\u0000')],
  ['has a header that cannot be read', Uint8Array.from([...file('{"x'), 0xff]).fill(4, 0, 1)],
  ['has a header that cannot be read: a key comes twice', file('{"a":{},"a":{}}')],
  ['a key comes twice', file('{"a":{"dtype":"U8","shape":[1],"shape":[0],"data_offsets":[0,0]}}')],
  ['nest more than 3 deep', file({ a: { shape: [[1]] } })],
  ['has a __metadata__ that is no object', file({ __metadata__: 'pt' })],
  ['has a __metadata__ whose version is no text', file({ __metadata__: { version: 1 } })],
  ['has an entry a that is no tensor', file({ a: 1 })],
  ['holds a as nothing, which is no element type', file({ a: {} })],
  ['holds a as "float32", which is no element type', file({ a: { ...f32(0, 4), dtype: 'float32' } }, 4)],
  ['holds a as "toString"', file({ a: { ...f32(0, 4), dtype: 'toString' } }, 4)],
  ['with a shape that is no list of non-negative sizes', file({ a: { ...f32(0, 4), shape: [-1] } }, 4)],
  ['with a shape that is no list of non-negative sizes', file({ a: { ...f32(0, 4), shape: [0.5, 2] } }, 4)],
  ['with a shape that is no list of non-negative sizes', file({ a: { ...f32(0, 4), shape: '1' } }, 4)],
  ['with data_offsets that are no begin and end', file({ a: { ...f32(0, 4), data_offsets: [0] } }, 4)],
  ['with data_offsets that are no begin and end', file({ a: { ...f32(0, 4), data_offsets: [4, 0] } }, 4)],
  ['a has 4 bytes, expected 8 for F32 of its shape', file({ a: f32(0, 4, [2]) }, 4)],
  ['a has 4 bytes, expected fewer for F32 of its shape', file({ a: f32(0, 4, [2 ** 50, 2 ** 50]) }, 4)],
  ['expected fewer for F4 of its shape', file({ a: { dtype: 'F4', shape: [3], data_offsets: [0, 2] } }, 2)],
  ['is damaged: b overlaps the one before: it starts at 4, expected 8', file({ a: f32(0, 8), b: f32(4, 12) }, 12)],
  [
    'is damaged: b leaves a hole before itself: it starts at 12, expected 8',
    file({ a: f32(0, 8), b: f32(12, 16) }, 16),
  ],
  ['is damaged: a leaves a hole before itself', file({ a: f32(4, 8) }, 8)],
  ['its tensors end at 8, and there are 7 bytes for them', file({ a: f32(0, 8) }, 7)],
  ['its tensors end at 8, and there are 9 bytes for them', file({ a: f32(0, 8) }, 9)],
  ['its tensors end at 562949953421308', file({ a: f32(0, 2 ** 49 - 4) }, 8)],
  ['its tensors end at 0, and there are 1 bytes for them', file({}, 1)],
])('%s', (message, bytes) => {
  expect(() => decodeSafetensors(bytes, 'x.safetensors')).toThrow(`[safetensors] x.safetensors `)
  expect(() => decodeSafetensors(bytes, 'x.safetensors')).toThrow(message)
})

test('a message quotes no control characters of a name, and not all of a long one', () => {
  const refused = (name: string) => {
    try {
      decodeSafetensors(file({ [name]: 1 }), 'f')
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(refused('a\u001b[2J\nb\u202e')).toBe('[safetensors] f has an entry a\\x1b[2J\\x0ab\\u202e that is no tensor')
  expect(refused('x'.repeat(1e6))).toMatch(
    /^\[safetensors] f has an entry x{900,1000} … x{900,1000} that is no tensor$/,
  )
})

test('what cannot be written', () => {
  const write = (...tensors: Safetensor[]) => encodeSafetensors({ metadata: {}, tensors })
  const one = tensorOf('w', 'uint8', [1], Uint8Array.of(1))
  expect(() => write(one, one)).toThrow('[safetensors] cannot write w as U8 of (1): the name is taken')
  expect(() => write({ ...one, name: '__metadata__' })).toThrow('the name is taken')
  expect(() => write({ ...one, name: '\ud800' })).toThrow('the name is no Unicode text')
  expect(() => write({ ...one, shape: [2] })).toThrow('cannot write w as U8 of (2): got 1 bytes, expected 2')
  expect(() => write({ ...one, shape: [-1, -1] })).toThrow('expected a countable shape')
})
