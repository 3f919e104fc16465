// Text from elsewhere as one line shows it: no name can move the cursor, colour the terminal or fake another line.

/** Control characters, line separators, and the marks that turn the direction of text around. */
const controls = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const allControls = new RegExp(controls, 'gu')

/** Whether a text has characters that `printable` would replace. */
export function hasControls(text: string): boolean {
  return controls.test(text)
}

/** A text with its control characters replaced by what `escaped` makes of their codes. */
export function replaceControls(text: string, escaped: (code: number) => string): string {
  return text.replace(allControls, (character) => escaped(character.charCodeAt(0)))
}

/** A name as one line shows it: control characters as `\x1b` and `\u202e`. */
export function printable(name: string): string {
  return replaceControls(name, (code) => {
    const digits = code.toString(16)
    return digits.length > 2 ? `\\u${digits.padStart(4, '0')}` : `\\x${digits.padStart(2, '0')}`
  })
}

/** A text as HTML and SVG show it. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character])
}
