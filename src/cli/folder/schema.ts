// Checks of what a file says: each returns the value with its type, or throws naming the field, what it holds, what fits.

import { hasControls } from '../../core/printable.ts'
import { isJsonObject, type Json } from '../../io/json.ts'
import { fitsRule, type NumberRule, ruleText } from '../settings/values.ts'
import { jsonLine } from '../terminal/printing.ts'

/** Takes a field's value and the field's name. */
export type Check<T> = (value: Json | undefined, name: string) => T

/** Throws an error about a field. */
export function wrongField(name: string, value: Json | undefined, expected: string): never {
  const text = value === undefined ? 'nothing' : jsonLine(value)
  throw new Error(`has ${text.length > 60 ? `${text.slice(0, 60)}…` : text} for ${name}, expected ${expected}`)
}

/** One line of text. */
export const text: Check<string> = (value, name) => {
  if (typeof value === 'string' && value.length <= 4096 && !hasControls(value)) return value
  return wrongField(name, value, 'a line of text')
}

/** Anything. */
export const anything: Check<Json> = (value) => value ?? null

/** A number that fits a rule. */
export function number(rule: NumberRule = {}): Check<number> {
  return (value, name) => {
    if (typeof value === 'number' && fitsRule(value, rule)) return value
    return wrongField(name, value, ruleText(rule))
  }
}

/** True or false. */
export const flag: Check<boolean> = (value, name) => {
  return typeof value === 'boolean' ? value : wrongField(name, value, 'true or false')
}

/** One word alone. */
export function word<const T extends string>(expected: T): Check<T> {
  return (value, name) => (value === expected ? expected : wrongField(name, value, `'${expected}'`))
}

/** Null, which an absent field counts as, or what another check takes. */
export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, name) => (value === null || value === undefined ? null : check(value, name))
}

/** A list whose elements all pass a check. */
export function list<T>(check: Check<T>, most = 1_000_000): Check<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value) || value.length > most) return wrongField(name, value, `a list of at most ${most}`)
    return value.map((element: Json, i) => check(element, `${name}[${i}]`))
  }
}

/** An object; fields without a check are left out. */
export function object<T extends object>(checks: { readonly [K in keyof T]: Check<T[K]> }): Check<T> {
  return (value, name) => {
    if (!isJsonObject(value)) return wrongField(name, value, 'an object')
    const entries = Object.entries(checks) as [string, Check<unknown>][]
    return Object.fromEntries(
      entries.map(([key, check]) => [key, check(Object.hasOwn(value, key) ? value[key] : undefined, `${name}.${key}`)]),
    ) as T
  }
}
