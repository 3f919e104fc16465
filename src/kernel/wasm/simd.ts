// The arithmetic of formulas on SIMD lanes: four float32 or four int32, each result kept in a local.
import type { Arith, Value } from '../../arith/arith.ts'
import { type Body, type Expr, type Func, f32, f32x4, f64, func, i32, i32x4, select, v128 } from './asm.ts'
import { mod64, pow64 } from './float64.ts'
import { madd, type Rung } from './rung.ts'
import { exp, log, tanh } from './simdMath.ts'

type V = Expr<'v128'>
type Of = (x: Value<V>) => V
type Lanes = Arith<V, V>

/** Formulas on four float32 lanes; masks are lanes of all ones or zeros. Every value is computed once, where it is made. */
export function lanes(f: Body, rung: Rung): Lanes {
  const of: Of = (x) => (typeof x === 'number' ? f32x4.const(x) : x)
  const one = (op: (a: V) => V) => (a: Value<V>) => f.let(op(of(a)))
  const two = (op: (a: V, b: V) => V) => (a: Value<V>, b: Value<V>) => f.let(op(of(a), of(b)))
  const { min, max, abs, neg, sqrt, floor, ceil, trunc, nearest, add, sub, mul, div, eq, ne, lt, le, gt, ge } = f32x4
  return {
    constant: (x) => f32x4.const(x),
    ...{ add: two(add), sub: two(sub), mul: two(mul), div: two(div), min: two(min), max: two(max) },
    madd: (a, b, c) => f.let(madd(rung, of(a), of(b), of(c))),
    power: two((a, b) => eachFloat(f, pow64, a, b)),
    modulo: two((a, b) => eachFloat(f, mod64, a, b)),
    ...{ neg: one(neg), abs: one(abs), sqrt: one(sqrt) },
    ...{ floor: one(floor), ceil: one(ceil), trunc: one(trunc), round: one(nearest) },
    toFloat: (a) => of(a),
    toInt: one(i32x4.trunc_sat_f32x4_s),
    exp: one((a) => exp(f, rung, a)),
    log: one((a) => log(f, rung, a)),
    tanh: one((a) => tanh(f, rung, a)),
    sign: one((a) => {
      const x = f.let(a)
      const positive = v128.and(gt(x, f32x4.const(0)), f32x4.const(1))
      return v128.or(positive, v128.and(lt(x, f32x4.const(0)), f32x4.const(-1)))
    }),
    ...{
      equal: two(eq),
      notEqual: two(ne),
      less: two(lt),
      lessEqual: two(le),
      greater: two(gt),
      greaterEqual: two(ge),
    },
    ...masks(f, of),
  }
}

/** Formulas on four int32 lanes, modulo 2^32; functions that have no integer result throw while the kernel is built. */
export function intLanes(f: Body): Lanes {
  const of: Of = (x) => (typeof x === 'number' ? i32x4.const(x) : x)
  const one = (op: (a: V) => V) => (a: Value<V>) => f.let(op(of(a)))
  const two = (op: (a: V, b: V) => V) => (a: Value<V>, b: Value<V>) => f.let(op(of(a), of(b)))
  const same = one((a) => a)
  const none = (name: string) => (): V => {
    throw new Error(`[${name}] has no integer result: got int32, expected float32`)
  }
  const { add, sub, mul, min_s, max_s, abs, neg, eq, ne, lt_s, le_s, gt_s, ge_s } = i32x4
  return {
    constant: (x) => i32x4.const(x),
    ...{ add: two(add), sub: two(sub), mul: two(mul), min: two(min_s), max: two(max_s) },
    madd: (a, b, c) => f.let(add(mul(of(a), of(b)), of(c))),
    div: two((a, b) => eachInt(f, div32, a, b)),
    modulo: two((a, b) => eachInt(f, mod32, a, b)),
    power: two((a, b) => eachInt(f, pow32, a, b)),
    ...{ neg: one(neg), abs: one(abs), floor: same, ceil: same, trunc: same, round: same },
    toFloat: one(f32x4.convert_i32x4_s),
    toInt: same,
    ...{ sqrt: none('sqrt'), exp: none('exp'), log: none('log'), tanh: none('tanh') },
    sign: one((a) => max_s(min_s(a, i32x4.const(1)), i32x4.const(-1))),
    equal: two(eq),
    notEqual: two(ne),
    ...{ less: two(lt_s), lessEqual: two(le_s), greater: two(gt_s), greaterEqual: two(ge_s) },
    ...masks(f, of),
  }
}

const masks = (f: Body, of: Of) => ({
  and: (p: V, q: V) => f.let(v128.and(p, q)),
  or: (p: V, q: V) => f.let(v128.or(p, q)),
  not: (p: V) => f.let(v128.not(p)),
  select: (mask: V, a: Value<V>, b: Value<V>) => f.let(v128.bitselect(of(a), of(b), mask)),
})

/** A float64 function of two values applied to each of four float32 lanes. */
function eachFloat(f: Body, target: Func<readonly ['f64', 'f64'], 'f64'>, a: V, b: V): V {
  const [x, y] = [f.let(a), f.let(b)]
  const wide = (v: V, lane: number) => f64.promote_f32(f32x4.extract_lane(v, lane))
  const result = (lane: number): Expr<'f32'> => f32.demote_f64(target.call(wide(x, lane), wide(y, lane)))
  return [1, 2, 3].reduce((v, lane) => f32x4.replace_lane(v, lane, result(lane)), f32x4.splat(result(0)))
}

/** An int32 function of two values applied to each of four int32 lanes. */
function eachInt(f: Body, target: Func<readonly ['i32', 'i32'], 'i32'>, a: V, b: V): V {
  const [x, y] = [f.let(a), f.let(b)]
  const result = (lane: number) => target.call(i32x4.extract_lane(x, lane), i32x4.extract_lane(y, lane))
  return [1, 2, 3].reduce((v, lane) => i32x4.replace_lane(v, lane, result(lane)), i32x4.splat(result(0)))
}

/** The quotient towards zero; 0 for b = 0, and -2^31 / -1 stays -2^31, where the machine's division would trap. */
const div32 = func('div32', ['i32', 'i32'], 'i32', (f, a, b) => {
  f.if(i32.eqz(b), () => f.return(i32.const(0)))
  f.if(i32.eq(b, -1), () => f.return(i32.sub(0, a)))
  return i32.div_s(a, b)
})

/** The remainder with the sign of b; 0 for b = 0. */
const mod32 = func('mod32', ['i32', 'i32'], 'i32', (f, a, b) => {
  f.if(i32.eqz(b), () => f.return(i32.const(0)))
  const rest = f.let(i32.rem_s(a, b))
  const opposite = i32.lt_s(i32.xor(rest, b), 0)
  return select(i32.and(i32.ne(rest, 0), opposite), i32.add(rest, b), rest)
})

/** a to the power b, modulo 2^32 by repeated squaring; a negative b gives the whole part of the fraction, 0 for a = 0. */
const pow32 = func('pow32', ['i32', 'i32'], 'i32', (f, a, b) => {
  f.if(i32.lt_s(b, 0), () => {
    f.if(i32.eq(a, 1), () => f.return(i32.const(1)))
    f.if(i32.eq(a, -1), () => f.return(select(i32.and(b, 1), i32.const(-1), i32.const(1))))
    f.return(i32.const(0))
  })
  const result = f.local('i32', 1)
  f.while(b, () => {
    f.if(i32.and(b, 1), () => result.set(i32.mul(result, a)))
    a.set(i32.mul(a, a))
    b.set(i32.shr_u(b, 1))
  })
  return result
})

/** The arithmetic of lanes of each kind. */
export const arithmetics = (f: Body, rung: Rung) => ({ float: lanes(f, rung), int: intLanes(f) })
