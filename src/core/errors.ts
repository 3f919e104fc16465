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
