// Operators on i32, i64, f32 and f64, under WebAssembly's own names.
import { expr, loads, type Operand, operators } from './expr.ts'

const integerBinary = [
  'add',
  'sub',
  'mul',
  'div_s',
  'div_u',
  'rem_s',
  'rem_u',
  'and',
  'or',
  'xor',
  'shl',
  'shr_s',
  'shr_u',
  'rotl',
  'rotr',
] as const
const integerCompare = ['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u'] as const
const floatUnary = ['abs', 'neg', 'ceil', 'floor', 'trunc', 'nearest', 'sqrt'] as const
const floatBinary = ['add', 'sub', 'mul', 'div', 'min', 'max', 'copysign'] as const
const floatCompare = ['eq', 'ne', 'lt', 'gt', 'le', 'ge'] as const

/** Consecutive operator codes for a list of names. */
const from = <N extends string>(first: number, names: readonly N[]) =>
  Object.fromEntries(names.map((name, i) => [name, first + i])) as Record<N, number>

/** 32-bit integers; `_s` is signed, `_u` unsigned; addresses are compared unsigned. */
export const i32 = {
  const: (value: number) => expr('i32', value),
  ...operators(['i32'], 'i32', { eqz: 0x45, clz: 0x67, ctz: 0x68, popcnt: 0x69, extend8_s: 0xc0, extend16_s: 0xc1 }),
  ...operators(['i32', 'i32'], 'i32', { ...from(0x46, integerCompare), ...from(0x6a, integerBinary) }),
  ...operators(['i64'], 'i32', { wrap_i64: 0xa7 }),
  ...operators(['f32'], 'i32', { reinterpret_f32: 0xbc, trunc_sat_f32_s: 0xfc00, trunc_sat_f32_u: 0xfc01 }),
  ...operators(['f64'], 'i32', { trunc_sat_f64_s: 0xfc02, trunc_sat_f64_u: 0xfc03 }),
  ...loads('i32', {
    load: [0x28, 2],
    load8_s: [0x2c, 0],
    load8_u: [0x2d, 0],
    load16_s: [0x2e, 1],
    load16_u: [0x2f, 1],
  }),
}

/** 64-bit integers. */
export const i64 = {
  const: (value: bigint) => expr('i64', value),
  ...operators(['i64'], 'i64', { clz: 0x79, ctz: 0x7a, popcnt: 0x7b }),
  ...operators(['i64', 'i64'], 'i64', from(0x7c, integerBinary)),
  ...operators(['i64'], 'i32', { eqz: 0x50 }),
  ...operators(['i64', 'i64'], 'i32', from(0x51, integerCompare)),
  ...operators(['i32'], 'i64', { extend_i32_s: 0xac, extend_i32_u: 0xad }),
  ...operators(['f64'], 'i64', { reinterpret_f64: 0xbd, trunc_sat_f64_s: 0xfc06, trunc_sat_f64_u: 0xfc07 }),
  ...loads('i64', { load: [0x29, 3], load32_s: [0x34, 2], load32_u: [0x35, 2] }),
}

/** 32-bit floats; `nearest` rounds half to even, `min` and `max` pass NaN on. */
export const f32 = {
  const: (value: number) => expr('f32', value),
  ...operators(['f32'], 'f32', from(0x8b, floatUnary)),
  ...operators(['f32', 'f32'], 'f32', from(0x92, floatBinary)),
  ...operators(['f32', 'f32'], 'i32', from(0x5b, floatCompare)),
  ...operators(['i32'], 'f32', { convert_i32_s: 0xb2, convert_i32_u: 0xb3, reinterpret_i32: 0xbe }),
  ...operators(['i64'], 'f32', { convert_i64_s: 0xb4, convert_i64_u: 0xb5 }),
  ...operators(['f64'], 'f32', { demote_f64: 0xb6 }),
  ...loads('f32', { load: [0x2a, 2] }),
}

/** 64-bit floats. */
export const f64 = {
  const: (value: number) => expr('f64', value),
  ...operators(['f64'], 'f64', from(0x99, floatUnary)),
  ...operators(['f64', 'f64'], 'f64', from(0xa0, floatBinary)),
  ...operators(['f64', 'f64'], 'i32', from(0x61, floatCompare)),
  ...operators(['i32'], 'f64', { convert_i32_s: 0xb7, convert_i32_u: 0xb8 }),
  ...operators(['i64'], 'f64', { convert_i64_s: 0xb9, convert_i64_u: 0xba, reinterpret_i64: 0xbf }),
  ...operators(['f32'], 'f64', { promote_f32: 0xbb }),
  ...loads('f64', { load: [0x2b, 3] }),
}

/** The address `base + index * stride` in bytes, modulo 2^32. */
export const at = (base: Operand<'i32'>, index: Operand<'i32'>, stride: Operand<'i32'>) =>
  i32.add(base, i32.mul(index, stride))
