// pow in WGSL: an error of the logarithm counts as often as the exponent says, so that has some bits more than a float.

/** `pow1(a, b)` within 1e-6 relative, with the special cases of C's pow. Needs `wgslNumbers` and `wgslElementary`. */
export const wgslPower = `
// the upper 12 bits of a float: products of two such are exact
fn head(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u); }
struct Split { high: f32, low: f32 }
// ln x of a positive finite number: 2 artanh s with s = (m − 1) / (m + 1), the quotient with the rest of its division
fn logOf(x: f32) -> Split {
  let parts = partsOf(x);
  let f = parts.mantissa - 1.0;
  let above = head(parts.mantissa + 1.0);
  let below = parts.mantissa - once(above - 1.0);
  let high = head(f / (above + below));
  let low = (once(f - high * above) - high * below) / (above + below);
  let s = high + low;
  let z = s * s;
  let series = fma(fma(fma(fma(z, 1.0 / 11.0, 1.0 / 9.0), z, 1.0 / 7.0), z, 1.0 / 5.0), z, 1.0 / 3.0);
  let rest = 2.0 * low + fma(2.0 * s * z, series, parts.exponent * -2.1219444e-4);
  let whole = parts.exponent * 0.693359375;
  let sum = head(whole + 2.0 * high + rest);
  return Split(sum, once(once(whole - sum) + 2.0 * high) + rest);
}
// a to the power b for a positive a other than 1
fn powerOf(a: f32, b: f32) -> f32 {
  let about = b * log1(a);
  if (about > 90.0) { return bitsOf(0x7f800000u); }
  if (about < -105.0) { return 0.0; }
  let log = logOf(a);
  let high = head(b);
  let product = high * log.high;
  let rest = high * log.low + (b - high) * (log.high + log.low);
  let n = round((product + rest) * 1.44269504);
  return raised(once(product - n * 0.693359375) + (n * 2.1219444e-4 + rest), n);
}
fn pow1(a: f32, b: f32) -> f32 {
  if (a == 1.0 || b == 0.0) { return 1.0; }
  if (isNan(a) || isNan(b)) { return bitsOf(0x7fc00000u); }
  let whole = isInf(b) || floor(b) == b;
  let odd = whole && abs(b) < 16777216.0 && floor(b * 0.5) != b * 0.5;
  let negative = (bitcast<u32>(a) >> 31u) == 1u;
  if (negative && !whole && a != 0.0 && !isInf(a)) { return bitsOf(0x7fc00000u); }
  let size = abs(a);
  var y = 1.0;
  if (size != 1.0) { y = powerOf(size, b); }
  return select(y, -y, negative && odd);
}
`
