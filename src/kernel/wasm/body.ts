// The body of a WebAssembly function, built by calling statements: locals, stores, branches and loops.
import { u32Leb } from './encode.ts'
import {
  type Code,
  type Expr,
  expr,
  memarg,
  type Operand,
  opcode,
  type Ref,
  type Type,
  vectorConstant,
} from './expr.ts'
import type { Func } from './func.ts'
import { i32 } from './scalar.ts'

/** A step that follows each round of a loop: a local and what is added to it. */
export type Bump = readonly [local: Local<'i32'>, by: Operand<'i32'>]

/** One level of a nest of loops: how many rounds, and the constant bumps after each. */
export interface Level {
  readonly count: number
  readonly bumps: readonly (readonly [local: Local<'i32'>, by: number])[]
}

/** A local variable: reads as the value it has where the expression is written. */
export class Local<T extends Type = Type> implements Expr<T>, Ref {
  readonly ref = 'local'
  readonly type: T
  readonly name: string
  readonly code: Code
  readonly #body: Body

  constructor(body: Body, type: T, name: string) {
    this.#body = body
    this.type = type
    this.name = name
    this.code = [0x20, this]
  }

  /** Gives the local a new value. */
  set(value: Operand<T>): void {
    this.#body.emit(expr(this.type, value).code, 0x21, this)
  }

  /** Gives the local a new value and is that value. */
  tee(value: Operand<T>): Expr<T> {
    return { type: this.type, code: [expr(this.type, value).code, 0x22, this] }
  }

  /** Adds to an i32 local, modulo 2^32. */
  bump(this: Local<'i32'>, by: Operand<'i32'>): void {
    if (by !== 0) this.set(i32.add(this, by))
  }
}

/** A place to jump to, alive only inside the callback that received it. */
export class Label {
  readonly #body: Body
  readonly #depth: number
  open = true

  constructor(body: Body, depth: number) {
    this.#body = body
    this.#depth = depth
  }

  /** Jumps there. */
  jump(): void {
    this.#body.emit(0x0c, this.#distance())
  }

  /** Jumps there if the condition is not zero. */
  jumpIf(condition: Operand<'i32'>): void {
    this.#body.emit(expr('i32', condition).code, 0x0d, this.#distance())
  }

  #distance(): number[] {
    if (!this.open)
      throw new Error('[asm] cannot jump to a label outside its block: use it inside the callback that received it')
    return u32Leb(this.#body.depth - this.#depth)
  }
}

const isTree = (code: Code): code is readonly Code[] => Array.isArray(code)

/** The statements of one function, in the order in which they are called. */
export class Body {
  readonly name: string
  /** Each local's index, encoded. */
  readonly locals = new Map<Ref, readonly number[]>()
  readonly types: Type[] = []
  readonly code: number[] = []
  /** Gives the locals of constants their values, before all other code. */
  readonly prologue: number[] = []
  readonly #constants = new Map<string, readonly number[]>()
  /** Where a function's index belongs in `code`, five bytes each, since it is known only in a module. */
  readonly calls: { readonly at: number; readonly target: Ref }[] = []
  depth = 0
  #open = true

  constructor(name: string) {
    this.name = name
  }

  /** Takes code in; refuses locals of other functions and statements after the end. */
  emit(...code: readonly Code[]): void {
    if (!this.#open) throw new Error(`[${this.name}] cannot add a statement: the function is already built`)
    for (const part of code) this.#flatten(part)
  }

  /** Ends the body: later statements are refused. */
  close(): void {
    this.#open = false
  }

  #flatten(code: Code): void {
    if (typeof code === 'number') this.code.push(code)
    else if (isTree(code)) for (const part of code) this.#flatten(part)
    else if (code.ref === 'constant') this.code.push(0x20, ...this.#constant(code.bytes))
    else if (code.ref === 'function') {
      this.calls.push({ at: this.code.length, target: code })
      this.code.push(0, 0, 0, 0, 0)
    } else {
      const index = this.locals.get(code)
      if (index === undefined)
        throw new Error(`[${this.name}] unknown local: got ${code.name}, expected a local of this function`)
      for (const byte of index) this.code.push(byte)
    }
  }

  /** The index of the local that holds a constant, encoded. */
  #constant(bytes: readonly number[]): readonly number[] {
    const key = bytes.join()
    const held = this.#constants.get(key)
    if (held) return held
    const index = u32Leb(this.types.length)
    this.types.push('v128')
    this.#constants.set(key, index)
    this.prologue.push(...vectorConstant(bytes), 0x21, ...index)
    return index
  }

  /** A new local; WebAssembly starts it at zero, once for the call and not once for each round of a loop. */
  local<T extends Type>(type: T, initial?: Operand<T>): Local<T> {
    const made = new Local(this, type, `${type} local ${this.types.length}`)
    this.locals.set(made, u32Leb(this.types.length))
    this.types.push(type)
    if (initial !== undefined) made.set(initial)
    return made
  }

  /** A new local that holds the value of an expression, computed here and once. */
  let<T extends Type>(value: Expr<T>): Local<T> {
    return this.local(value.type, value)
  }

  /** New locals that hold the values of a record, computed here in the order of the record. */
  lets<R extends Readonly<Record<string, Expr>>>(values: R): { readonly [Name in keyof R]: Local<R[Name]['type']> } {
    const held = Object.entries(values).map(([name, value]) => [name, this.let(value)])
    return Object.fromEntries(held)
  }

  /** Stores a whole value at `address + offset`. */
  store(address: Operand<'i32'>, value: Expr, offset = 0): void {
    const [op, align] = storeCode[value.type]
    this.emit(expr('i32', address).code, value.code, opcode(op), memarg(align, offset))
  }

  /** Stores the low byte of an i32. */
  store8(address: Operand<'i32'>, value: Operand<'i32'>, offset = 0): void {
    this.emit(expr('i32', address).code, expr('i32', value).code, 0x3a, memarg(0, offset))
  }

  /** Stores the low two bytes of an i32. */
  store16(address: Operand<'i32'>, value: Operand<'i32'>, offset = 0): void {
    this.emit(expr('i32', address).code, expr('i32', value).code, 0x3b, memarg(1, offset))
  }

  /** Stores one lane of 8, 16, 32 or 64 bits of a vector. */
  storeLane(bits: 8 | 16 | 32 | 64, address: Operand<'i32'>, value: Expr<'v128'>, lane: number, offset = 0): void {
    const align = Math.log2(bits / 8)
    if (!(lane >= 0 && lane < 128 / bits))
      throw new Error(`[storeLane] no such lane: got ${lane}, expected 0 to ${128 / bits - 1}`)
    this.emit(expr('i32', address).code, value.code, opcode(0xfd58 + align), memarg(align, offset), lane)
  }

  /** Copies bytes; the ranges may overlap. */
  copy(to: Operand<'i32'>, from: Operand<'i32'>, bytes: Operand<'i32'>): void {
    this.emit(expr('i32', to).code, expr('i32', from).code, expr('i32', bytes).code, opcode(0xfc0a), 0, 0)
  }

  /** Fills bytes with one value. */
  fill(to: Operand<'i32'>, byte: Operand<'i32'>, bytes: Operand<'i32'>): void {
    this.emit(expr('i32', to).code, expr('i32', byte).code, expr('i32', bytes).code, opcode(0xfc0b), 0)
  }

  /** Runs `then` where the condition is not zero, else `otherwise`. */
  if(condition: Operand<'i32'>, then: () => void, otherwise?: () => void): void {
    this.emit(expr('i32', condition).code, 0x04, 0x40)
    this.#inside(then)
    if (otherwise) {
      this.emit(0x05)
      this.#inside(otherwise)
    }
    this.emit(0x0b)
  }

  /** Runs the callback; a jump to its label leaves the block. */
  block(build: (end: Label) => void): void {
    this.emit(0x02, 0x40)
    this.#inside(build)
    this.emit(0x0b)
  }

  /** Runs the callback once; a jump to its label starts it again. */
  repeat(build: (again: Label) => void): void {
    this.emit(0x03, 0x40)
    this.#inside(build)
    this.emit(0x0b)
  }

  /** Runs the callback as long as the condition, evaluated before each round, is not zero. */
  while(condition: Operand<'i32'>, build: () => void): void {
    this.if(condition, () =>
      this.repeat((again) => {
        build()
        again.jumpIf(condition)
      }),
    )
  }

  /** Runs the callback `count` times, bumping after each round; the bumped locals stay where they arrive. */
  times(count: Operand<'i32'>, build: () => void, bumps: readonly Bump[] = []): void {
    const round = () => {
      build()
      for (const [local, by] of bumps) local.bump(by)
    }
    if (count === 1) round()
    if (count === 0 || count === 1) return
    const left = this.local('i32', count)
    const loop = () =>
      this.repeat((again) => {
        round()
        again.jumpIf(left.tee(i32.sub(left, 1)))
      })
    if (typeof count === 'number') loop()
    else this.if(left, loop)
  }

  /** Runs the callback with i = from, from + step, … while i < below, unsigned; `below + step` must stay under 2^32. */
  range(from: Operand<'i32'>, below: Operand<'i32'>, build: (i: Local<'i32'>) => void, step = 1): void {
    const i = this.local('i32', from)
    const end = typeof below === 'number' ? below : this.let(below)
    this.while(i32.lt_u(i, end), () => {
      build(i)
      i.bump(step)
    })
  }

  /** Runs the callback inside nested loops, the last level innermost; the bumped locals end where they began. */
  nest(levels: readonly Level[], build: () => void): void {
    if (levels.length === 0) {
      build()
      return
    }
    const [{ count, bumps }, ...inner] = levels
    this.times(count, () => this.nest(inner, build), count === 1 ? [] : bumps)
    if (count !== 1) for (const [local, by] of bumps) local.bump((-by * count) | 0)
  }

  /** Calls a function that has no result. */
  run<P extends readonly Type[]>(target: Func<P, 'none'>, ...args: { [I in keyof P]: Operand<P[I]> }): void {
    this.emit(target.invocation(args))
  }

  /** Leaves the function, with its result if it has one. */
  return(value?: Expr): void {
    this.emit(value?.code ?? [], 0x0f)
  }

  /** Traps. */
  unreachable(): void {
    this.emit(0x00)
  }

  #inside(build: (label: Label) => void): void {
    this.depth++
    const label = new Label(this, this.depth)
    build(label)
    label.open = false
    this.depth--
  }
}

const storeCode: Readonly<Record<Type, readonly [number, number]>> = {
  i32: [0x36, 2],
  i64: [0x37, 3],
  f32: [0x38, 2],
  f64: [0x39, 3],
  v128: [0xfd0b, 4],
}
