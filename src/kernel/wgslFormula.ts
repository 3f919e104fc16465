// For the time until branch `gpu` has it: the formulas of activations as WGSL text.
import type { Arith, Formula, Value } from './arith.ts'

type V = Value<string>
const t = (x: V) => (typeof x === 'number' ? `f32(${x})` : x)
const call =
  (name: string) =>
  (...xs: V[]) =>
    `${name}(${xs.map(t).join(', ')})`
const infix = (sign: string) => (a: V, b: V) => `(${t(a)} ${sign} ${t(b)})`

const arith: Partial<Arith<string, string>> = {
  ...{ add: infix('+'), sub: infix('-'), mul: infix('*'), div: infix('/'), greater: infix('>') },
  ...{ exp: call('exp'), abs: call('abs'), log: call('log'), tanh: call('tanh') },
  neg: (a) => `(-${t(a)})`,
  max: (a, b) => `select(${t(a)}, ${t(b)}, ${t(b)} > ${t(a)})`,
  select: (mask, a, b) => `select(${t(b)}, ${t(a)}, ${mask})`,
}

/** The text of a formula of x. */
export function wgslFormula(formula: Formula, x: string): string {
  return formula(arith as Arith<string, string>, x)
}
