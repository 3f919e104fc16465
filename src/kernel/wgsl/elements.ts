// Elements on the GPU: how they lie in words of 32 bits, and the WGSL that loads and stores them.
import { bytesPer, type DType } from '../../core/dtype.ts'

/** How elements lie: an element type, words as they are, or the 16 bits of an element as they are. */
export type Stored = DType | 'word' | 'bits16'

/** The WGSL type of an element in a register. */
export type Register = 'f32' | 'i32' | 'u32'

/** An element that shares its word with others. */
interface Packed {
  readonly bits: 8 | 16
  /** The element of its bits, which are the low ones of a u32. */
  readonly decode: (bits: string) => string
  /** A u32 whose low bits are those of the element. */
  readonly encode: (value: string) => string
}

const codecs: Readonly<Record<Exclude<Stored, 'float64'>, { readonly register: Register; readonly packed?: Packed }>> =
  {
    float32: { register: 'f32' },
    int32: { register: 'i32' },
    word: { register: 'u32' },
    uint8: { register: 'u32', packed: { bits: 8, decode: (bits) => bits, encode: (value) => value } },
    int8: {
      register: 'i32',
      packed: {
        bits: 8,
        decode: (bits) => `(bitcast<i32>(${bits} << 24u) >> 24u)`,
        encode: (v) => `bitcast<u32>(${v})`,
      },
    },
    bits16: { register: 'u32', packed: { bits: 16, decode: (bits) => bits, encode: (value) => value } },
    float16: {
      register: 'f32',
      packed: { bits: 16, decode: (bits) => `fromHalf(${bits})`, encode: (value) => `halfBits(${value})` },
    },
  }

const codecOf = (dtype: Stored) => {
  if (dtype === 'float64') throw new Error('there is no float64 on the GPU')
  return codecs[dtype]
}

/** The WGSL type of an element in a register. */
export const wgslType = (dtype: Stored): Register => codecOf(dtype).register

/** Whether several elements share a word, so that one invocation must write them all. */
export const sharesWords = (dtype: Stored): boolean => codecOf(dtype).packed !== undefined

/** Elements of a word. */
export const perWord = (dtype: Stored): number => 32 / (codecOf(dtype).packed?.bits ?? 32)

/** An element type whose elements have the same bits, none of which a move changes. */
export function movedAs(dtype: DType): Stored {
  return ({ 1: 'uint8', 2: 'bits16', 4: 'word', 8: 'float64' } as const)[bytesPer(dtype)]
}

/** The WGSL type of an array of elements. */
export const arrayType = (dtype: Stored): string => `array<${sharesWords(dtype) ? 'u32' : wgslType(dtype)}>`

/** WGSL expression of element `at` of an array. */
export function elementText(name: string, dtype: Stored, at: string): string {
  const { packed } = codecOf(dtype)
  return packed ? packed.decode(fieldText(name, packed, at)) : `${name}[${at}]`
}

const shiftText = ({ bits }: Packed, at: string) => `((${at}) % ${32 / bits}u * ${bits}u)`
const maskText = ({ bits }: Packed) => `${2 ** bits - 1}u`
const fieldText = (name: string, packed: Packed, at: string) =>
  `((${name}[(${at}) / ${32 / packed.bits}u] >> ${shiftText(packed, at)}) & ${maskText(packed)})`

/** WGSL function `load_name(i)` of element i of an array that begins at element `p.at_name`. */
export const loadText = (name: string, dtype: Stored): string =>
  `fn load_${name}(i: u32) -> ${wgslType(dtype)} { let at = p.at_${name} + i; return ${elementText(name, dtype, 'at')}; }`

/** WGSL statements of invocation `n`: it stores word `n` of y, of `value(i)` for each element i, and keeps what lies outside. */
export function storeWord(dtype: Stored): string {
  const { packed } = codecOf(dtype)
  if (!packed) throw new Error(`elements of ${dtype} share no words`)
  const count = 32 / packed.bits
  return `let word = p.at_y / ${count}u + n;
  if (word * ${count}u >= p.at_y + p.size) { return; }
  var held = y[word];
  for (var k = 0u; k < ${count}u; k++) {
    let at = word * ${count}u + k;
    if (at < p.at_y || at >= p.at_y + p.size) { continue; }
    let bits = ${packed.encode('value(at - p.at_y)')} & ${maskText(packed)};
    held = (held & ~(${maskText(packed)} << ${shiftText(packed, 'at')})) | (bits << ${shiftText(packed, 'at')});
  }
  y[word] = held;`
}

/** WGSL functions that the elements of these types need. */
export const functionsFor = (dtypes: readonly Stored[]): string => (dtypes.includes('float16') ? halfText : '')

/**
 * float16 from float32 and back, by integers: WGSL fixes the rounding of no packing, and may take subnormal numbers for
 * zero. Halves are rounded to the even one; NaN keeps its sign alone.
 */
const halfText = `
fn fromHalf(bits: u32) -> f32 {
  let sign = (bits & 0x8000u) << 16u;
  let size = bits & 0x7fffu;
  if (size >= 0x7c00u) { return bitcast<f32>(sign | 0x7f800000u | ((size & 1023u) << 13u)); }
  if (size >= 0x400u) { return bitcast<f32>(sign | ((size << 13u) + 0x38000000u)); }
  if (size == 0u) { return bitcast<f32>(sign); }
  let zeros = countLeadingZeros(size);
  return bitcast<f32>(sign | (((134u - zeros) << 23u) + ((size << (zeros - 8u)) & 0x7fffffu)));
}
fn halfBits(x: f32) -> u32 {
  let word = bitcast<u32>(x);
  let sign = (word >> 16u) & 0x8000u;
  let size = word & 0x7fffffffu;
  if (size > 0x7f800000u) { return sign | 0x7e00u; }
  if (size >= 0x477ff000u) { return sign | 0x7c00u; }
  if (size >= 0x38800000u) { return sign | ((size - 0x38000000u + 0xfffu + ((size >> 13u) & 1u)) >> 13u); }
  if (size < 0x33000000u) { return sign; }
  let shift = 126u - (size >> 23u);
  let whole = (size & 0x7fffffu) | 0x800000u;
  return sign | ((whole + (1u << (shift - 1u)) - 1u + ((whole >> shift) & 1u)) >> shift);
}
`
