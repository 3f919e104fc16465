// JSON from a file that anyone may have written: no key twice, and no deeper than its reader expects.

/** What JSON can hold; numbers must be finite. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** JSON's object. */
export type JsonObject = { readonly [key: string]: Json }

/** Whether a value is JSON's object. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Parses JSON. Throws where a key comes twice, and where lists and objects nest more than `depth` deep. */
export function parseJson(text: string, depth: number): Json {
  checkStructure(text, depth)
  return JSON.parse(text)
}

/**
 * Looks at brackets and keys alone, before anything is made: JSON.parse takes the last of two equal keys in silence, and
 * ten million brackets take it hundreds of megabytes. What is no JSON passes here and is refused there.
 */
function checkStructure(text: string, depth: number): void {
  const open: (Set<string> | undefined)[] = []
  let atKey = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '{' || character === '[') {
      if (open.length === depth) throw new SyntaxError(`lists and objects nest more than ${depth} deep`)
      atKey = character === '{'
      open.push(atKey ? new Set() : undefined)
    } else if (character === '}' || character === ']') {
      open.pop()
      atKey = false
    } else if (character === ',') atKey = open.at(-1) !== undefined
    else if (character === '"') {
      const end = endOfString(text, i)
      if (atKey) note(open.at(-1), text.slice(i, end))
      atKey = false
      i = end - 1
    }
  }
}

function note(keys: Set<string> | undefined, quoted: string): void {
  const key = JSON.parse(quoted) as string
  if (keys?.has(key)) throw new SyntaxError(`the key ${quoted} comes twice`)
  keys?.add(key)
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
