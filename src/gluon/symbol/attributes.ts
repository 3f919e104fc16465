// Attributes of MXNet's operators as symbol files have them: texts in Python's spelling.
import { Fault } from '../fault.ts'

const integer = /^[+-]?\d+L?$/

/** The attributes of a node. */
export class SymbolAttributes {
  readonly #texts: ReadonlyMap<string, string>

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts
  }

  #given(name: string): string | undefined {
    const text = this.#texts.get(name)?.trim()
    return text === undefined || text === '' || text === 'None' ? undefined : text
  }

  /** A word. */
  text<T extends string | undefined>(name: string, usual: T): string | T {
    return this.#given(name) ?? usual
  }

  /** A number. */
  float<T extends number | undefined>(name: string, usual: T): number | T {
    const text = this.#given(name)
    if (text === undefined) return usual
    const value = /^[+-]?inf$/.test(text) ? Number(`${text.replace('inf', 'Infinity')}`) : Number(text)
    if (Number.isNaN(value)) throw new Fault(`${name} must be a number, got ${text}`)
    return value
  }

  /** An integer. */
  int<T extends number | undefined>(name: string, usual: T): number | T {
    const text = this.#given(name)
    if (text === undefined) return usual
    if (integer.test(text)) return Number.parseInt(text, 10)
    throw new Fault(`${name} must be an integer, got ${text}`)
  }

  /** True or False, or 1 or 0. */
  flag(name: string, usual = false): boolean {
    const text = this.#given(name)
    if (text === undefined) return usual
    if (/^(True|true|1)$/.test(text)) return true
    if (/^(False|false|0)$/.test(text)) return false
    throw new Fault(`${name} must be True or False, got ${text}`)
  }

  /** Integers of a tuple or list, null for None; one without brackets is a tuple of one. */
  tuple(name: string): readonly (number | null)[] | undefined {
    const text = this.#given(name)
    if (text === undefined) return undefined
    const inner = /^\((.*)\)$/.exec(text)?.[1] ?? /^\[(.*)\]$/.exec(text)?.[1] ?? text
    const parts = inner.split(',').map((part) => part.trim())
    if (parts.at(-1) === '') parts.pop()
    return parts.map((part) => {
      if (part === 'None') return null
      if (integer.test(part)) return Number.parseInt(part, 10)
      throw new Fault(`${name} must be a tuple of integers, got ${text}`)
    })
  }

  /** Integers of a tuple or list; undefined where there are none. */
  sizes(name: string): number[] | undefined {
    const list = this.tuple(name)
    if (list === undefined || list.length === 0) return undefined
    if (list.every((n) => n !== null)) return list as number[]
    throw new Fault(`${name} must be a tuple of integers, got ${this.#given(name)}`)
  }

  /** One of some words. */
  oneOf<const T extends string>(name: string, words: readonly T[], usual: NoInfer<T>): T {
    const text: string = this.#given(name) ?? usual
    const found = words.find((word) => word === text)
    if (found !== undefined) return found
    throw new Fault(`${name} must be one of ${words.join(', ')}, got ${text}`)
  }
}
