// NumPy's files: .npy, one array behind a header that is a Python literal, and .npz, a zip archive of such files by name.
// The format: numpy/lib/format.py, versions 1 to 3, little-endian, in C or Fortran order.
import { bytesPer, type DType, dtypes, elementsIn, storedBytes, type TypedArray, typeOf } from '../core/dtype.ts'
import { OpError } from '../core/errors.ts'
import { positionsBy } from '../core/indices.ts'
import { sizeOf } from '../core/shape.ts'
import { zip } from './deflate.ts'
import { type Fail, type ForeignType, foreignBytes, foreignElements } from './foreign.ts'
import type { ParamsEntry } from './params.ts'
import { mostFiles, readZip } from './zip.ts'

/** An array of numbers, row-major. */
type NpyArray = Omit<ParamsEntry, 'name'>

/** NumPy's names of element types. */
const descriptions: { readonly [D in DType]: string } = {
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  int32: '<i4',
  int8: '|i1',
  uint8: '|u1',
}
const foreign: Readonly<Record<string, ForeignType>> = {
  '|b1': 'bool',
  '<i2': 'int16',
  '<u2': 'uint16',
  '<u4': 'uint32',
  '<i8': 'int64',
  '<u8': 'uint64',
}

const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)
/** Bytes of a header at most, as in NumPy. */
const mostHeader = 10_000
const mostBytes = 2 ** 32 - 1

const failure =
  (op: string, file: string): Fail =>
  (message) => {
    throw new OpError(op, `${file} ${message}`)
  }

/** Whether bytes start as an .npy file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte)
}

/** Reads an .npy file. Throws on damage, and on elements that are no numbers or big-endian. */
export function decodeNpy(bytes: Uint8Array, file = 'the .npy file', op = 'npy'): NpyArray {
  const fail = failure(op, file)
  const [text, start] = headerOf(bytes, fail)
  const { descr, fortran, shape } = readHeader(text, fail)
  const size = sizeOf(shape)
  const dtype = dtypes.find((name) => descriptions[name] === descr)
  const other = Object.hasOwn(foreign, descr) ? foreign[descr] : undefined
  if (!dtype && !other) refuseType(descr, fail)
  const right = size * (dtype ? bytesPer(dtype) : foreignBytes(other as ForeignType))
  const got = bytes.length - start
  if (!Number.isSafeInteger(right) || got !== right)
    fail(`is cut short or damaged: got ${got} bytes, expected ${right} for ${descr} of (${shape.join(', ')})`)
  const { buffer } = new Uint8Array(bytes.subarray(start)) // a Buffer's slice would be no copy
  const read = dtype
    ? { dtype, data: elementsIn(dtype, buffer, 0, size) }
    : foreignElements(other as ForeignType, buffer, 'it', fail)
  return { shape, dtype: read.dtype, data: fortran ? rowMajor(read.data, shape) : read.data }
}

function headerOf(bytes: Uint8Array, fail: Fail): [text: string, end: number] {
  if (!isNpy(bytes)) fail('is no .npy file: it is expected to start with \\x93NUMPY')
  const version = bytes[6]
  if (!(version >= 1 && version <= 3)) fail(`is of version ${version ?? 'none'}, expected 1 to 3`)
  const start = version === 1 ? 10 : 12
  if (bytes.length < start) fail(`is cut short: got ${bytes.length} bytes, expected at least ${start}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > mostHeader) fail(`has a header of ${length} bytes, expected at most ${mostHeader}`)
  if (start + length > bytes.length)
    fail(`is cut short: got ${bytes.length} bytes, expected ${start + length} for the header alone`)
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, start + length))
  return [text, start + length]
}

/** An item of the header's dictionary: a key, and a text, a truth value or a tuple of integers (long ones in Python 2). */
const item = /\s*'(descr|fortran_order|shape)'\s*:\s*('[^']*'|True|False|\([\dL,\s]*\))\s*(?:,|(?=\}))/y

function readHeader(text: string, fail: Fail): { descr: string; fortran: boolean; shape: readonly number[] } {
  const found = new Map<string, string>()
  item.lastIndex = text.startsWith('{') ? 1 : text.length
  let end = item.lastIndex
  for (let match = item.exec(text); match; match = item.exec(text)) {
    found.set(match[1], match[2])
    end = item.lastIndex
  }
  const [descr = '', order = '', sides = ''] = ['descr', 'fortran_order', 'shape'].map((key) => found.get(key))
  if (/'descr'\s*:\s*\[/.test(text)) fail("holds records, which are not read: expected numbers, as of '<f4'")
  const whole = /^\s*\}\s*$/.test(text.slice(end)) && found.size === 3
  if (!whole || !descr.startsWith("'") || !/^(True|False)$/.test(order) || !sides.startsWith('('))
    fail("is damaged: its header is no dictionary of 'descr', 'fortran_order' and 'shape'")
  const shape = sides
    .slice(1, -1)
    .split(',')
    .map((side) => side.trim().replace(/L$/, ''))
    .filter((side) => side !== '')
    .map(Number)
  if (shape.length > 64 || !shape.every(Number.isSafeInteger)) fail(`is damaged: its shape is ${sides}`)
  return { descr: descr.slice(1, -1), fortran: order === 'True', shape }
}

function refuseType(descr: string, fail: Fail): never {
  const known = [...Object.values(descriptions), ...Object.keys(foreign)].join(', ')
  if (descr.includes('O')) return fail('holds Python objects (pickled), which are not read: expected numbers')
  if (descr.startsWith('>')) return fail(`is big-endian, '${descr}': save x.astype('<${descr.slice(1)}')`)
  return fail(`holds elements '${descr}', expected one of ${known}`)
}

/** Values in C order of values in Fortran order. */
function rowMajor(data: TypedArray, shape: readonly number[]): TypedArray {
  const next = positionsBy(
    shape,
    shape.map((_, axis) => sizeOf(shape.slice(0, axis))),
  )
  const out = data.slice()
  for (let i = 0; i < out.length; i++) out[i] = data[next()]
  return out
}

/** The bytes of an .npy file of version 1, as NumPy writes them. */
export function encodeNpy({ shape, dtype, data }: NpyArray): Uint8Array<ArrayBuffer> {
  checkWritable('npy', 'an array', { shape, dtype, data })
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const text = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`
  const end = Math.ceil((10 + text.length + 1) / 64) * 64
  const bytes = storedBytes(dtype, data)
  const file = new Uint8Array(end + bytes.length)
  file.set(magic)
  file[6] = 1
  new DataView(file.buffer).setUint16(8, end - 10, true)
  file.set(new TextEncoder().encode(`${text.padEnd(end - 11)}\n`), 10)
  file.set(bytes, end)
  return file
}

function checkWritable(op: string, name: string, { shape, dtype, data }: NpyArray): void {
  const { array } = typeOf(dtype)
  const size = sizeOf(shape)
  if (data.length === size && data instanceof array) return
  const got = `${data.length} elements of ${data.BYTES_PER_ELEMENT} bytes`
  const right = `${size} of ${array.BYTES_PER_ELEMENT} bytes`
  throw new OpError(op, `cannot write ${name} as ${dtype} of (${shape.join(', ')}): got ${got}, expected ${right}`)
}

/** Reads an .npz file: arrays by name, in the order of the archive. Throws on damage, and on what NumPy does not write. */
export function decodeNpz(bytes: Uint8Array, file = 'the .npz file'): ParamsEntry[] {
  const fail = failure('npz', file)
  const members = readZip(bytes, fail)
  if (members.some(({ name }) => name.endsWith('/data.pkl')))
    fail("is PyTorch's own file, which holds a program: save its state dict as safetensors or .npz")
  return members.map(({ name, bytes }) => {
    if (!name.endsWith('.npy')) fail(`holds ${name || 'a file without a name'}, expected .npy files alone`)
    return { name: name.slice(0, -4), ...decodeNpy(bytes(), `${file}: ${name}`, 'npz') }
  })
}

/** The bytes of an .npz file, its arrays stored as they are. Throws on names that are taken twice, or missing. */
export function encodeNpz(entries: readonly ParamsEntry[]): Uint8Array<ArrayBuffer> {
  const files = new Map<string, Uint8Array>()
  for (const entry of entries) {
    const name = `${entry.name}.npy`
    if (entry.name === '') throw new OpError('npz', 'every array needs a name, got an empty one')
    if (files.has(name)) throw new OpError('npz', `cannot write ${entry.name}: the name is taken`)
    if (!name.isWellFormed() || name.length > 0x4000)
      throw new OpError('npz', `cannot write ${entry.name.slice(0, 80)}: the name is no Unicode text, or too long`)
    checkWritable('npz', entry.name, entry)
    files.set(name, encodeNpy(entry))
  }
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0)
  if (total > mostBytes || files.size > mostFiles)
    throw new OpError(
      'npz',
      `got ${files.size} arrays of ${total} bytes, expected at most ${mostFiles} and ${mostBytes}`,
    )
  return zip(Object.fromEntries(files))
}
