// Pointwise formulas as WGSL text, on f32 and on i32, where integers count modulo 2³².
import type { Arith, Formula, Value } from '../../arith/arith.ts'
import { wgslElementary, wgslFloat, wgslNumbers } from './math.ts'
import { wgslPower } from './power.ts'

/** Arithmetic whose values and masks are expressions. */
export type WgslArith = Arith<string, string>

type V = Value<string>

const calls =
  (of: (x: V) => string, name: string) =>
  (...xs: V[]) =>
    `${name}(${xs.map(of).join(', ')})`

const infix = (of: (x: V) => string, sign: string) => (a: V, b: V) => `(${of(a)} ${sign} ${of(b)})`

/** What both kinds of numbers have alike. */
function common(of: (x: V) => string) {
  return {
    constant: of,
    ...{ add: infix(of, '+'), sub: infix(of, '-'), mul: infix(of, '*') },
    neg: (a: V) => `(-${of(a)})`,
    abs: calls(of, 'abs'),
    and: (p: string, q: string) => `(${p} && ${q})`,
    or: (p: string, q: string) => `(${p} || ${q})`,
    not: (p: string) => `(!${p})`,
    select: (mask: string, a: V, b: V) => `select(${of(b)}, ${of(a)}, ${mask})`,
  }
}

const comparisons = {
  equal: '==',
  notEqual: '!=',
  less: '<',
  lessEqual: '<=',
  greater: '>',
  greaterEqual: '>=',
} as const

type Comparison = keyof typeof comparisons

/** Each comparison by what makes one of its sign. */
function compared(make: (name: Comparison, sign: string) => (a: V, b: V) => string) {
  const made = Object.entries(comparisons).map(([name, sign]) => [name, make(name as Comparison, sign)])
  return Object.fromEntries(made) as Record<Comparison, (a: V, b: V) => string>
}

const float = (x: V) => (typeof x === 'number' ? wgslFloat(x) : x)

/** On f32; needs `wgslFloats`. */
export const f32Text: WgslArith = {
  ...common(float),
  div: infix(float, '/'),
  ...compared((name) => calls(float, `${name}1`)),
  madd: calls(float, 'fma'),
  ...{ min: calls(float, 'min1'), max: calls(float, 'max1'), power: calls(float, 'pow1') },
  ...{ modulo: calls(float, 'modulo1'), sign: calls(float, 'sign1') },
  ...{ exp: calls(float, 'exp1'), log: calls(float, 'log1'), tanh: calls(float, 'tanh1') },
  ...{ sqrt: calls(float, 'sqrt'), floor: calls(float, 'floor'), ceil: calls(float, 'ceil') },
  ...{ trunc: calls(float, 'trunc'), round: calls(float, 'round') },
  toFloat: float,
  toInt: calls(float, 'whole1'),
}

/** A compiler that takes no number for NaN may turn a comparison into the opposite's opposite. */
function comparisonText([name, sign]: readonly [string, string]): string {
  const known = sign === '!=' ? '| isNan(a) | isNan(b)' : '& !(isNan(a) | isNan(b))'
  return `fn ${name}1(a: f32, b: f32) -> bool { return (a ${sign} b) ${known}; }`
}

/** The functions that formulas on f32 call. */
export const wgslFloats = `${wgslNumbers}${wgslElementary}${wgslPower}
fn whole1(x: f32) -> i32 {
  if (isNan(x)) { return 0; }
  if (x >= 2147483648.0) { return 2147483647; }
  if (x <= -2147483648.0) { return -2147483647 - 1; }
  return i32(x);
}
// of 0 and −0 the one with the right sign
fn min1(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) | bitcast<u32>(b)); }
  return min(a, b);
}
fn max1(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) & bitcast<u32>(b)); }
  return max(a, b);
}
${Object.entries(comparisons).map(comparisonText).join('\n')}
fn sign1(x: f32) -> f32 { return select(select(0.0, 1.0, x > 0.0) - select(0.0, 1.0, x < 0.0), 0.0, isNan(x)); }
// the rest of |a| / |b|, exact: b is taken away as often as it fits, doubled as far as it goes
fn restOf(a: f32, b: f32) -> f32 {
  var left = abs(a);
  let divisor = abs(b);
  while (left >= divisor) {
    let doublings = (bitcast<u32>(left) >> 23u) - (bitcast<u32>(divisor) >> 23u);
    let part = bitcast<f32>(bitcast<u32>(divisor) + (doublings << 23u));
    left -= select(part, part * 0.5, part > left);
  }
  return left;
}
fn modulo1(a: f32, b: f32) -> f32 {
  // what GPUs may take for zero is zero
  if (abs(b) < 1.17549435e-38) { return 0.0; }
  if (isNan(a) || isNan(b) || isInf(a)) { return bitsOf(0x7fc00000u); }
  if (isInf(b)) { return select(a, b, a != 0.0 && (a < 0.0) != (b < 0.0)); }
  let left = restOf(a, b);
  let rest = bitcast<f32>(bitcast<u32>(left) | (bitcast<u32>(a) & 0x80000000u));
  return select(rest, rest + b, rest != 0.0 && (a < 0.0) != (b < 0.0));
}
`

const none = (name: string) => () => {
  throw new Error(`[wgsl] ${name} has no integers: got i32, expected f32`)
}

const whole = (x: V) => (typeof x === 'number' ? `i32(${x | 0})` : x)
const same = (a: V) => whole(a)

/** On i32; needs `wgslIntegers`. */
export const i32Text: WgslArith = {
  ...common(whole),
  ...compared((_name, sign) => infix(whole, sign)),
  madd: (a, b, c) => `(${whole(a)} * ${whole(b)} + ${whole(c)})`,
  ...{ min: calls(whole, 'min'), max: calls(whole, 'max'), div: calls(whole, 'divideI') },
  ...{ modulo: calls(whole, 'moduloI'), power: calls(whole, 'powI'), sign: calls(whole, 'sign') },
  ...{ floor: same, ceil: same, trunc: same, round: same, toInt: same },
  toFloat: calls(whole, 'f32'),
  ...{ sqrt: none('sqrt'), exp: none('exp'), log: none('log'), tanh: none('tanh') },
}

/** The functions that formulas on i32 call. */
export const wgslIntegers = `
fn divideI(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  if (b == -1) { return -a; }
  return a / b;
}
fn moduloI(a: i32, b: i32) -> i32 {
  if (b == 0 || b == -1) { return 0; }
  // not a % b, which some give another sign
  let rest = a - a / b * b;
  return select(rest, rest + b, rest != 0 && (a < 0) != (b < 0));
}
fn powI(a: i32, b: i32) -> i32 {
  if (b < 0) {
    if (a == 1) { return 1; }
    return select(0, select(1, -1, (b & 1) != 0), a == -1);
  }
  var result = 1;
  var base = a;
  for (var left = b; left > 0; left >>= 1u) {
    if ((left & 1) != 0) { result *= base; }
    base *= base;
  }
  return result;
}
`

/** The text of a formula of an f32. */
export function wgslFormula(formula: Formula, x: string): string {
  return formula(f32Text, x)
}
