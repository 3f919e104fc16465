// Arithmetic in the abstract, so that a pointwise formula is written once for numbers, SIMD lanes and shader text.

/** A value of the arithmetic, or a number that stands for the constant. */
export type Value<V> = V | number

/** What pointwise formulas are made of: V is a value and M the outcome of a comparison. */
export interface Arith<V, M> {
  constant(x: number): V
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
