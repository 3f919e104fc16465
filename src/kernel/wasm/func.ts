// Functions of a module: their signature, their body and calls to them.
import { Body, type Local } from './body.ts'
import { type Code, type Expr, expr, type Operand, type Ref, type Type } from './expr.ts'
import { type Fields, type Received, receive } from './words.ts'

/**
 * A function with parameters of types P and one result of type R, or 'none'. Its body is written when a module first takes
 * it, so that loading the library writes none.
 */
export class Func<P extends readonly Type[] = readonly Type[], R extends Type | 'none' = Type | 'none'> implements Ref {
  readonly ref = 'function'
  readonly name: string
  readonly params: P
  readonly result: R
  readonly #write: () => Body
  #body: Body | undefined

  constructor(name: string, params: P, result: R, write: () => Body) {
    this.name = name
    this.params = params
    this.result = result
    this.#write = write
  }

  get body(): Body {
    this.#body ??= this.#write()
    return this.#body
  }

  /** The result of a call. */
  call<T extends Type>(this: Func<P, T>, ...args: { [I in keyof P]: Operand<P[I]> }): Expr<T> {
    return { type: this.result, code: this.invocation(args) }
  }

  /** The code of a call. */
  invocation(args: readonly Operand<Type>[]): Code {
    if (args.length !== this.params.length)
      throw new Error(`[${this.name}] wrong number of arguments: got ${args.length}, expected ${this.params.length}`)
    return [this.params.map((type, i) => expr(type, args[i] as never).code), 0x10, this]
  }
}

type Locals<P extends readonly Type[]> = { readonly [I in keyof P]: Local<P[I]> }

/** A function; the callback receives the body and the parameters as locals, and returns the result, if there is one. */
export function func<const P extends readonly Type[]>(
  name: string,
  params: P,
  result: 'none',
  build: (f: Body, ...params: Locals<P>) => void,
): Func<P, 'none'>
export function func<const P extends readonly Type[], R extends Type>(
  name: string,
  params: P,
  result: R,
  build: (f: Body, ...params: Locals<P>) => Operand<NoInfer<R>>,
): Func<P, R>
export function func<P extends readonly Type[]>(
  name: string,
  params: P,
  result: Type | 'none',
  build: (f: Body, ...params: Locals<P>) => unknown,
): Func<P> {
  return new Func(name, params, result, () => {
    const body = new Body(name)
    const value = build(body, ...(params.map((type) => body.local(type)) as Locals<P>))
    if (result !== 'none') body.emit(expr<Type>(result, value as Operand<Type>).code)
    body.close()
    return body
  })
}

/** What an item receives: which item it is, its arguments by name, and scratch memory of its thread. */
export interface Input<F extends Fields> {
  readonly index: Local<'i32'>
  readonly args: Received<F>
  readonly scratch: Local<'i32'>
  /** Where the arguments' words lie, for functions that the item calls: see `receive`. */
  readonly words: Local<'i32'>
}

/** An item before it has a name: its arguments, and what writes its code. */
export interface Item<F extends Fields = Fields> {
  readonly form: F
  build(f: Body, input: Input<F>): void
}

type ItemFunc = Func<readonly ['i32', 'i32', 'i32'], 'none'>

/** An item of a module: the arguments by name and type, and its code. */
export function item<const F extends Fields>(form: F, build: (f: Body, input: Input<F>) => void): Item<F> {
  return { form, build }
}

/** The function that the engine calls for an item: `name(index, words, scratch)`. */
export function itemFunction(name: string, { form, build }: Item): ItemFunc {
  return func(name, ['i32', 'i32', 'i32'], 'none', (f, index, words, scratch) =>
    build(f, { index, args: receive(form, words), scratch, words }),
  )
}
