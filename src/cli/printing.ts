// All that the command prints: lines in which no name can move the cursor, colour the terminal or fake another line.

/** Control characters, line separators, and the marks that turn the direction of text around. */
const controls = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const allControls = new RegExp(controls, 'gu')

/** Whether a text has characters that `printable` would replace. */
export function hasControls(text: string): boolean {
  return controls.test(text)
}

/** A name as one line shows it: control characters as `\x1b` and `\u202e`. */
export function printable(name: string): string {
  return name.replace(allControls, (character) => {
    const code = character.charCodeAt(0).toString(16)
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`
  })
}

/** Lines as they are shown; their ends alone stay what they are. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** JSON in one line, with all control characters written as JSON's escapes: `JSON.stringify` leaves some as they are. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(allControls, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
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
