// Formulas as MXNet's element-wise operators: the abstract arithmetic on entries of a symbol, and on numbers.
import { type Arith, numbers, type Value } from '../../arith/arith.ts'
import type { Kind } from '../../arith/graph.ts'
import { broadcastShapes } from '../../core/shape.ts'
import { type Entry, type Shapes, type SymbolBuilder, sameShapes } from './builder.ts'

/** A value of the arithmetic: an entry, or a number that becomes an operator's attribute. */
export type Operand = Entry | number

/** MXNet's names of an operator of two operands: for equal shapes, with broadcasting, with a number behind or before. */
export interface Names {
  readonly same?: string
  readonly broadcast: string
  readonly number: string
  /** Absent where the operands may be exchanged. */
  readonly before?: string
}

const both = (name: string, same?: string, before = false): Names => ({
  ...{ broadcast: `broadcast_${name}`, number: `_${scalarNames[name] ?? name}_scalar` },
  ...(same !== undefined && { same }),
  ...(before && { before: `_r${scalarNames[name] ?? name}_scalar` }),
})

const scalarNames: Readonly<Record<string, string>> = { add: 'plus', sub: 'minus' }

/** Operators of two operands. */
export const binaries = {
  add: both('add', 'elemwise_add'),
  sub: both('sub', 'elemwise_sub', true),
  mul: both('mul', 'elemwise_mul'),
  div: both('div', 'elemwise_div', true),
  mod: both('mod', undefined, true),
  power: both('power', undefined, true),
  maximum: both('maximum'),
  minimum: both('minimum'),
  equal: both('equal'),
  not_equal: both('not_equal'),
  greater: { ...both('greater'), before: '_lesser_scalar' },
  greater_equal: { ...both('greater_equal'), before: '_lesser_equal_scalar' },
  lesser: { ...both('lesser'), before: '_greater_scalar' },
  lesser_equal: { ...both('lesser_equal'), before: '_greater_equal_scalar' },
  logical_and: both('logical_and'),
  logical_or: both('logical_or'),
  logical_xor: both('logical_xor'),
} as const satisfies Readonly<Record<string, Names>>

/** Makes element-wise nodes under a name. */
export class Elements {
  readonly #builder: SymbolBuilder
  readonly #name: string

  constructor(builder: SymbolBuilder, name: string) {
    this.#builder = builder
    this.#name = name
  }

  /** An operator of one operand. */
  unary(op: string, x: Entry, attributes: Readonly<Record<string, number | string | boolean>> = {}): Entry {
    return this.#builder.op(op, this.#name, [x], attributes, x.shapes)
  }

  /** An operator of two operands, of which one at least is an entry. */
  binary(op: keyof typeof binaries, a: Operand, b: Operand): Entry {
    const names: Names = binaries[op]
    if (typeof a !== 'number' && typeof b !== 'number') {
      if (sameShapes(a.shapes, b.shapes)) return this.#of(names.same ?? names.broadcast, [a, b], a.shapes)
      const shapes = [0, 1].map((run) => broadcastShapes(op, [a.shapes[run], b.shapes[run]])) as unknown as Shapes
      const axes = shapes[0].length
      return this.#of(names.broadcast, [this.#ranked(a, axes), this.#ranked(b, axes)], shapes)
    }
    if (typeof b === 'number') return this.unary(names.number, a as Entry, { scalar: b })
    return this.unary(names.before ?? names.number, b as Entry, { scalar: a as number })
  }

  /** x where a mask is not 0, else y. */
  where(mask: Entry, x: Entry, y: Entry): Entry {
    const shapes = [0, 1].map((run) => broadcastShapes('where', [mask.shapes[run], x.shapes[run], y.shapes[run]]))
    return this.#of('where', [mask, x, y], shapes as unknown as Shapes)
  }

  /** An array of one number, of the shape of another. */
  filled(like: Entry, value: number): Entry {
    return this.unary('_mul_scalar', this.unary('ones_like', like), { scalar: value })
  }

  #of(op: string, inputs: readonly Entry[], shapes: Shapes): Entry {
    return this.#builder.op(op, this.#name, inputs, {}, shapes)
  }

  /** MXNet broadcasts arrays with equal numbers of axes. */
  #ranked(x: Entry, axes: number): Entry {
    const missing = Array.from({ length: axes - x.shapes[0].length }, () => 1)
    if (missing.length === 0) return x
    const shapes = x.shapes.map((shape) => [...missing, ...shape]) as unknown as Shapes
    return this.#builder.op('Reshape', this.#name, [x], { shape: [...missing, -2] }, shapes)
  }
}

/** The arithmetic of each kind. Masks are arrays of 0 and 1. */
export function arithmetics(e: Elements): Readonly<Record<Kind, Arith<Operand, Operand>>> {
  return { float: arithmetic(e, 'float'), int: arithmetic(e, 'int') }
}

function arithmetic(e: Elements, kind: Kind): Arith<Operand, Operand> {
  const round = kind === 'float' ? Math.fround : Math.trunc
  const two =
    (op: keyof typeof binaries, compute: (a: number, b: number) => number | boolean) =>
    (a: Value<Operand>, b: Value<Operand>): Operand =>
      typeof a === 'number' && typeof b === 'number' ? round(Number(compute(a, b))) : e.binary(op, a, b)
  const one =
    (op: string, compute: (a: number) => number) =>
    (a: Value<Operand>): Operand =>
      typeof a === 'number' ? round(compute(a)) : e.unary(op, a)
  const multiply = two('mul', numbers.mul)
  const mul = (a: Value<Operand>, b: Value<Operand>) => (a === 1 ? b : b === 1 ? a : multiply(a, b))
  const add = two('add', numbers.add)
  const whole = (op: string, compute: (a: number) => number) => (kind === 'int' ? (a: Operand) => a : one(op, compute))
  const cast = (a: Operand, dtype: string) => (typeof a === 'number' ? a : e.unary('Cast', a, { dtype }))
  return {
    constant: (x) => x,
    add,
    sub: two('sub', numbers.sub),
    mul,
    div: two('div', numbers.div),
    madd: (a, b, c) => add(mul(a, b), c),
    min: two('minimum', Math.min),
    max: (a, b) => (b === 0 && typeof a !== 'number' ? e.unary('relu', a) : two('maximum', Math.max)(a, b)),
    power: two('power', numbers.power),
    modulo: two('mod', numbers.modulo),
    neg: one('negative', (a) => -a),
    abs: one('abs', Math.abs),
    sqrt: one('sqrt', Math.sqrt),
    exp: one('exp', Math.exp),
    log: one('log', Math.log),
    tanh: one('tanh', Math.tanh),
    floor: whole('floor', Math.floor),
    ceil: whole('ceil', Math.ceil),
    trunc: whole('trunc', Math.trunc),
    round: whole('rint', numbers.round),
    sign: one('sign', Math.sign),
    toFloat: (a) => (kind === 'float' ? a : cast(a, 'float32')),
    toInt: (a) => (kind === 'int' ? a : cast(a, 'int32')),
    equal: two('equal', numbers.equal),
    notEqual: two('not_equal', numbers.notEqual),
    less: two('lesser', numbers.less),
    lessEqual: two('lesser_equal', numbers.lessEqual),
    greater: two('greater', numbers.greater),
    greaterEqual: two('greater_equal', numbers.greaterEqual),
    and: two('logical_and', (a, b) => a !== 0 && b !== 0),
    or: two('logical_or', (a, b) => a !== 0 || b !== 0),
    not: one('logical_not', (a) => Number(a === 0)),
    select(mask, a, b) {
      if (typeof mask === 'number') return mask === 0 ? b : a
      const like = (x: Value<Operand>) => (typeof x === 'number' ? e.filled(mask, x) : x)
      const [x, y] = [like(a), like(b)]
      return e.where(mask, x, y)
    },
  }
}
