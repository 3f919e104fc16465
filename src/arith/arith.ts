// Arithmetic in the abstract, so that a pointwise formula is written once for numbers, SIMD lanes and shader text.

/** A value of the arithmetic, or a number that stands for the constant. */
export type Value<V> = V | number

/** What pointwise formulas are made of: V is a value and M the outcome of a comparison. */
export interface Arith<V, M> {
  /** The number as a value; of the kind given, where the arithmetic has both. */
  constant(x: number, kind?: 'float' | 'int'): V
  add(a: Value<V>, b: Value<V>): V
  sub(a: Value<V>, b: Value<V>): V
  mul(a: Value<V>, b: Value<V>): V
  /** a / b; on integers the quotient towards zero, and 0 for b = 0. */
  div(a: Value<V>, b: Value<V>): V
  /** a · b + c, rounded once or twice. */
  madd(a: Value<V>, b: Value<V>, c: Value<V>): V
  /** The smaller one; NaN if either is NaN. */
  min(a: Value<V>, b: Value<V>): V
  /** The larger one; NaN if either is NaN. */
  max(a: Value<V>, b: Value<V>): V
  /** a to the power b with the special cases of C's pow: 1 for a = 1 or b = 0 whatever the other is. */
  power(a: Value<V>, b: Value<V>): V
  /** The remainder with the sign of the divisor, and 0 for b = 0, as MXNet has it. */
  modulo(a: Value<V>, b: Value<V>): V
  neg(a: Value<V>): V
  abs(a: Value<V>): V
  sqrt(a: Value<V>): V
  exp(a: Value<V>): V
  /** The natural logarithm: -Infinity at 0, NaN below. */
  log(a: Value<V>): V
  tanh(a: Value<V>): V
  floor(a: Value<V>): V
  ceil(a: Value<V>): V
  trunc(a: Value<V>): V
  /** The nearest integer, halves to the even one. */
  round(a: Value<V>): V
  /** -1, 0 or 1; 0 for NaN, as MXNet has it. */
  sign(a: Value<V>): V
  /** The value as a float; itself on floats. */
  toFloat(a: Value<V>): V
  /** The value as an int32: the fraction is cut, what lies beyond is the nearest end, NaN is 0; itself on integers. */
  toInt(a: Value<V>): V
  equal(a: Value<V>, b: Value<V>): M
  notEqual(a: Value<V>, b: Value<V>): M
  less(a: Value<V>, b: Value<V>): M
  lessEqual(a: Value<V>, b: Value<V>): M
  greater(a: Value<V>, b: Value<V>): M
  greaterEqual(a: Value<V>, b: Value<V>): M
  and(p: M, q: M): M
  or(p: M, q: M): M
  not(p: M): M
  /** a where the mask holds, else b. */
  select(mask: M, a: Value<V>, b: Value<V>): V
}

/** A pointwise formula of one value, such as an activation. */
export type Formula = <V, M>(m: Arith<V, M>, x: V) => V

/** JavaScript's numbers, in float64. */
export const numbers: Arith<number, boolean> = {
  constant: (x) => x,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  madd: (a, b, c) => a * b + c,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  power: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
  modulo(a, b) {
    if (b === 0) return 0
    const rest = a % b
    return rest !== 0 && a < 0 !== b < 0 ? rest + b : rest
  },
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sqrt: (a) => Math.sqrt(a),
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  tanh: (a) => Math.tanh(a),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  trunc: (a) => Math.trunc(a),
  round: (a) => (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a)),
  sign: (a) => (a < 0 ? -1 : a > 0 ? 1 : 0),
  toFloat: (a) => a,
  toInt: (a) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(a))) | 0,
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
  and: (p, q) => p && q,
  or: (p, q) => p || q,
  not: (p) => !p,
  select: (mask, a, b) => (mask ? a : b),
}

/** Numbers rounded to float32 at every step, as machines compute them; a multiply-add is rounded once. */
export const float32Numbers: Arith<number, boolean> = roundedSteps()

function roundedSteps(): Arith<number, boolean> {
  const { add, sub, mul, div, madd, power, modulo, sqrt, exp, log, tanh } = numbers
  const one = (step: (a: number) => number) => (a: number) => Math.fround(step(a))
  const two = (step: (a: number, b: number) => number) => (a: number, b: number) => Math.fround(step(a, b))
  return {
    ...numbers,
    constant: Math.fround,
    ...{ add: two(add), sub: two(sub), mul: two(mul), div: two(div), power: two(power), modulo: two(modulo) },
    madd: (a, b, c) => Math.fround(madd(a, b, c)),
    ...{ sqrt: one(sqrt), exp: one(exp), log: one(log), tanh: one(tanh), toFloat: Math.fround },
  }
}

/** Integers modulo 2³²; functions that have no integer result are those of numbers. */
export const integers: Arith<number, boolean> = {
  ...numbers,
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: (a, b) => Math.imul(a, b),
  madd: (a, b, c) => (Math.imul(a, b) + c) | 0,
  neg: (a) => -a | 0,
  abs: (a) => Math.abs(a) | 0,
  div: (a, b) => (b === 0 ? 0 : Math.trunc(a / b) | 0),
  power(a, b) {
    if (b < 0) return Math.trunc(numbers.power(a, b)) | 0
    let result = 1
    for (let base = a, left = b; left > 0; left >>= 1, base = Math.imul(base, base)) {
      if (left & 1) result = Math.imul(result, base)
    }
    return result
  },
}
