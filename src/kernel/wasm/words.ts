// Arguments of items: one record, declared by names and types, which the plan gives and the item receives.
import type { Expr, Operand } from './expr.ts'
import { type Address, floatBits, type PlanArgument, type Scalar, type TypedScalar } from './plan.ts'
import { f32, i32 } from './scalar.ts'

/** The type of one argument of 32 bits; `bits` are of an i32 or an f32, as the plan says: the code is alike for both. */
export type Word = 'address' | 'i32' | 'f32' | 'bits'

/** What an argument may be: a word, a record or a list. The order of the words is private to the declaration. */
export type Form = Word | Fields | Several

/** A record of arguments by name. */
export interface Fields {
  readonly [name: string]: Form
}

/** Several arguments of one form: as many as the module says, or any number, last in the record and found by an index. */
class Several<F extends Form = Form, Count extends number | undefined = number | undefined> {
  readonly each: F
  readonly count: Count

  constructor(each: F, count: Count) {
    this.each = each
    this.count = count
  }
}

/** `count` arguments of one form. */
export const list = <const F extends Form>(each: F, count: number): Several<F, number> => new Several(each, count)

/** Any number of arguments of one form; the last of its record. */
export const rest = <const F extends Form>(each: F): Several<F, undefined> => new Several(each, undefined)

type Named<Names extends string, W extends Word> = { readonly [Name in Names]: W }

const named = <Names extends string, W extends Word>(names: readonly Names[], word: W) =>
  Object.fromEntries(names.map((name) => [name, word])) as Named<Names, W>

/** Addresses with these names, for a record. */
export const addresses = <Names extends string>(...names: Names[]) => named(names, 'address')

/** Integers with these names, for a record. */
export const integers = <Names extends string>(...names: Names[]) => named(names, 'i32')

/** What a plan gives for a form: numbers are encoded by the declared type, and so are scalars of the call. */
export type Given<F> = F extends 'address'
  ? Address
  : F extends 'bits'
    ? number | TypedScalar
    : F extends Word
      ? number | Scalar
      : F extends Several<infer E>
        ? readonly Given<E>[]
        : { readonly [Name in keyof F]: Given<F[Name]> }

/** What an item receives for a form: expressions that read the words, each time they are written. */
export type Received<F> = F extends 'f32'
  ? Expr<'f32'>
  : F extends Word
    ? Expr<'i32'>
    : F extends Several<infer E, number>
      ? readonly Received<E>[]
      : F extends Several<infer E, undefined>
        ? (index: Operand<'i32'>) => Received<E>
        : { readonly [Name in keyof F]: Received<F[Name]> }

/** The words of what a plan gives, in the declared order; `name` is the argument's, for errors. */
export function wordsOf(form: Form, given: unknown, name: string): PlanArgument[] {
  if (given === undefined) throw new Error(`${name} is missing from the arguments`)
  if (typeof form === 'string') return [wordOf(form, given as Given<Word>, name)]
  if (form instanceof Several) {
    const all = given as readonly unknown[]
    const { each, count = all.length } = form
    if (count !== all.length) throw new Error(`${name} has the wrong length: got ${all.length}, expected ${count}`)
    return all.flatMap((one, i) => wordsOf(each, one, `${name}[${i}]`))
  }
  const fields = given as Readonly<Record<string, unknown>>
  return Object.entries(form).flatMap(([key, field]) => wordsOf(field, fields[key], `${name}.${key}`))
}

function wordOf(word: Word, given: Given<Word>, name: string): PlanArgument {
  if (typeof given === 'number') {
    if (word === 'f32') return floatBits(given)
    if ((word === 'i32' || word === 'bits') && Number.isInteger(given)) return given
    throw new Error(`${name} is no ${word}: got ${given}`)
  }
  if ('at' in given) return given.at
  return 'scalar' in given && word === 'i32' ? { ...given, integer: true } : given
}

/** Number of words of a form. */
function sizeOf(form: Form): number {
  if (typeof form === 'string') return 1
  if (form instanceof Several) return (form.count ?? 0) * sizeOf(form.each)
  return Object.values(form).reduce((size, field) => size + sizeOf(field), 0)
}

/** The arguments of a form whose words begin `first` words from an address on. */
export function receive<F extends Form>(form: F, address: Operand<'i32'>, first?: number): Received<F>
export function receive(form: Form, address: Operand<'i32'>, first = 0): unknown {
  if (typeof form === 'string') return (form === 'f32' ? f32 : i32).load(address, first * 4)
  if (form instanceof Several) {
    const { each, count } = form
    const size = sizeOf(each)
    if (count === undefined) {
      return (index: Operand<'i32'>) => receive(each, i32.add(address, i32.mul(index, size * 4)), first)
    }
    return Array.from({ length: count }, (_, i) => receive(each, address, first + i * size))
  }
  let word = first
  const fields = Object.entries(form).map(([name, field]) => {
    const at = word
    word += sizeOf(field)
    return [name, receive(field, address, at)]
  })
  return Object.fromEntries(fields)
}
