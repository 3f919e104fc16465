// exp, log and tanh of four float32 lanes, from the polynomials of Cephes (S. L. Moshier: expf.c, logf.c, tanhf.c).
import { type Body, type Expr, f32x4, i32x4, v128 } from './asm.ts'
import { madd, type Rung } from './rung.ts'

type V = Expr<'v128'>

/** c0 xⁿ + c1 xⁿ⁻¹ + … + cn, by Horner's rule. */
function polynomial(rung: Rung, x: V, [first, ...rest]: readonly number[]): V {
  return rest.reduce((sum, c) => madd(rung, sum, x, f32x4.const(c)), f32x4.const(first))
}

/** 2 to the power of integer lanes from -126 to 127. */
const exp2 = (n: V) => i32x4.shl(i32x4.add(n, i32x4.const(127)), 23)

const LN2_HIGH = 0.693359375
const LN2_LOW = -2.1219444e-4

/** 1.5 · 2²³, to which integers of float32 are added without rounding; and its bits. */
const [SHIFT, SHIFT_BITS] = [12582912, 0x4b400000]

/** eˣ within 2e-7 relative; subnormal results within one unit of their last place; NaN passes, -Infinity gives 0. */
export function exp(f: Body, rung: Rung, value: V): V {
  // of these two NaN, the first operand, is the result, too, by one instruction each
  const x = f.let(f32x4.pmin(f32x4.pmax(value, f32x4.const(-104)), f32x4.const(89)))
  // the sum's last bits are the nearest integer, so that no instruction need round or convert it
  const shifted = f.let(f32x4.add(f32x4.mul(x, f32x4.const(Math.LOG2E)), f32x4.const(SHIFT)))
  const n = f.let(f32x4.sub(shifted, f32x4.const(SHIFT)))
  const high = madd(rung, n, f32x4.const(-LN2_HIGH), x)
  const r = f.let(madd(rung, n, f32x4.const(-LN2_LOW), high))
  const series = polynomial(
    rung,
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  )
  const y = f.let(f32x4.add(madd(rung, series, f32x4.mul(r, r), r), f32x4.const(1)))
  // two factors, since 2^128 and 2^-150 are no normal numbers
  const power = f.let(i32x4.sub(shifted, i32x4.const(SHIFT_BITS)))
  const first = f.let(i32x4.shr_s(power, 1))
  return f32x4.mul(f32x4.mul(y, exp2(first)), exp2(i32x4.sub(power, first)))
}

/** ln x within 2e-7 relative, subnormal x too: -Infinity at 0, NaN below 0; NaN and Infinity pass. */
export function log(f: Body, rung: Rung, value: V): V {
  const x = f.let(value)
  const tiny = f.let(f32x4.lt(x, f32x4.const(1.17549435e-38)))
  const bits = f.let(v128.bitselect(f32x4.mul(x, f32x4.const(2 ** 24)), x, tiny))
  // x = 2^e · m with m from √½ to √2: the exponent field moves up by one where the mantissa is √2 or more
  const shifted = i32x4.add(bits, i32x4.const(0x3f800000 - 0x3f3504f3))
  const e = f.let(i32x4.sub(i32x4.shr_s(shifted, 23), i32x4.const(127)))
  const m = f.let(f32x4.sub(i32x4.sub(bits, i32x4.shl(e, 23)), f32x4.const(1)))
  const exponent = f.let(f32x4.convert_i32x4_s(i32x4.sub(e, v128.and(tiny, i32x4.const(24)))))
  const z = f.let(f32x4.mul(m, m))
  const series = polynomial(
    rung,
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  )
  const low = madd(rung, exponent, f32x4.const(LN2_LOW), f32x4.mul(f32x4.mul(series, m), z))
  const tail = madd(rung, z, f32x4.const(-0.5), low)
  const y = madd(rung, exponent, f32x4.const(LN2_HIGH), f32x4.add(m, tail))
  // Infinity and NaN are themselves; 0 is -Infinity; what is below 0 is NaN
  const finite = v128.bitselect(y, x, f32x4.lt(x, f32x4.const(Infinity)))
  const nonzero = v128.bitselect(f32x4.const(-Infinity), finite, f32x4.eq(x, f32x4.const(0)))
  return v128.or(nonzero, f32x4.lt(x, f32x4.const(0)))
}

/** The hyperbolic tangent within 3e-7 relative; -0 and NaN pass. */
export function tanh(f: Body, rung: Rung, value: V): V {
  const x = f.let(value)
  const a = f.let(f32x4.abs(x))
  const z = f.let(f32x4.mul(x, x))
  const series = polynomial(
    rung,
    z,
    [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
  )
  const small = madd(rung, f32x4.mul(series, z), a, a)
  const e = exp(f, rung, f32x4.add(a, a))
  const large = f32x4.sub(f32x4.const(1), f32x4.div(f32x4.const(2), f32x4.add(e, f32x4.const(1))))
  const y = v128.bitselect(small, large, f32x4.lt(a, f32x4.const(0.625)))
  return v128.bitselect(x, y, i32x4.const(-0x80000000))
}
