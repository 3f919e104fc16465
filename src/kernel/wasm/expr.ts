// Typed WebAssembly expressions: a value type, the code that leaves such a value on the stack, and how operators are made.
import { f32Bytes, f64Bytes, i32Leb, i64Leb, u32Leb } from './encode.ts'

/** A WebAssembly value type. */
export type Type = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** Something that stands for an index known only where the code is placed: a local of a body, or a function. */
export interface Ref {
  readonly ref: 'local' | 'function'
  readonly name: string
}

/** Sixteen bytes that a function keeps in a local from its start: V8 makes a constant in a loop anew in each round. */
export interface Constant {
  readonly ref: 'constant'
  readonly bytes: readonly number[]
}

/** A tree of code bytes; references become indices when a body takes the code in. */
export type Code = number | Ref | Constant | readonly Code[]

/** A value of type T, computed anew at every place where it is written: `f.let(x)` computes it once. */
export interface Expr<T extends Type = Type> {
  readonly type: T
  readonly code: Code
}

/** An expression or, for scalars, a plain JavaScript number (bigint for i64). */
export type Operand<T extends Type> = Expr<T> | Plain[T]

interface Plain {
  i32: number
  i64: bigint
  f32: number
  f64: number
  v128: never
}

/** The expression of an operand: numbers become constants. */
export function expr<T extends Type>(type: T, value: Operand<T>): Expr<T> {
  if (typeof value === 'number' || typeof value === 'bigint') return { type, code: constant(type, value) }
  const given: Expr<T> | undefined = value
  if (given?.type !== type) throw new Error(`[asm] wrong operand type: got ${given?.type}, expected ${type}`)
  return given
}

function constant(type: Type, value: number | bigint): Code {
  if (type === 'i64' && typeof value === 'bigint') return [0x42, ...i64Leb(value)]
  if (typeof value === 'number') {
    if (type === 'f32') return [0x43, ...f32Bytes(value)]
    if (type === 'f64') return [0x44, ...f64Bytes(value)]
    if (type === 'i32' && Number.isInteger(value) && value >= -0x80000000 && value <= 0xffffffff)
      return [0x41, ...i32Leb(value)]
  }
  throw new Error(`[asm] cannot make a constant: got ${value}, expected a value of type ${type}`)
}

/** The bytes of an operator: one byte, or 0xfd / 0xfc and the rest for codes written as 0xfd00 + n / 0xfc00 + n. */
export function opcode(op: number): number[] {
  if (op < 0x100) return [op]
  return op >= 0xfd00 ? [0xfd, ...u32Leb(op - 0xfd00)] : [0xfc, ...u32Leb(op - 0xfc00)]
}

/** The code of a vector constant. */
export const vectorConstant = (bytes: readonly number[]): readonly number[] => [...opcode(0xfd0c), ...bytes]

/** Operators that apply to operands of the given types and leave a value of type R, one for each entry of the table. */
export function operators<const A extends readonly Type[], R extends Type, N extends string>(
  operands: A,
  result: R,
  table: Readonly<Record<N, number>>,
): { readonly [K in N]: (...values: { [I in keyof A]: Operand<A[I]> }) => Expr<R> } {
  const make = (op: number) => {
    const tail = opcode(op)
    return (...values: Operand<Type>[]) => ({
      type: result,
      code: [operands.map((type, i) => expr(type, values[i] as never).code), tail],
    })
  }
  return Object.fromEntries(Object.entries<number>(table).map(([name, op]) => [name, make(op)])) as never
}

/** The immediate of a memory access: log2 of the alignment and a constant offset in bytes. */
export function memarg(align: number, offset: number): number[] {
  if (!Number.isInteger(offset) || offset < 0 || offset > 0xffffffff)
    throw new Error(`[asm] cannot encode an offset: got ${offset}, expected an integer from 0 to 2^32 - 1`)
  return [align, ...u32Leb(offset)]
}

/** Loads of type R, `load(address, offset)`, from a table of [operator, log2 of the bytes it touches]. */
export function loads<R extends Type, N extends string>(
  result: R,
  table: Readonly<Record<N, readonly [number, number]>>,
): { readonly [K in N]: (address: Operand<'i32'>, offset?: number) => Expr<R> } {
  const make = (op: number, align: number) => {
    const tail = opcode(op)
    return (address: Operand<'i32'>, offset = 0) => ({
      type: result,
      code: [expr('i32', address).code, tail, memarg(align, offset)],
    })
  }
  return Object.fromEntries(
    Object.entries<readonly [number, number]>(table).map(([name, [op, align]]) => [name, make(op, align)]),
  ) as never
}

/** `condition ? a : b` with both sides evaluated. */
export function select<T extends Type>(condition: Operand<'i32'>, a: Expr<T>, b: Expr<T>): Expr<T> {
  if (a.type !== b.type)
    throw new Error(`[select] cannot choose between types: got ${a.type} and ${b.type}, expected one type`)
  const op = a.type === 'v128' ? [0x1c, 1, typeCode[a.type]] : 0x1b
  return { type: a.type, code: [a.code, b.code, expr('i32', condition).code, op] }
}

/** The byte that names a value type. */
export const typeCode: Readonly<Record<Type, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }
