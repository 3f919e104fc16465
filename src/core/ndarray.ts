// The array handle: a dense range of a storage with a shape, a dtype and an owner. Methods are installed by nd/methods.
import { bytesOf, type DType } from './dtype.ts'
import type { Context, Value } from './engine.ts'
import { GlueballError, OpError } from './errors.ts'
import type { CallScope } from './ownership.ts'
import { type Shape, sizeOf } from './shape.ts'
import type { Storage } from './storage.ts'
import type { Leaf, Origin, TapeNode } from './tape.ts'

/**
 * Who releases an array: the user or the library (or, for both, the garbage collector when nothing holds it any more),
 * or the call that made it.
 */
export type Owner = 'user' | 'library' | CallScope

/** What the garbage collector leaves behind of an array. */
export interface Remains {
  storage: Storage
  node: TapeNode | undefined
}

/** What an array is made of. */
export interface Parts {
  readonly context: Context
  readonly value: Value
  readonly origin?: Origin | null
  /** Name of what made it, for the census and for errors. */
  readonly maker?: string
}

/** An n-dimensional array on a context. Values are read by `asscalar`, `toArray` and `repr`, which await. */
export class NDArray {
  /** Where the array lives. */
  readonly context: Context
  /** @internal */
  value: Value
  /** @internal Where it came from, on the tape. */
  origin: Origin | null
  /** @internal */
  owner: Owner = 'library'
  /** @internal Why it can't be used any more. */
  released: string | undefined = undefined
  /** @internal Held for the finalizer while no call owns the array. */
  remains: Remains | undefined = undefined
  /** @internal */
  readonly maker: string
  /** @internal The user's line that made it, kept for large arrays. */
  line: string | undefined = undefined

  /** @internal Takes over one reference to the storage; takes its own to the origin's node. */
  constructor(parts: Parts) {
    this.context = parts.context
    this.value = parts.value
    this.origin = parts.origin ?? null
    this.maker = parts.maker ?? 'array'
    if (this.origin && 'node' in this.origin) this.origin.node.retain()
  }

  /** The context, by Gluon's short name. */
  get ctx(): Context {
    return this.context
  }

  /** Sizes, outermost axis first. */
  get shape(): Shape {
    return this.value.shape
  }

  /** Element type. */
  get dtype(): DType {
    return this.value.dtype
  }

  /** @internal */
  get storage(): Storage {
    return this.value.storage
  }

  /** @internal Bytes from the storage's start. */
  get offset(): number {
    return this.value.offset
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape)
  }

  /** Size of axis 0. */
  get length(): number {
    return this.shape[0] ?? 0
  }

  /** The gradient buffer made by `attachGrad`, or null. */
  get grad(): NDArray | null {
    return this.leaf?.grad ?? null
  }

  /** @internal The leaf of the tape, if gradients are attached. */
  get leaf(): Leaf | undefined {
    return this.origin && !('node' in this.origin) ? this.origin : undefined
  }

  /** @internal Bytes of the elements. */
  get bytes(): number {
    return bytesOf(this.value)
  }

  /** @internal Its value for an op; throws when it was released. */
  valueFor(op: string): Value {
    if (this.released !== undefined) {
      throw new OpError(op, `this array ${this} was released: ${this.released}`)
    }
    return this.value
  }

  /** @internal Replaces the history. */
  setOrigin(origin: Origin | null): void {
    const node = origin && 'node' in origin ? origin.node : undefined
    node?.retain()
    if (this.origin && 'node' in this.origin) this.origin.node.release()
    this.origin = origin
    if (this.remains) this.remains.node = node
  }

  /** @internal Points at another range with the same elements, taking over one reference to its storage. */
  rehome(value: Value): void {
    this.storage.release()
    this.value = value
    if (this.remains) this.remains.storage = value.storage
  }

  toString(): string {
    return `<NDArray ${this.shape.length ? Array.from(this.shape).join('x') : 'scalar'} @${this.context}>`
  }

  /** JSON has no values of an array, which are elsewhere until `toArray` has brought them. */
  toJSON(): string {
    return this.toString()
  }

  /** JavaScript has no operators on arrays, so `a + b`, `a * 2` and `a < 3` throw instead of making a string. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString()
    throw new GlueballError('JavaScript has no operators on arrays: write a.add(b), a.multiply(2), a.lesser(3)')
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `${this} (values: await x.repr())`
  }
}
