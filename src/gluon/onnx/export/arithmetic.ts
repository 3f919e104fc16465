// Formulas as ONNX nodes: the abstract arithmetic on names of values, so that any graph of a formula is exported.
import type { Arith, Value } from '../../../arith/arith.ts'
import type { Kind } from '../../../arith/graph.ts'
import { elementTypes } from '../schema.ts'
import type { Builder, Name } from './builder.ts'

/** The arithmetic of each kind, in nodes of a builder. Floats are float32, integers int32, masks bool. */
export function arithmetics(b: Builder): Readonly<Record<Kind, Arith<Name, Name>>> {
  return { float: arithmetic(b, 'float'), int: arithmetic(b, 'int') }
}

function arithmetic(b: Builder, kind: Kind): Arith<Name, Name> {
  const type = kind === 'float' ? 'float32' : 'int32'
  const constant = (x: number, of: Kind = kind) => b.constant(of === 'float' ? 'float32' : 'int32', [], [x])
  const value = (x: Value<Name>) => (typeof x === 'number' ? constant(x) : x)
  const node = (op: string, ...operands: readonly Value<Name>[]) => b.node(op, operands.map(value))
  const cast = (x: Value<Name>, to: 'float32' | 'int32') => b.node('Cast', [value(x)], { to: elementTypes[to] })
  /** 0 where the divisor is 0. */
  const orZero = (divisor: Value<Name>, quotient: (safe: Name) => Name) => {
    const none = node('Equal', divisor, 0)
    return b.node('Where', [none, constant(0), quotient(b.node('Where', [none, constant(1), value(divisor)]))])
  }
  const multiply = (x: Value<Name>, y: Value<Name>) => (x === 1 ? value(y) : y === 1 ? value(x) : node('Mul', x, y))
  return {
    constant,
    add: (x, y) => node('Add', x, y),
    sub: (x, y) => node('Sub', x, y),
    mul: multiply,
    div: (x, y) => (kind === 'float' ? node('Div', x, y) : orZero(y, (safe) => node('Div', x, safe))),
    madd: (x, y, z) => node('Add', multiply(x, y), z),
    min: (x, y) => node('Min', x, y),
    max: (x, y) => (y === 0 && kind === 'float' ? node('Relu', x) : node('Max', x, y)),
    power: (x, y) => node('Pow', x, y),
    // the sign of the divisor: x − y ⌊x ÷ y⌋ on integers is ONNX's Mod, which has no fmod of this sign on floats
    modulo: (x, y) =>
      orZero(y, (safe) =>
        kind === 'int' ? node('Mod', x, safe) : node('Sub', x, node('Mul', safe, node('Floor', node('Div', x, safe)))),
      ),
    neg: (x) => node('Neg', x),
    abs: (x) => node('Abs', x),
    sqrt: (x) => node('Sqrt', x),
    exp: (x) => node('Exp', x),
    log: (x) => node('Log', x),
    tanh: (x) => node('Tanh', x),
    floor: (x) => (kind === 'int' ? value(x) : node('Floor', x)),
    ceil: (x) => (kind === 'int' ? value(x) : node('Ceil', x)),
    trunc: (x) => (kind === 'int' ? value(x) : node('Mul', node('Sign', x), node('Floor', node('Abs', x)))),
    round: (x) => (kind === 'int' ? value(x) : node('Round', x)),
    sign: (x) => node('Sign', x),
    toFloat: (x) => (type === 'float32' ? value(x) : cast(x, 'float32')),
    toInt: (x) => (type === 'int32' ? value(x) : cast(x, 'int32')),
    equal: (x, y) => node('Equal', x, y),
    notEqual: (x, y) => b.node('Not', [node('Equal', x, y)]),
    less: (x, y) => node('Less', x, y),
    lessEqual: (x, y) => node('LessOrEqual', x, y),
    greater: (x, y) => node('Greater', x, y),
    greaterEqual: (x, y) => node('GreaterOrEqual', x, y),
    and: (p, q) => b.node('And', [p, q]),
    or: (p, q) => b.node('Or', [p, q]),
    not: (p) => b.node('Not', [p]),
    select: (mask, x, y) => b.node('Where', [mask, value(x), value(y)]),
  }
}
