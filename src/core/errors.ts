// The errors Glueball throws on purpose: each says what was wrong, what was got and what would be right.
import { nearest } from './nearest.ts'
import { printable } from './printable.ts'

/** A name from a file, quoted in a message, may be as long as the file. */
const mostLetters = 2000

/** A text of at most 2000 letters; the middle of a longer one is left out. */
function shortened(text: string): string {
  return text.length > mostLetters ? `${text.slice(0, mostLetters / 2)} … ${text.slice(-mostLetters / 2)}` : text
}

/** Base of all errors that Glueball throws on purpose: a message has 2000 letters at most. */
export class GlueballError extends Error {
  override name = 'GlueballError'

  constructor(message?: string, options?: ErrorOptions) {
    super(message === undefined ? message : shortened(message), options)
  }
}

/** A message as one printable line of at most 2000 letters; the middle of a longer one is left out. */
export function oneLine(message: string): string {
  return shortened(printable(message))
}

/** A wrong use of an op: `[op] message` in one line, with the block's path in front when one is running. */
export class OpError extends GlueballError {
  override name = 'OpError'
  /** Name of the op. */
  op: string

  constructor(op: string, message: string) {
    super(`[${op}] ${oneLine(message)}`)
    this.op = op
  }
}

/** Runs what a function is made of; what the ops within refuse is refused in the name of the function. */
export function named<T>(op: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof OpError) {
      error.message = error.message.replace(`[${error.op}]`, `[${op}]`)
      error.op = op
    }
    throw error
  }
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A quoted text shows this many letters. */
const mostQuoted = 100

/** What a value is, for the `got` of a message: `3`, `3n`, `'x'`, `a list`, `a Dense`, `the class Dense`, `undefined`. */
export function nameOfKind(value: unknown): string {
  if (typeof value === 'string') {
    return `'${printable(value.length > mostQuoted ? `${value.slice(0, mostQuoted)}…` : value)}'`
  }
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function' && /^class\b/.test(String(value))) return `the class ${value.name}`
  if (typeof value === 'function' && Object.getPrototypeOf(value) === Function.prototype) return 'a function'
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return String(value)
  const { name } = (value.constructor ?? Object) as { readonly name?: unknown }
  if (typeof name !== 'string' || name === '') return 'an object'
  return name === 'Object' ? 'an object' : `${/^(?:[AEIO]|U(?!int)|ND)/.test(name) ? 'an' : 'a'} ${name}`
}

/** What `typeof` says of an option that is a flag, a number or any text; true for others, checked where they are used. */
type OptionKind<V> = [V] extends [boolean]
  ? 'boolean'
  : [V] extends [number]
    ? 'number'
    : string extends V
      ? [V] extends [string]
        ? 'string'
        : true
      : true

/** What an option must be, by its kind. */
const kinds = { boolean: 'true or false', number: 'a number', string: 'a string' } as const

/** All options of a function with their kinds: a table, so that the compiler sees that none is missing. */
export type OptionNames<T> = { readonly [Name in keyof T]-?: OptionKind<NonNullable<T[Name]>> }

/**
 * Throws where options are not one object (the first of them may have been given by position, as in Python), on a name
 * that is not among the known ones, which plain JavaScript would pass over in silence, and on a value of another kind;
 * then on arguments behind the options.
 */
export function checkOptions<T extends object>(
  op: string,
  options: T,
  example: string,
  known?: OptionNames<T>,
  more: readonly unknown[] = [],
): void {
  const kind = nameOfKind(options)
  if (kind !== 'an object') throw new OpError(op, `options are one object at the end, as ${example}: got ${kind}`)
  if (known) for (const name of Object.keys(options)) checkOption(op, name, options[name as keyof T], known)
  refuseMore(op, more)
}

function checkOption(op: string, name: string, value: unknown, known: object): void {
  if (!Object.hasOwn(known, name)) throw new OpError(op, unknownOption(name, Object.keys(known)))
  const kind = (known as Readonly<Record<string, true | keyof typeof kinds>>)[name]
  if (kind === true || typeof value === kind || value === undefined || value === null) return
  throw new OpError(op, `${name} must be ${kinds[kind]}, got ${nameOfKind(value)}`)
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
