// Operators on 128-bit vectors, grouped by lane shape, under WebAssembly's own names.
import { type Expr, expr, loads, memarg, type Operand, opcode, operators, type Type, vectorConstant } from './expr.ts'

type Vector = Expr<'v128'>

const unary = <N extends string>(table: Record<N, number>) => operators(['v128'], 'v128', table)
const binary = <N extends string>(table: Record<N, number>) => operators(['v128', 'v128'], 'v128', table)
const shifts = <N extends string>(table: Record<N, number>) => operators(['v128', 'i32'], 'v128', table)
const tests = <N extends string>(table: Record<N, number>) => operators(['v128'], 'i32', table)

/** `extract(v, lane)` for vectors of the given number of lanes. */
const extract =
  <T extends Type>(lane: T, op: number, lanes: number) =>
  (v: Vector, index: number): Expr<T> => ({ type: lane, code: [v.code, opcode(op), checked(index, lanes)] })

/** `replace(v, lane, value)`: v with one lane changed. */
const replace =
  <T extends Type>(lane: T, op: number, lanes: number) =>
  (v: Vector, index: number, value: Operand<T>): Vector => ({
    type: 'v128',
    code: [v.code, expr(lane, value).code, opcode(op), checked(index, lanes)],
  })

function checked(index: number, lanes: number): number {
  if (Number.isInteger(index) && index >= 0 && index < lanes) return index
  throw new Error(`[asm] no such lane: got ${index}, expected an integer from 0 to ${lanes - 1}`)
}

/** A constant from one value for all lanes, or a value for each; those of one value are kept, as transforms need many. */
const constant = (array: new (values: number[]) => { buffer: ArrayBufferLike }, lanes: number) => {
  const make = (values: number[]): Vector => {
    const bytes = [...new Uint8Array(new array(values).buffer)]
    // zero is one cheap instruction wherever it stands
    return { type: 'v128', code: bytes.some((byte) => byte !== 0) ? { ref: 'constant', bytes } : vectorConstant(bytes) }
  }
  const kept = new Map<number, Vector>()
  return (...values: number[]): Vector => {
    if (values.length === lanes) return make(values)
    if (values.length !== 1)
      throw new Error(`[asm] wrong number of lane constants: got ${values.length}, expected 1 or ${lanes}`)
    const [value] = values
    // a map takes -0 for 0
    if (Object.is(value, -0)) return make(Array<number>(lanes).fill(value))
    const found = kept.get(value) ?? make(Array<number>(lanes).fill(value))
    kept.set(value, found)
    return found
  }
}

/** `load(address, v, lane, offset)`: v with one lane taken from memory. */
const loadLane =
  (op: number, align: number) =>
  (address: Operand<'i32'>, v: Vector, lane: number, offset = 0): Vector => ({
    type: 'v128',
    code: [expr('i32', address).code, v.code, opcode(op), memarg(align, offset), checked(lane, 16 >> align)],
  })

/** Whole vectors: loads, bits, tests. */
export const v128 = {
  ...loads('v128', {
    load: [0xfd00, 4],
    load8x8_s: [0xfd01, 3],
    load8x8_u: [0xfd02, 3],
    load16x4_s: [0xfd03, 3],
    load16x4_u: [0xfd04, 3],
    load8_splat: [0xfd07, 0],
    load16_splat: [0xfd08, 1],
    load32_splat: [0xfd09, 2],
    load64_splat: [0xfd0a, 3],
    load32_zero: [0xfd5c, 2],
    load64_zero: [0xfd5d, 3],
  }),
  load8_lane: loadLane(0xfd54, 0),
  load16_lane: loadLane(0xfd55, 1),
  load32_lane: loadLane(0xfd56, 2),
  load64_lane: loadLane(0xfd57, 3),
  ...unary({ not: 0xfd4d }),
  /** `andnot(a, b)` is a & ~b. */
  ...binary({ and: 0xfd4e, andnot: 0xfd4f, or: 0xfd50, xor: 0xfd51 }),
  ...tests({ any_true: 0xfd53 }),
  /** `bitselect(a, b, mask)`: bits of a where the mask is 1, else of b. */
  ...operators(['v128', 'v128', 'v128'], 'v128', { bitselect: 0xfd52 }),
}

/** Sixteen bytes. */
export const i8x16 = {
  const: constant(Uint8Array, 16),
  ...operators(['i32'], 'v128', { splat: 0xfd0f }),
  extract_lane_s: extract('i32', 0xfd15, 16),
  extract_lane_u: extract('i32', 0xfd16, 16),
  replace_lane: replace('i32', 0xfd17, 16),
  /** Sixteen bytes chosen from a (0–15) and b (16–31). */
  shuffle: (a: Vector, b: Vector, ...lanes: number[]): Vector => {
    if (lanes.length !== 16) throw new Error(`[i8x16.shuffle] wrong number of lanes: got ${lanes.length}, expected 16`)
    return { type: 'v128', code: [a.code, b.code, opcode(0xfd0d), ...lanes.map((lane) => checked(lane, 32))] }
  },
  ...unary({ abs: 0xfd60, neg: 0xfd61, popcnt: 0xfd62 }),
  ...tests({ all_true: 0xfd63, bitmask: 0xfd64 }),
  ...shifts({ shl: 0xfd6b, shr_s: 0xfd6c, shr_u: 0xfd6d }),
  ...binary({
    ...{ swizzle: 0xfd0e, eq: 0xfd23, ne: 0xfd24, lt_s: 0xfd25, lt_u: 0xfd26, gt_s: 0xfd27, gt_u: 0xfd28 },
    ...{ le_s: 0xfd29, le_u: 0xfd2a, ge_s: 0xfd2b, ge_u: 0xfd2c, narrow_i16x8_s: 0xfd65, narrow_i16x8_u: 0xfd66 },
    ...{ add: 0xfd6e, add_sat_s: 0xfd6f, add_sat_u: 0xfd70, sub: 0xfd71, sub_sat_s: 0xfd72, sub_sat_u: 0xfd73 },
    ...{ min_s: 0xfd76, min_u: 0xfd77, max_s: 0xfd78, max_u: 0xfd79, avgr_u: 0xfd7b },
  }),
}

/** Eight 16-bit integers. */
export const i16x8 = {
  const: constant(Int16Array, 8),
  ...operators(['i32'], 'v128', { splat: 0xfd10 }),
  extract_lane_s: extract('i32', 0xfd18, 8),
  extract_lane_u: extract('i32', 0xfd19, 8),
  replace_lane: replace('i32', 0xfd1a, 8),
  ...unary({ abs: 0xfd80, neg: 0xfd81, extend_low_i8x16_s: 0xfd87, extend_high_i8x16_s: 0xfd88 }),
  ...unary({ extend_low_i8x16_u: 0xfd89, extend_high_i8x16_u: 0xfd8a }),
  ...tests({ all_true: 0xfd83, bitmask: 0xfd84 }),
  ...shifts({ shl: 0xfd8b, shr_s: 0xfd8c, shr_u: 0xfd8d }),
  ...binary({
    ...{ eq: 0xfd2d, ne: 0xfd2e, lt_s: 0xfd2f, lt_u: 0xfd30, gt_s: 0xfd31, gt_u: 0xfd32, le_s: 0xfd33, le_u: 0xfd34 },
    ...{ ge_s: 0xfd35, ge_u: 0xfd36, narrow_i32x4_s: 0xfd85, narrow_i32x4_u: 0xfd86, add: 0xfd8e, sub: 0xfd91 },
    ...{ add_sat_s: 0xfd8f, add_sat_u: 0xfd90, sub_sat_s: 0xfd92, sub_sat_u: 0xfd93, mul: 0xfd95 },
    ...{ min_s: 0xfd96, min_u: 0xfd97, max_s: 0xfd98, max_u: 0xfd99 },
  }),
}

/** Four 32-bit integers. */
export const i32x4 = {
  const: constant(Int32Array, 4),
  ...operators(['i32'], 'v128', { splat: 0xfd11 }),
  extract_lane: extract('i32', 0xfd1b, 4),
  replace_lane: replace('i32', 0xfd1c, 4),
  ...unary({ abs: 0xfda0, neg: 0xfda1, extend_low_i16x8_s: 0xfda7, extend_high_i16x8_s: 0xfda8 }),
  ...unary({ extend_low_i16x8_u: 0xfda9, extend_high_i16x8_u: 0xfdaa, trunc_sat_f32x4_s: 0xfdf8 }),
  ...unary({ trunc_sat_f32x4_u: 0xfdf9, trunc_sat_f64x2_s_zero: 0xfdfc, trunc_sat_f64x2_u_zero: 0xfdfd }),
  ...tests({ all_true: 0xfda3, bitmask: 0xfda4 }),
  ...shifts({ shl: 0xfdab, shr_s: 0xfdac, shr_u: 0xfdad }),
  ...binary({
    ...{ eq: 0xfd37, ne: 0xfd38, lt_s: 0xfd39, lt_u: 0xfd3a, gt_s: 0xfd3b, gt_u: 0xfd3c, le_s: 0xfd3d, le_u: 0xfd3e },
    ...{ ge_s: 0xfd3f, ge_u: 0xfd40, add: 0xfdae, sub: 0xfdb1, mul: 0xfdb5, dot_i16x8_s: 0xfdba },
    ...{ min_s: 0xfdb6, min_u: 0xfdb7, max_s: 0xfdb8, max_u: 0xfdb9 },
  }),
}

/** Two 64-bit integers. */
export const i64x2 = {
  ...operators(['i64'], 'v128', { splat: 0xfd12 }),
  extract_lane: extract('i64', 0xfd1d, 2),
  replace_lane: replace('i64', 0xfd1e, 2),
  ...unary({
    extend_low_i32x4_s: 0xfdc7,
    extend_high_i32x4_s: 0xfdc8,
    extend_low_i32x4_u: 0xfdc9,
    extend_high_i32x4_u: 0xfdca,
  }),
  ...shifts({ shl: 0xfdcb, shr_s: 0xfdcc, shr_u: 0xfdcd }),
  ...binary({ add: 0xfdce, sub: 0xfdd1, mul: 0xfdd5, eq: 0xfdd6, ne: 0xfdd7 }),
}

/** Four floats; `min` and `max` pass NaN on, `pmin(a, b)` is b < a ? b : a, `relaxed_madd(a, b, c)` a * b + c. */
export const f32x4 = {
  const: constant(Float32Array, 4),
  ...operators(['f32'], 'v128', { splat: 0xfd13 }),
  extract_lane: extract('f32', 0xfd1f, 4),
  replace_lane: replace('f32', 0xfd20, 4),
  ...unary({ ceil: 0xfd67, floor: 0xfd68, trunc: 0xfd69, nearest: 0xfd6a, abs: 0xfde0, neg: 0xfde1, sqrt: 0xfde3 }),
  ...unary({ demote_f64x2_zero: 0xfd5e, convert_i32x4_s: 0xfdfa, convert_i32x4_u: 0xfdfb }),
  ...binary({
    ...{ eq: 0xfd41, ne: 0xfd42, lt: 0xfd43, gt: 0xfd44, le: 0xfd45, ge: 0xfd46, add: 0xfde4, sub: 0xfde5 },
    ...{ mul: 0xfde6, div: 0xfde7, min: 0xfde8, max: 0xfde9, pmin: 0xfdea, pmax: 0xfdeb },
  }),
  ...operators(['v128', 'v128', 'v128'], 'v128', { relaxed_madd: 0xfe05, relaxed_nmadd: 0xfe06 }),
}

/** Two doubles. */
export const f64x2 = {
  const: constant(Float64Array, 2),
  ...operators(['f64'], 'v128', { splat: 0xfd14 }),
  extract_lane: extract('f64', 0xfd21, 2),
  replace_lane: replace('f64', 0xfd22, 2),
  ...unary({ abs: 0xfdec, neg: 0xfded, sqrt: 0xfdef, ceil: 0xfd74, floor: 0xfd75, trunc: 0xfd7a, nearest: 0xfd94 }),
  ...unary({ promote_low_f32x4: 0xfd5f, convert_low_i32x4_s: 0xfdfe, convert_low_i32x4_u: 0xfdff }),
  ...binary({
    ...{ eq: 0xfd47, ne: 0xfd48, lt: 0xfd49, gt: 0xfd4a, le: 0xfd4b, ge: 0xfd4c, add: 0xfdf0, sub: 0xfdf1 },
    ...{ mul: 0xfdf2, div: 0xfdf3, min: 0xfdf4, max: 0xfdf5, pmin: 0xfdf6, pmax: 0xfdf7 },
  }),
}
