// What the user reads of an error.

import process from 'node:process'
import { oneLine } from '../core/errors.ts'

/** Training has diverged; the message names the step. */
export class DivergedError extends Error {
  override name = 'DivergedError'
}

/** One line about an error; the whole stack where it is a fault of the program itself. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`
  const fault = [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error.constructor === kind)
  if (process.env['GLUEBALL_DEBUG'] || fault) return `error: ${error.stack ?? error.message}`
  const lines = error.message.split('\n')
  const hint = lines.find((line) => line.startsWith('A batch of about'))
  return `error: ${oneLine(lines[0])}${hint ? ` ${hint}` : ''}`
}
