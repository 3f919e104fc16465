// The walk over the tape, newest node first, that carries gradients from heads to leaves.
import type { DType } from './dtype.ts'
import type { Attributes, Call, Context, Spec } from './engine.ts'
import { GlueballError, nameOfKind, OpError } from './errors.ts'
import { relievePressure } from './memory.ts'
import { NDArray } from './ndarray.ts'
import type { GradientContext } from './op.ts'
import { adopt, alias, release, within } from './ownership.ts'
import { formatShape, type Shape, sameShape } from './shape.ts'
import { endWalk, historyOf, type Leaf, type LeafWatcher, mode, type Origin, type TapeNode } from './tape.ts'

/** The table of op functions that gradients get, as far as the walk itself needs it. */
export interface WalkFunctions {
  add(a: NDArray, b: NDArray, options?: { readonly out?: NDArray }): NDArray
  /** Copies the values of one array into another. */
  assign(target: NDArray, source: NDArray): void
  fill(shape: Shape, value: number, options: { context: Context; dtype: DType }): NDArray
}

/** Options of a walk. */
export interface WalkOptions {
  readonly retainGraph?: boolean
  readonly createGraph?: boolean
  readonly trainMode?: boolean
  /** Arrays whose gradients are returned instead of written to the leaves. */
  readonly variables?: readonly NDArray[]
}

const spent = 'the backward pass has moved on'

/** The call whose gradient is being computed. */
export const walking: { call: Call | undefined } = { call: undefined }

/** Runs the tape backward from the heads. Missing head gradients are ones. Returns the gradients of `variables`. */
export function walkBackward(
  functions: WalkFunctions,
  heads: readonly NDArray[],
  headGradients: readonly (NDArray | null)[],
  options: WalkOptions = {},
): NDArray[] {
  const held = { ...mode }
  mode.recording = options.createGraph ?? false
  mode.training = options.trainMode ?? true
  let gradients: NDArray[]
  try {
    gradients = within('', spent, () => new Walk(functions, options).run(heads, headGradients))
  } finally {
    Object.assign(mode, held)
  }
  // now, while what was queued runs: the graph is gone, and arrays made inside record may be dead
  for (const engine of new Set(heads.map((head) => head.context.engine))) relievePressure(engine)
  return gradients
}

class Walk {
  readonly #table: WalkFunctions
  readonly #options: WalkOptions
  /** Gradients gathered so far, for the outputs of each node. */
  readonly #gathered = new Map<TapeNode, (NDArray | undefined)[]>()
  readonly #leaves = new Map<Leaf, NDArray>()
  /** Edges to watched leaves that the pass has yet to meet. */
  readonly #due = new Map<Leaf, number>()
  readonly #watchers = new Set<LeafWatcher>()
  /** The nodes passed that are not kept. */
  readonly #passed: TapeNode[] = []

  constructor(functions: WalkFunctions, options: WalkOptions) {
    this.#table = functions
    this.#options = options
  }

  run(heads: readonly NDArray[], headGradients: readonly (NDArray | null)[]): NDArray[] {
    if (headGradients.length > heads.length) {
      const got = `${headGradients.length} head gradients for ${heads.length}`
      throw new OpError('backward', `each head has one gradient at most, got ${got}`)
    }
    heads.forEach((head, i) => this.#seed(head, headGradients[i] ?? null))
    const wanted = this.#options.variables?.map((variable) => this.#wantedOf(variable))
    const nodes = newestFirst(heads)
    for (const node of nodes) for (const leaf of watchedBy(node)) this.#due.set(leaf, (this.#due.get(leaf) ?? 0) + 1)
    for (const node of nodes) {
      this.#pass(node, wanted ?? [])
      if (this.#due.size > 0) for (const leaf of watchedBy(node)) this.#meet(leaf)
    }
    for (const [leaf, gradient] of this.#leaves) this.#deliver(leaf, gradient)
    for (const watcher of this.#watchers) watcher.ended()
    endWalk(this.#passed)
    return (wanted ?? []).map((origin, i) => this.#result(origin, (this.#options.variables as NDArray[])[i]))
  }

  /** Delivers to a watched leaf when no more edges lead there. */
  #meet(leaf: Leaf): void {
    const due = (this.#due.get(leaf) as number) - 1
    this.#due.set(leaf, due)
    const gradient = this.#leaves.get(leaf)
    const { variables, createGraph } = this.#options
    if (due > 0 || !gradient || !leaf.watcher || variables || createGraph) return
    this.#leaves.delete(leaf)
    this.#deliver(leaf, gradient)
    this.#watchers.add(leaf.watcher)
    leaf.watcher.delivered(leaf)
  }

  #seed(head: NDArray, gradient: NDArray | null): void {
    if (!(head instanceof NDArray)) throw new OpError('backward', `takes arrays, got ${nameOfKind(head)}`)
    if (gradient !== null && !(gradient instanceof NDArray)) {
      const right =
        'a head gradient is an array or null, with options after it, as backward(null, { retainGraph: true })'
      throw new OpError('backward', `${right}: got ${nameOfKind(gradient)}`)
    }
    head.valueFor('backward')
    if (!head.origin || !('node' in head.origin)) {
      throw new OpError(
        'backward',
        `${head} was not recorded: compute it inside autograd.record from arrays with gradients`,
      )
    }
    if (gradient && (!sameShape(gradient.shape, head.shape) || gradient.dtype !== head.dtype)) {
      const got = `${describe(gradient)} for ${describe(head)}`
      throw new OpError('backward', `a head gradient must have the shape and dtype of its head, got ${got}`)
    }
    this.#collect(head.origin, gradient ? alias(gradient) : this.#filled(head, 1, head.context))
  }

  #filled({ shape, dtype }: Spec, value: number, context: Context): NDArray {
    return this.#table.fill(shape, value, { context, dtype })
  }

  #wantedOf(variable: NDArray): Origin {
    const origin = variable instanceof NDArray ? historyOf(variable) : null
    if (!origin) throw new OpError('grad', `${variable} has no gradient: call attachGrad before record`)
    return origin
  }

  #collect(origin: Origin, gradient: NDArray): void {
    if (!('node' in origin)) return this.#collectLeaf(origin, gradient)
    const slots = this.#gathered.get(origin.node) ?? []
    this.#gathered.set(origin.node, slots)
    const held = slots[origin.index]
    slots[origin.index] = held ? this.#sum(held, gradient) : gradient
  }

  #collectLeaf(leaf: Leaf, gradient: NDArray): void {
    const held = this.#leaves.get(leaf)
    if (held === leaf.grad) this.#table.add(held, gradient, { out: held })
    else this.#leaves.set(leaf, held ? this.#sum(held, gradient) : gradient)
  }

  #sum(a: NDArray, b: NDArray): NDArray {
    const sum = this.#table.add(a, b)
    release(a, spent)
    release(b, spent)
    return sum
  }

  #pass(node: TapeNode, wanted: readonly Origin[]): void {
    const gathered = this.#gathered.get(node)
    if (!gathered?.some((gradient) => gradient)) return
    if (node.freed) {
      throw new GlueballError(
        '[backward] this graph was run backward before and is freed: pass { retainGraph: true } the first time',
      )
    }
    const dy = node.call.outputs
      .slice(0, node.visible)
      .map((spec, i) => gathered[i] ?? this.#filled(spec, 0, node.context))
    const kept = dy.map((_, i) =>
      wanted.some((origin) => 'node' in origin && origin.node === node && origin.index === i),
    )
    const outer = walking.call
    walking.call = node.call
    let gradients: (NDArray | null)[]
    try {
      gradients = within(node.call.path, spent, () => this.#gradients(node, dy, kept))
    } finally {
      walking.call = outer
    }
    gradients.forEach((gradient, i) => {
      const edge = node.edges[i]
      if (gradient && edge) this.#collect(edge, gradient)
    })
    dy.forEach((gradient, i) => kept[i] || release(gradient, spent))
    if (this.#options.retainGraph || this.#options.createGraph) return
    node.dropSaved()
    this.#passed.push(node)
  }

  #gradients(node: TapeNode, dy: readonly NDArray[], kept: readonly boolean[]): (NDArray | null)[] {
    const restored = new Map<string, NDArray>()
    const restore = (key: string): NDArray => {
      const array = restored.get(key) ?? adopt(node.restore(key))
      restored.set(key, array)
      return array
    }
    const context: GradientContext<Attributes> = {
      attrs: node.call.attrs,
      scalars: node.call.scalars,
      inputs: node.call.inputs,
      outputs: node.call.outputs,
      x: (i) => restore(`x${i}`),
      y: (i) => restore(`y${i}`),
      needs: node.edges.map((edge) => edge !== null),
      into: (i) => this.#slot(node, i),
      spare: (i) => !kept[i] && !dy[i].storage.shared && !mode.recording,
    }
    const gradient = node.op.gradient as NonNullable<typeof node.op.gradient>
    const results = gradient(context as never, dy, this.#table as never)
    const given = new Set<NDArray>([...dy, ...restored.values()])
    const distinct = results.map((result) => {
      if (!result || !given.has(result)) {
        if (result) given.add(result)
        return result
      }
      return alias(result)
    })
    for (const array of restored.values()) release(array, spent)
    return distinct
  }

  /** A leaf's buffer, when this is its first contribution, the node's only one, and it is to be overwritten. */
  #slot(node: TapeNode, i: number): NDArray | undefined {
    const edge = node.edges[i]
    if (this.#options.variables || !edge || 'node' in edge) return undefined
    if (edge.request !== 'write' || this.#leaves.has(edge)) return undefined
    if (node.edges.indexOf(edge) !== node.edges.lastIndexOf(edge)) return undefined
    return edge.grad
  }

  #deliver(leaf: Leaf, gradient: NDArray): void {
    if (this.#options.variables) return
    leaf.fresh = true
    if (gradient === leaf.grad) return
    if (leaf.request === 'add') this.#table.add(leaf.grad, gradient, { out: leaf.grad })
    else this.#table.assign(leaf.grad, gradient)
    release(gradient, spent)
  }

  #result(origin: Origin, variable: NDArray): NDArray {
    const found = 'node' in origin ? this.#gathered.get(origin.node)?.[origin.index] : this.#leaves.get(origin)
    return found ? alias(found) : this.#filled(variable, 0, variable.context)
  }
}

function watchedBy({ edges }: TapeNode): Leaf[] {
  return edges.filter((edge) => edge && !('node' in edge) && edge.watcher) as Leaf[]
}

function describe({ dtype, shape }: Spec): string {
  return `${dtype} ${formatShape(shape)}`
}

function newestFirst(heads: readonly NDArray[]): TapeNode[] {
  const order: TapeNode[] = []
  const seen = new Set<TapeNode>()
  const stack: { node: TapeNode; next: number }[] = []
  const push = (origin: Origin | null): void => {
    if (!origin || !('node' in origin) || seen.has(origin.node)) return
    seen.add(origin.node)
    stack.push({ node: origin.node, next: 0 })
  }
  for (const head of heads) {
    push(head.origin)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (top.next < top.node.edges.length) push(top.node.edges[top.next++])
      else order.push((stack.pop() as { node: TapeNode }).node)
    }
  }
  return order.reverse()
}
