// All that the command prints: lines in which no name can move the cursor, colour the terminal or fake another line.
import { printable, replaceControls } from '../../core/printable.ts'

/** Lines as they are shown; their ends alone stay what they are. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** JSON in one line, with all control characters written as JSON's escapes: `JSON.stringify` leaves some as they are. */
export function jsonLine(value: unknown): string {
  return replaceControls(JSON.stringify(value), (code) => `\\u${code.toString(16).padStart(4, '0')}`)
}

/** Prints lines on standard output. */
export function print(text: string): void {
  console.log(printableLines(text))
}

/** Prints a value as one line of JSON on standard output. */
export function printJson(value: unknown): void {
  console.log(jsonLine(value))
}

/** Prints lines on standard error. */
export function printError(text: string): void {
  console.error(printableLines(text))
}
