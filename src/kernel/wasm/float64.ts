// Elementary functions of one float64 as helper functions of a module: logarithm, exponential, power, remainder.
import { type Body, type Expr, f64, func, i32, i64, type Local, select } from './asm.ts'

type F64 = Expr<'f64'>

/** c0 + c1 x + c2 x² + …, by Horner's rule. */
const polynomial = (x: F64, coefficients: readonly number[]): F64 =>
  coefficients.reduceRight<F64 | undefined>((sum, c) => (sum ? f64.add(f64.mul(sum, x), c) : f64.const(c)), undefined)!

/** 2 to the power n for an integer n from -1022 to 1023. */
const exp2 = (n: Expr<'i32'>): F64 => f64.reinterpret_i64(i64.shl(i64.extend_i32_s(i32.add(n, 1023)), 52n))

/** ln 2 in two parts, the first with trailing zeros so that n · LN2_HIGH is exact. */
const LN2_HIGH = 6.9314718036912381649e-1
const LN2_LOW = 1.90821492927058770002e-10

/** x = 2^e · m with m from √½ to √2, for a finite x > 0: leaves e and m - 1. */
function split(f: Body, x: Local<'f64'>): { exponent: Local<'f64'>; fraction: Local<'f64'> } {
  const tiny = f.let(f64.lt(x, 2.2250738585072014e-308))
  const bits = f.let(i64.reinterpret_f64(select(tiny, f64.mul(x, 2 ** 54), x)))
  // the exponent field moves up by one where the mantissa is √2 or more
  const shifted = f.let(i64.add(bits, BigInt.asIntN(64, 0x3ff0000000000000n - 0x3fe6a09e667f3bcdn)))
  const e = f.let(i32.sub(i32.wrap_i64(i64.shr_u(shifted, 52n)), 1023))
  const mantissa = f64.reinterpret_i64(i64.sub(bits, i64.shl(i64.extend_i32_s(e), 52n)))
  return {
    fraction: f.let(f64.sub(mantissa, 1)),
    exponent: f.let(f64.convert_i32_s(i32.sub(e, select(tiny, i32.const(54), i32.const(0))))),
  }
}

/** The natural logarithm to within one unit of the last place; method and coefficients of fdlibm's e_log.c. */
export const log64 = func('log64', ['f64'], 'f64', (f, x) => {
  f.if(i32.eqz(f64.gt(x, 0)), () => f.return(select(f64.eq(x, 0), f64.const(-Infinity), f64.const(Number.NaN))))
  f.if(f64.eq(x, Infinity), () => f.return(x))
  const { exponent, fraction } = split(f, x)
  const s = f.let(f64.div(fraction, f64.add(fraction, 2)))
  const z = f.let(f64.mul(s, s))
  const series = f.let(
    f64.mul(
      z,
      polynomial(
        z,
        [
          6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
          1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
        ],
      ),
    ),
  )
  const half = f.let(f64.mul(f64.mul(fraction, fraction), 0.5))
  const small = f64.sub(half, f64.add(f64.mul(s, f64.add(half, series)), f64.mul(exponent, LN2_LOW)))
  return f64.sub(f64.mul(exponent, LN2_HIGH), f64.sub(small, fraction))
})

/** The exponential to within one unit of the last place; method and coefficients of fdlibm's e_exp.c. */
export const exp64 = func('exp64', ['f64'], 'f64', (f, x) => {
  x.set(f64.max(f64.min(x, 710), -746))
  const n = f.let(f64.nearest(f64.mul(x, Math.LOG2E)))
  const high = f.let(f64.sub(x, f64.mul(n, LN2_HIGH)))
  const low = f.let(f64.mul(n, LN2_LOW))
  const r = f.let(f64.sub(high, low))
  const z = f.let(f64.mul(r, r))
  const c = f.let(
    f64.sub(
      r,
      f64.mul(
        z,
        polynomial(
          z,
          [
            1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5, -1.6533902205465251539e-6,
            4.13813679705723846039e-8,
          ],
        ),
      ),
    ),
  )
  const y = f64.sub(1, f64.sub(f64.sub(low, f64.div(f64.mul(r, c), f64.sub(2, c))), high))
  // two factors, since 2^1024 and 2^-1075 are no normal numbers
  const power = f.let(i32.trunc_sat_f64_s(n))
  const first = f.let(i32.shr_s(power, 1))
  return f64.mul(f64.mul(y, exp2(first)), exp2(i32.sub(power, first)))
})

/**
 * x to the power y with C's special cases, to about |y · ln x| · 2e-16 relative: enough for float32 results,
 * where |y · ln x| is below 104.
 */
export const pow64 = func('pow64', ['f64', 'f64'], 'f64', (f, x, y) => {
  f.if(i32.or(f64.eq(y, 0), f64.eq(x, 1)), () => f.return(f64.const(1)))
  f.if(i32.or(f64.ne(x, x), f64.ne(y, y)), () => f.return(f64.add(x, y)))
  const magnitude = f.let(f64.abs(x))
  f.if(i32.and(f64.eq(magnitude, 1), f64.eq(f64.abs(y), Infinity)), () => f.return(f64.const(1)))
  const result = f.let(exp64.call(f64.mul(y, log64.call(magnitude))))
  // a negative base, -0 too: an odd exponent keeps the sign, an exponent that is no integer has no power
  f.if(i64.lt_s(i64.reinterpret_f64(x), 0n), () => {
    const half = f.let(f64.mul(y, 0.5))
    const whole = f64.eq(f64.floor(y), y)
    const odd = i32.and(whole, f64.ne(f64.floor(half), half))
    const undefinedHere = i32.and(i32.eqz(whole), i32.and(f64.lt(x, 0), f64.lt(magnitude, Infinity)))
    f.if(undefinedHere, () => f.return(f64.const(Number.NaN)))
    f.if(odd, () => f.return(f64.neg(result)))
  })
  return result
})

/** The exact remainder of |x| / |y|, for float32 values and y other than 0; NaN for an infinite x. */
const rest64 = func('rest64', ['f64', 'f64'], 'f64', (f, x, y) => {
  x.set(f64.abs(x))
  y.set(f64.abs(y))
  f.if(i32.eqz(i32.and(f64.lt(x, Infinity), f64.eq(y, y))), () => f.return(f64.const(Number.NaN)))
  f.if(f64.eq(y, Infinity), () => f.return(x))
  // long division: take away y · 2^k, the largest that fits; each difference is exact
  f.while(f64.ge(x, y), () => {
    const exponent = (v: F64) => i32.wrap_i64(i64.shr_u(i64.reinterpret_f64(v), 52n))
    const k = f.let(i32.sub(exponent(x), exponent(y)))
    const part = f.let(f64.mul(y, exp2(k)))
    x.set(f64.sub(x, f64.mul(part, select(f64.gt(part, x), f64.const(0.5), f64.const(1)))))
  })
  return x
})

/** The remainder of x / y with the sign of y, and 0 for y = 0; x and y must be float32 values. */
export const mod64 = func('mod64', ['f64', 'f64'], 'f64', (f, x, y) => {
  f.if(f64.eq(y, 0), () => f.return(f64.const(0)))
  const rest = f.let(f64.copysign(rest64.call(x, y), x))
  const opposite = i32.ne(f64.lt(x, 0), f64.lt(y, 0))
  return select(i32.and(f64.ne(rest, 0), opposite), f64.add(rest, y), rest)
})
