// A family: functions that are tried alike, each by its name with where its arguments come from.
import fc from 'fast-check'
import type { Arg, Case } from './cases.ts'
import type { Call } from './check.ts'

/** Functions that are tried together. */
export interface Family {
  readonly name: string
  /** Names of the functions: of nd, of losses, or of methods. */
  readonly functions: readonly string[]
  readonly cases: fc.Arbitrary<Case>
  /** Calls that are not simply the function of nd by that name with these arguments. */
  readonly calls: Readonly<Record<string, Call>>
}

/** A family of functions, each with an arbitrary of its arguments; with `gradient`, of their gradients. */
export function family(
  name: string,
  of: Readonly<Record<string, fc.Arbitrary<readonly Arg[]>>>,
  { calls = {}, gradient = false }: { readonly calls?: Family['calls']; readonly gradient?: boolean } = {},
): Family {
  const each = Object.entries(of).map(([op, given]) => given.map((args): Case => ({ op, args, gradient })))
  return { name, functions: Object.keys(of), cases: fc.oneof(...each), calls }
}

/** One source of arguments for several functions. */
export function each(names: readonly string[], args: fc.Arbitrary<readonly Arg[]>) {
  return Object.fromEntries(names.map((name) => [name, args]))
}
