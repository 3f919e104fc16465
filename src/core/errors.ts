// The errors Glueball throws on purpose: each says what was wrong, what was got and what would be right.

/** Base of all errors that Glueball throws on purpose. */
export class GlueballError extends Error {
  override name = 'GlueballError'
}

/** A wrong use of an op: `[op] message`, with the block's path in front when one is running. */
export class OpError extends GlueballError {
  override name = 'OpError'
  /** Name of the op. */
  readonly op: string

  constructor(op: string, message: string) {
    super(`[${op}] ${message}`)
    this.op = op
  }
}

/** What a value is, for the `got` of a message: `3`, `'x'`, `a list`, `a Dense`, `undefined`. */
export function nameOfKind(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function' && Object.getPrototypeOf(value) === Function.prototype) return 'a function'
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return String(value)
  const { name } = value.constructor ?? Object
  return name === 'Object' ? 'an object' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}

/** Throws where options are not one object: the first of them may have been given by position, as in Python. */
export function checkOptions(op: string, options: object, example: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw new OpError(op, `options are one object at the end, as ${example}: got ${nameOfKind(options)}`)
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
