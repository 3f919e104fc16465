// JSON from a file that anyone may have written: no key twice, and no deeper than its reader expects.

/** What JSON can hold; numbers must be finite. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** JSON's object. */
export type JsonObject = { readonly [key: string]: Json }

/** Whether a value is JSON's object. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys, lists and objects of a text at most, together: 70,000 tensors; a million take JSON.parse half a gigabyte. */
const mostParts = 2 ** 19

/** Parses JSON. Throws where a key comes twice, where lists and objects nest more than `depth` deep, and on too many. */
export function parseJson(text: string, depth: number): Json {
  const keys = keysOf(text, depth)
  const value: Json = JSON.parse(text)
  // JSON.parse takes the last of two equal keys in silence
  if (count(value) !== keys) throw new SyntaxError('a key comes twice in one object')
  return value
}

/**
 * The number of keys in a text. Looks at brackets and strings alone, before anything is made: ten million brackets take
 * JSON.parse hundreds of megabytes. What is no JSON passes here and is refused there.
 */
function keysOf(text: string, depth: number): number {
  const open: string[] = []
  let keys = 0
  let parts = 0
  let atKey = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '{' || character === '[') {
      if (open.length === depth) throw new SyntaxError(`lists and objects nest more than ${depth} deep`)
      atKey = character === '{'
      open.push(character)
      parts++
    } else if (character === '}' || character === ']') {
      open.pop()
      atKey = false
    } else if (character === ',') atKey = open.at(-1) === '{'
    else if (character === '"') {
      if (atKey) keys++
      atKey = false
      i = endOfString(text, i) - 1
    }
    if (parts + keys > mostParts) throw new SyntaxError(`it has more than ${mostParts} keys, lists and objects`)
  }
  return keys
}

/** The number of keys of all objects in a value. Throws where a number is not finite, as 1e999 is not. */
function count(value: Json): number {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new SyntaxError('a number is beyond float64')
  let keys = 0
  if (Array.isArray(value)) for (const element of value as readonly Json[]) keys += count(element)
  else if (isJsonObject(value)) {
    const names = Object.keys(value)
    keys = names.length
    for (const name of names) keys += count(value[name])
  }
  return keys
}

/** The position behind a string's closing quote, or the text's end. */
function endOfString(text: string, begin: number): number {
  for (let at = text.indexOf('"', begin + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text[at - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return at + 1
  }
  return text.length
}
