// exp, log and tanh in WGSL, whose own are only as exact as a driver likes, tests for NaN, and `once`, which rounds.
import type { Kind } from '../../arith/graph.ts'

/**
 * Constants that WGSL's literals can't say, tests that no compiler takes away, and `once(x)`: x, rounded here. A compiler
 * may make one rounding of a product and a sum, and regroup sums as if they were exact, which some do; it can't through
 * bits that it does not know.
 */
export const wgslNumbers = `
fn once(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ p.zero); }
fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn isInf(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }
fn bitsOf(x: u32) -> f32 { var bits = x; return bitcast<f32>(bits); }
`

/** WGSL text of a number. */
export function wgslFloat(x: number): string {
  if (Number.isNaN(x)) return 'bitsOf(0x7fc00000u)'
  if (x === Number.POSITIVE_INFINITY) return 'bitsOf(0x7f800000u)'
  if (x === Number.NEGATIVE_INFINITY) return 'bitsOf(0xff800000u)'
  const held = Math.fround(x)
  // digits without a point are an integer of 64 bits
  if (Number.isInteger(held) && Math.abs(held) >= 2 ** 31) return `f32(${held.toExponential()})`
  return `f32(${Object.is(x, -0) ? '-0.0' : held})`
}

/** WGSL text of an integer; −2³¹ is no literal, since the sign is an operator. */
const wgslInteger = (x: number) => (x === -(2 ** 31) ? '(-2147483647i - 1i)' : `${x}i`)

/** WGSL text of a number of a kind. */
export const wgslConstant = (x: number, kind: Kind): string => (kind === 'float' ? wgslFloat(x) : wgslInteger(x))

/**
 * Cephes' polynomials (S. L. Moshier: expf.c, logf.c, tanhf.c), as the CPU engine has them. A subnormal result may be
 * flushed to zero. Needs `wgslNumbers`.
 */
export const wgslElementary = `
// e^r · 2^n for r around 0 and n from −150 to 129: by two factors, since 2^128 and 2^−150 are no normal numbers
fn raised(r: f32, n: f32) -> f32 {
  var s = 1.98756915e-4;
  s = fma(s, r, 1.3981999507e-3);
  s = fma(s, r, 8.3334519073e-3);
  s = fma(s, r, 4.1665795894e-2);
  s = fma(s, r, 1.6666665459e-1);
  s = fma(s, r, 5.0000001201e-1);
  let y = fma(s, r * r, r) + 1.0;
  let power = i32(n);
  let first = power >> 1u;
  return y * bitsOf(u32(first + 127) << 23u) * bitsOf(u32(power - first + 127) << 23u);
}
fn exp1(value: f32) -> f32 {
  if (isNan(value)) { return value; }
  let x = clamp(value, -104.0, 89.0);
  let n = round(x * 1.44269504);
  return raised(fma(n, 2.1219444e-4, once(fma(n, -0.693359375, x))), n);
}
struct Parts { exponent: f32, mantissa: f32 }
// of a positive number 2^exponent · mantissa, from √½ to √2; a subnormal one is moved up by hand, since the GPU may take it for 0
fn partsOf(x: f32) -> Parts {
  var bits = bitcast<u32>(x);
  var shift = 0u;
  if (bits < 0x800000u) {
    shift = countLeadingZeros(bits) - 8u;
    bits = ((bits << shift) & 0x7fffffu) | 0x800000u;
  }
  let e = i32((bits + 0x004afb0du) >> 23u) - 127;
  return Parts(f32(e - i32(shift)), bitsOf(bits - (u32(e) << 23u)));
}
fn log1(x: f32) -> f32 {
  if (isNan(x) || x < 0.0) { return bitsOf(0x7fc00000u); }
  let bits = bitcast<u32>(x);
  if (bits == 0x7f800000u) { return x; }
  if ((bits & 0x7fffffffu) == 0u) { return bitsOf(0xff800000u); }
  let parts = partsOf(x);
  let m = parts.mantissa - 1.0;
  let z = m * m;
  var s = 7.0376836292e-2;
  s = fma(s, m, -1.151461031e-1);
  s = fma(s, m, 1.167699874e-1);
  s = fma(s, m, -1.2420140846e-1);
  s = fma(s, m, 1.4249322787e-1);
  s = fma(s, m, -1.6668057665e-1);
  s = fma(s, m, 2.0000714765e-1);
  s = fma(s, m, -2.4999993993e-1);
  s = fma(s, m, 3.3333331174e-1);
  let low = once(fma(parts.exponent, -2.1219444e-4, s * m * z));
  return fma(parts.exponent, 0.693359375, once(m + fma(z, -0.5, low)));
}
fn tanh1(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let a = abs(x);
  let z = x * x;
  var s = -5.70498872745e-3;
  s = fma(s, z, 2.06390887954e-2);
  s = fma(s, z, -5.37397155531e-2);
  s = fma(s, z, 1.33314422036e-1);
  s = fma(s, z, -3.33332819422e-1);
  let small = fma(s * z, a, a);
  // 1 from 10 on, so that nothing gets infinite, which a compiler need not know
  let large = 1.0 - 2.0 / (exp1(min(a + a, 20.0)) + 1.0);
  let y = select(large, small, a < 0.625);
  return bitcast<f32>((bitcast<u32>(y) & 0x7fffffffu) | (bitcast<u32>(x) & 0x80000000u));
}
`
