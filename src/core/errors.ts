// The errors Glueball throws on purpose: each says what was wrong, what was got and what would be right.
import { nearest } from './nearest.ts'
import { printable } from './printable.ts'

/** Base of all errors that Glueball throws on purpose. */
export class GlueballError extends Error {
  override name = 'GlueballError'
}

/** A name from a file, quoted in a message, may be as long as the file. */
const mostLetters = 2000

/** A message as one printable line of at most 2000 letters; the middle of a longer one is left out. */
export function oneLine(message: string): string {
  const line = printable(message)
  return line.length > mostLetters ? `${line.slice(0, mostLetters / 2)} … ${line.slice(-mostLetters / 2)}` : line
}

/** A wrong use of an op: `[op] message` in one line, with the block's path in front when one is running. */
export class OpError extends GlueballError {
  override name = 'OpError'
  /** Name of the op. */
  readonly op: string

  constructor(op: string, message: string) {
    super(`[${op}] ${oneLine(message)}`)
    this.op = op
  }
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What a value is, for the `got` of a message: `3`, `3n`, `'x'`, `a list`, `a Dense`, `the class Dense`, `undefined`. */
export function nameOfKind(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function' && /^class\b/.test(String(value))) return `the class ${value.name}`
  if (typeof value === 'function' && Object.getPrototypeOf(value) === Function.prototype) return 'a function'
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return String(value)
  const { name } = (value.constructor ?? Object) as { readonly name?: unknown }
  if (typeof name !== 'string' || name === '') return 'an object'
  return name === 'Object' ? 'an object' : `${/^(?:[AEIOU]|ND)/.test(name) ? 'an' : 'a'} ${name}`
}

/** The names of all options of one kind: a table, so that the compiler sees that none is missing. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>

/**
 * Throws where options are not one object (the first of them may have been given by position, as in Python), and on a
 * name that is not among the known ones, which plain JavaScript would pass over in silence.
 */
export function checkOptions<T extends object>(op: string, options: T, example: string, known?: OptionNames<T>): void {
  const kind = nameOfKind(options)
  if (kind !== 'an object') throw new OpError(op, `options are one object at the end, as ${example}: got ${kind}`)
  const wrong = known && Object.keys(options).find((name) => !Object.hasOwn(known, name))
  if (known && wrong !== undefined) throw new OpError(op, unknownOption(wrong, Object.keys(known)))
}

/**
 * Throws where a function gets more arguments than it takes, which plain JavaScript would pass over in silence. Not for
 * the index and the list that `list.map(nd.relu)` passes.
 */
export function refuseMore(op: string, more: readonly unknown[]): void {
  const mapped = more.length === 2 && typeof more[0] === 'number' && Array.isArray(more[1])
  if (more.length === 0 || mapped) return
  const options =
    nameOfKind(more[0]) === 'an object' ? `: it has no option ${Object.keys(more[0] as object).join(', ')}` : ''
  throw new OpError(op, `takes no further argument, got ${nameOfKind(more[0])}${options}`)
}

/** The sentence about an option that does not exist: the one that was meant, and all there are. */
export function unknownOption(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  const hint = meant === undefined ? '.' : `, did you mean '${meant}'?`
  return `unknown option '${name}'${hint} ${known.length === 1 ? 'The option is' : 'Options are'} ${[...known].sort().join(', ')}`
}

/** The memory limit was reached; the message is a census of what holds the memory. */
export class MemoryLimitError extends GlueballError {
  override name = 'MemoryLimitError'
}

/** A parameter was used before its shape was known: run one batch first. */
export class DeferredInitializationError extends GlueballError {
  override name = 'DeferredInitializationError'
}

/** A command failed while running; every array computed from it throws this when read. */
export class EngineError extends GlueballError {
  override name = 'EngineError'
}

/** A GPU's device was lost with all values on it; `gpu()` then opens a new one. */
export class DeviceLostError extends EngineError {
  override name = 'DeviceLostError'
  /** Why, in the device's words. */
  readonly reason: string

  constructor(reason: string) {
    super(
      `[gpu] the device was lost (${reason}), and with it all values on it: make a new context with gpu() and go on from what was saved`,
    )
    this.reason = reason
  }
}
