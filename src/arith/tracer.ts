// The arithmetic that records: a formula is called once, and its steps become a graph.
import type { Arith, Value } from './arith.ts'
import { type Compute, type Graph, graphOf, type Kind, listed, Node, type Operation } from './graph.ts'

/** The arithmetic that records: its values are nodes. */
export class Tracer implements Arith<Node, Node> {
  readonly #nodes = new Map<string, Node>()

  leaf(index: number, kind: Kind): Node {
    return this.#node('leaf', [], kind, index)
  }

  constant(x: number, kind: Kind = 'float'): Node {
    return this.#node('constant', [], kind, x)
  }

  /** The step of a name on nodes. */
  step(op: Operation, args: readonly Node[]): Node {
    return (this[op] as (...args: readonly Node[]) => Node)(...args)
  }

  #node(op: Node['op'], args: readonly Node[], kind: Kind, value = 0): Node {
    const key = `${op} ${kind} ${Object.is(value, -0) ? '-0' : value} ${args.map(({ id }) => id)}`
    let node = this.#nodes.get(key)
    if (!node) this.#nodes.set(key, (node = new Node(this.#nodes.size, op, args, kind, value)))
    return node
  }

  /** Numbers take the kind of the other operands. */
  #of(op: Operation, values: readonly Value<Node>[], kind?: Kind): Node {
    const kinds = new Set(values.filter((x) => typeof x !== 'number').map((x) => x.kind))
    if (kinds.size > 1) throw new Error(`[${op}] a formula can't mix floats and integers: convert one with toFloat`)
    const [common = 'float'] = kinds
    const args = values.map((x) => (typeof x === 'number' ? this.constant(x, common) : x))
    return this.#node(op, args, kind ?? common)
  }

  add(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('add', [a, b])
  }
  sub(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('sub', [a, b])
  }
  /** A factor of 1 leaves the other as it is. */
  mul(a: Value<Node>, b: Value<Node>): Node {
    if (isOne(a) && typeof b !== 'number') return b
    if (isOne(b) && typeof a !== 'number') return a
    return this.#of('mul', [a, b])
  }
  div(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('div', [a, b])
  }
  madd(a: Value<Node>, b: Value<Node>, c: Value<Node>): Node {
    return this.#of('madd', [a, b, c])
  }
  min(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('min', [a, b])
  }
  max(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('max', [a, b])
  }
  power(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('power', [a, b])
  }
  modulo(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('modulo', [a, b])
  }
  neg(a: Value<Node>): Node {
    return typeof a !== 'number' && a.op === 'neg' ? a.args[0] : this.#of('neg', [a])
  }
  abs(a: Value<Node>): Node {
    return this.#of('abs', [a])
  }
  sqrt(a: Value<Node>): Node {
    return this.#of('sqrt', [a])
  }
  exp(a: Value<Node>): Node {
    return this.#of('exp', [a])
  }
  log(a: Value<Node>): Node {
    return this.#of('log', [a])
  }
  tanh(a: Value<Node>): Node {
    return this.#of('tanh', [a])
  }
  floor(a: Value<Node>): Node {
    return this.#of('floor', [a])
  }
  ceil(a: Value<Node>): Node {
    return this.#of('ceil', [a])
  }
  trunc(a: Value<Node>): Node {
    return this.#of('trunc', [a])
  }
  round(a: Value<Node>): Node {
    return this.#of('round', [a])
  }
  sign(a: Value<Node>): Node {
    return this.#of('sign', [a])
  }
  toFloat(a: Value<Node>): Node {
    return typeof a !== 'number' && a.kind === 'float' ? a : this.#of('toFloat', [a], 'float')
  }
  toInt(a: Value<Node>): Node {
    return typeof a !== 'number' && a.kind === 'int' ? a : this.#of('toInt', [a], 'int')
  }
  equal(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('equal', [a, b])
  }
  notEqual(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('notEqual', [a, b])
  }
  less(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('less', [a, b])
  }
  lessEqual(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('lessEqual', [a, b])
  }
  greater(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('greater', [a, b])
  }
  greaterEqual(a: Value<Node>, b: Value<Node>): Node {
    return this.#of('greaterEqual', [a, b])
  }
  and(p: Node, q: Node): Node {
    return this.#node('and', [p, q], 'int')
  }
  or(p: Node, q: Node): Node {
    return this.#node('or', [p, q], 'int')
  }
  not(p: Node): Node {
    return this.#node('not', [p], 'int')
  }
  select(mask: Node, a: Value<Node>, b: Value<Node>): Node {
    if (a === b && typeof a !== 'number') return a
    const kind = [a, b].find((x) => typeof x !== 'number')?.kind ?? mask.kind
    const args = [a, b].map((x) => (typeof x === 'number' ? this.constant(x, kind) : x))
    if (args.some((x) => x.kind !== kind)) throw new Error("[select] a formula can't mix floats and integers")
    return this.#node('select', [mask, ...args], kind)
  }
}

const isOne = (x: Value<Node>) => x === 1 || (x instanceof Node && x.op === 'constant' && x.value === 1)

/** Traces a formula whose operands are of these kinds; results that are plain numbers are of the kinds given for them. */
export function trace(
  compute: Compute,
  leaves: readonly Kind[],
  resultKinds: readonly Kind[] = [],
  usual: Kind = 'float',
): Graph {
  const tracer = new Tracer()
  const operands = leaves.map((kind, k) => tracer.leaf(k, kind))
  const results = listed(compute<Node, Node>(tracer, ...operands))
  return graphOf(
    leaves,
    results.map((x, i) => (typeof x === 'number' ? tracer.constant(x, resultKinds[i] ?? usual) : x)),
  )
}
