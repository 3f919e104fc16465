// Derivatives of formulas, by reverse accumulation over their graphs (A. Griewank, A. Walther: Evaluating Derivatives, 2008).
import { type Callable, call, type Graph, graphOf, type Kind, listed, type Node, type Operation } from './graph.ts'
import { Tracer } from './tracer.ts'

/** The gradients of some operands of a formula, and what they read. */
export interface Derived {
  /** Its operands are `reads`, in order. */
  readonly graph: Graph
  /** For each operand that was wanted its gradient; null where it is zero everywhere. */
  readonly gradients: readonly (Gradient | null)[]
  readonly reads: readonly Read[]
}

/** A gradient: one of the values that are read, as it is, or a result of the graph. */
export type Gradient = { readonly read: number } | { readonly result: number }

/** A value that a gradient reads: the gradient of a result, an operand, or a result. */
export interface Read {
  readonly what: 'dy' | 'x' | 'y'
  readonly index: number
}

type Adjoints = Map<Node, Node>

/**
 * Derives the gradients of the operands `wanted` from those of the results. With `results`, values that are results are
 * read as such; without, gradients read operands alone.
 */
export function derive(
  formula: Callable,
  leaves: readonly Kind[],
  wanted: readonly number[],
  { results = true }: { readonly results?: boolean } = {},
): Derived {
  const t = new Tracer()
  const xs = leaves.map((kind, k) => t.leaf(k, kind))
  const ys = resultsOf(formula, t, xs)
  const dys = ys.map((y, i) => t.leaf(leaves.length + i, y.kind))
  const adjoints = pullBack(
    t,
    ys.map((y, i) => [y, dys[i]]),
  )
  const gradients = wanted.map((k) => adjoints.get(xs[k]) ?? null)
  const distinct = [...new Set(gradients.filter((node) => node !== null))]
  const known = [...dys, ...xs, ...ys]
  const reads = readsOf(distinct, new Set(results ? ys.filter(({ op }) => op !== 'constant') : []))
  reads.sort((a, b) => known.indexOf(a) - known.indexOf(b))
  const made = distinct.filter((node) => !reads.includes(node))
  return {
    graph: graphOf(
      reads.map(({ kind }) => kind),
      rebuilt(made, reads),
    ),
    gradients: gradients.map((node): Gradient | null => {
      if (!node) return null
      return reads.includes(node) ? { read: reads.indexOf(node) } : { result: made.indexOf(node) }
    }),
    reads: reads.map((node) => readOf(known.indexOf(node), dys.length, xs.length)),
  }
}

function readOf(place: number, dys: number, xs: number): Read {
  if (place < dys) return { what: 'dy', index: place }
  return place < dys + xs ? { what: 'x', index: place - dys } : { what: 'y', index: place - dys - xs }
}

function resultsOf(formula: Callable, t: Tracer, xs: readonly Node[]): Node[] {
  if (formula.derivative) return [call(t, formula, ...xs)]
  return listed(formula.compute<Node, Node>(t, ...xs)).map((y) => (typeof y === 'number' ? t.constant(y) : y))
}

/** The leaves and cut nodes that the nodes are made of. */
function readsOf(nodes: readonly Node[], cuts: ReadonlySet<Node>): Node[] {
  const reads = new Set<Node>()
  const seen = new Set<Node>()
  const waiting = [...nodes]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.op === 'leaf' || cuts.has(node)) reads.add(node)
    else waiting.push(...node.args)
  }
  return [...reads]
}

/** The nodes made anew from leaves in the order of `reads`. */
function rebuilt(nodes: readonly Node[], reads: readonly Node[]): Node[] {
  const t = new Tracer()
  const made = new Map<Node, Node>()
  reads.forEach((node, i) => made.set(node, t.leaf(i, node.kind)))
  const build = (node: Node): Node => {
    const held = made.get(node)
    if (held) return held
    const { op, args, kind, value, call } = node
    const built = op === 'constant' ? t.constant(value, kind) : t.step(op as Operation, args.map(build))
    made.set(node, built)
    if (call) {
      const operands = call.operands.map((operand) => made.get(operand))
      if (operands.every((operand) => operand !== undefined)) built.call = { formula: call.formula, operands }
    }
    return built
  }
  return nodes.map(build)
}

/** Carries gradients of nodes back to the leaves. */
function pullBack(t: Tracer, seeds: readonly (readonly [Node, Node])[]): Adjoints {
  const gathered: Adjoints = new Map()
  const leaves: Adjoints = new Map()
  const add = (to: Adjoints, node: Node, more: Node) => {
    const held = to.get(node)
    to.set(node, held ? t.add(held, more) : more)
  }
  const give = (node: Node, adjoint: Node) => {
    if (node.op === 'leaf') add(leaves, node, adjoint)
    else if (node.op !== 'constant') add(gathered, node, adjoint)
  }
  for (const [node, adjoint] of seeds) give(node, adjoint)
  for (;;) {
    const node = newest(gathered)
    if (!node) return leaves
    const adjoint = gathered.get(node) as Node
    gathered.delete(node)
    const pieces = piecesOf(t, node)
    if (!pieces) {
      for (const [arg, contribution] of contributions(t, node, adjoint)) give(arg, contribution)
      continue
    }
    // a branch that is not taken may divide by zero: gradients go through each by itself, and are selected last
    const [whole, other] = pieces.branches.map((branch) => pullBack(t, [[branch, adjoint]]))
    for (const leaf of new Set([...whole.keys(), ...other.keys()])) {
      add(leaves, leaf, t.select(pieces.mask, whole.get(leaf) ?? 0, other.get(leaf) ?? 0))
    }
  }
}

/** The node that no other of them reads: it was made last. */
function newest(nodes: Adjoints): Node | undefined {
  let found: Node | undefined
  for (const node of nodes.keys()) if (!found || node.id > found.id) found = node
  return found
}

/** What is one thing or another: by which mask, and the two. */
function piecesOf(t: Tracer, node: Node): { mask: Node; branches: readonly [Node, Node] } | undefined {
  if (node.call) return undefined
  const [a, b, c] = node.args
  if (node.op === 'select') return { mask: a, branches: [b, c] }
  if (node.op === 'max') return { mask: t.greaterEqual(a, b), branches: [a, b] }
  if (node.op === 'min') return { mask: t.lessEqual(a, b), branches: [a, b] }
  return undefined
}

/** What the gradient of a node's value adds to the gradients of those that it reads. */
function contributions(t: Tracer, node: Node, dy: Node): readonly (readonly [Node, Node])[] {
  if (node.kind === 'int') return []
  if (node.call) {
    const { formula, operands } = node.call
    return operands.flatMap((x, k) => {
      if (x.kind === 'int') return []
      const made = formula.derivative?.(t, k, dy, operands, node) ?? 0
      return made === 0 ? [] : [[x, typeof made === 'number' ? t.constant(made) : made] as const]
    })
  }
  const [a, b, c] = node.args
  switch (node.op) {
    case 'add':
      return [
        [a, dy],
        [b, dy],
      ]
    case 'sub':
      return both(b, [a, dy], () => t.neg(dy))
    case 'mul':
      return [
        [a, t.mul(dy, b)],
        [b, t.mul(dy, a)],
      ]
    case 'madd':
      return [
        [a, t.mul(dy, b)],
        [b, t.mul(dy, a)],
        [c, dy],
      ]
    case 'div':
      return both(b, [a, t.div(dy, b)], () => t.neg(t.div(t.mul(dy, node), b)))
    case 'power':
      return powerContributions(t, node, dy)
    case 'modulo':
      return both(b, [a, dy], () => t.neg(t.mul(dy, floored(t, node))))
    case 'neg':
      return [[a, t.neg(dy)]]
    case 'abs':
      return [[a, t.mul(dy, t.sign(a))]]
    case 'sqrt':
      return [[a, t.div(dy, t.mul(node, 2))]]
    case 'exp':
      return [[a, t.mul(dy, node)]]
    case 'log':
      return [[a, t.div(dy, a)]]
    case 'tanh':
      return [[a, t.mul(dy, t.sub(1, t.mul(node, node)))]]
    default: // steps: their slope is 0 where they have one
      return []
  }
}

/** A contribution to the first operand, and one to the second unless that is a constant. */
function both(b: Node, first: readonly [Node, Node], second: () => Node): (readonly [Node, Node])[] {
  return b.op === 'constant' ? [first] : [first, [b, second()]]
}

/** ⌊a ÷ b⌋: one less where the quotient has been rounded up to an integer, and so the remainder is almost b. */
function floored(t: Tracer, remainder: Node): Node {
  const [a, b] = remainder.args
  const quotient = t.div(a, b)
  const whole = t.floor(quotient)
  const almost = t.not(t.lessEqual(t.div(remainder, b), 0.5))
  return t.select(t.and(t.equal(quotient, whole), almost), t.sub(whole, 1), whole)
}

/** aᵇ: b·aᵇ⁻¹ is 0 for b = 0, and aᵇ·ln a is 0 where aᵇ is 0 for every b > 0. */
function powerContributions(t: Tracer, node: Node, dy: Node): (readonly [Node, Node])[] {
  const [a, b] = node.args
  const slope = () => t.mul(t.mul(dy, b), t.power(a, t.sub(b, 1)))
  const toBase = b.op === 'constant' && b.value !== 0 ? slope() : t.select(t.equal(b, 0), 0, slope())
  return both(b, [a, toBase], () => {
    const vanishes = t.and(t.equal(a, 0), t.greaterEqual(b, 0))
    return t.select(vanishes, 0, t.mul(t.mul(dy, node), t.log(a)))
  })
}
