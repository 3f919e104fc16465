// Elements on the CPU engine: how those of each type are loaded to lanes of 32 bits and stored.
import { bytesPer, type DType } from '../../core/dtype.ts'
import { type Body, type Expr, f32x4, i8x16, i16x8, i32, i32x4, type Local, type Operand, v128 } from './asm.ts'

/** Element types on the CPU engine, which has no float64. */
export type Element = Exclude<DType, 'float64'>

/** What lies in memory: elements of a type, or the 16 bits of an element as they are. */
export type Stored = Element | 'bits16'

/** What a kernel loads: elements, or indices, whose addresses are their values. */
export type Source = Stored | 'iota'

/** Bytes of an element. */
export type ElementBytes = 1 | 2 | 4

/** Four lanes. */
export type Lanes = Expr<'v128'>

/** How many lanes hold elements: four, or lane 0 alone. */
export type Width = 4 | 1

/** Bytes from one element to the next; indices are their own addresses. */
export function bytesOf(element: Source): ElementBytes {
  if (element === 'iota') return 1
  return element === 'bits16' ? 2 : elementBytes(element)
}

/** Bytes of an element of an array. */
export function elementBytes(dtype: DType): ElementBytes {
  const bytes = bytesPer(dtype)
  if (bytes === 8) throw new Error(`the CPU engine has no ${dtype}`)
  return bytes
}

/** An element type of as many bytes, none of whose bits a move changes. */
export const movedAs = (bytes: ElementBytes): Stored => (({ 1: 'uint8', 2: 'bits16', 4: 'int32' }) as const)[bytes]

/** The bits of an element at an address. */
export function loadElement(bytes: ElementBytes, address: Operand<'i32'>): Expr<'i32'> {
  return bytes === 1 ? i32.load8_u(address) : bytes === 2 ? i32.load16_u(address) : i32.load(address)
}

/** Stores the bits of an element. */
export function storeElement(f: Body, bytes: ElementBytes, address: Operand<'i32'>, bits: Expr<'i32'>): void {
  if (bytes === 1) f.store8(address, bits)
  else if (bytes === 2) f.store16(address, bits)
  else f.store(address, bits)
}

/** Four elements from an address, or one in lane 0, integers as int32; `vector` counts fours from there. */
export function load(f: Body, from: Source, at: Local<'i32'>, lanes: Width, vector = 0): Lanes {
  if (from === 'iota') return lanes === 4 ? indices(at, vector * 4) : i32x4.splat(at)
  const bytes = bytesOf(from)
  if (bytes === 4) return lanes === 4 ? v128.load(at, vector * 16) : v128.load32_zero(at)
  if (lanes === 1) return loadSplat(f, from, at)
  if (bytes === 2) return decoded(f, from, i32x4.extend_low_i16x8_u(v128.load64_zero(at, vector * 8)))
  const four = v128.load32_zero(at, vector * 4)
  return from === 'int8'
    ? i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(four))
    : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(four))
}

/** Four indices, the first of them `from` + `first`. */
export const indices = (from: Expr<'i32'>, first = 0): Lanes =>
  i32x4.add(i32x4.splat(from), i32x4.const(first, first + 1, first + 2, first + 3))

/** One element in all lanes, integers as int32. */
export function loadSplat(f: Body, from: Source, at: Expr<'i32'>): Lanes {
  if (from === 'iota') return i32x4.splat(at)
  const bytes = bytesOf(from)
  if (bytes === 4) return v128.load32_splat(at)
  if (from === 'int8') return i32x4.splat(i32.load8_s(at))
  return decoded(f, from, i32x4.splat(loadElement(bytes, at)))
}

/** Stores four elements, or lane 0, at a number of fours from an address: floats rounded, integers modulo their range. */
export function store(f: Body, to: Stored, at: Local<'i32'>, value: Lanes, lanes: Width, vector = 0): void {
  const bytes = bytesOf(to)
  if (bytes === 4) {
    if (lanes === 1) f.storeLane(32, at, value, 0)
    else f.store(at, value, vector * 16)
  } else if (bytes === 2) {
    const words = f.let(to === 'float16' ? halfBits(f, value) : value)
    f.storeLane(lanes === 4 ? 64 : 16, at, i16x8.narrow_i32x4_u(words, words), 0, vector * 8)
  } else {
    const low = f.let(v128.and(value, i32x4.const(255)))
    const words = f.let(i16x8.narrow_i32x4_u(low, low))
    f.storeLane(lanes === 4 ? 32 : 8, at, i8x16.narrow_i16x8_u(words, words), 0, vector * 4)
  }
}

const decoded = (f: Body, from: Stored, bits: Lanes): Lanes => (from === 'float16' ? fromHalf(f, bits) : bits)

/** float32 from the bits of float16: exponent and fraction are moved, and the exponent's bias is made up by a factor. */
function fromHalf(f: Body, bits: Lanes): Lanes {
  const held = f.let(bits)
  const moved = f.let(i32x4.shl(v128.and(held, i32x4.const(0x7fff)), 13))
  const endless = i32x4.gt_s(moved, i32x4.const((0x7c00 << 13) - 1))
  const infinity = v128.or(moved, i32x4.const(0x7f800000))
  const size = v128.bitselect(infinity, f32x4.mul(moved, f32x4.const(2 ** 112)), endless)
  return v128.or(size, i32x4.shl(v128.and(held, i32x4.const(0x8000)), 16))
}

/** The bits of float16 from float32, halves to the even one: as src/core/float16.ts says; NaN keeps its sign alone. */
function halfBits(f: Body, value: Lanes): Lanes {
  const word = f.let(value)
  const size = f.let(v128.and(word, i32x4.const(0x7fffffff)))
  const odd = v128.and(i32x4.shr_u(size, 13), i32x4.const(1))
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(size, i32x4.const(0xfff - 0x38000000)), odd), 13)
  // beside 0.5 a float32 counts in steps of 2⁻²⁴, as subnormal halves do
  const tiny = i32x4.sub(f32x4.add(size, f32x4.const(0.5)), i32x4.const(0x3f000000))
  const rounded = v128.bitselect(tiny, normal, i32x4.lt_s(size, i32x4.const(0x38800000)))
  const bounded = i32x4.min_s(rounded, i32x4.const(0x7c00))
  const known = v128.bitselect(i32x4.const(0x7e00), bounded, i32x4.gt_s(size, i32x4.const(0x7f800000)))
  return v128.or(known, v128.and(i32x4.shr_u(word, 16), i32x4.const(0x8000)))
}
