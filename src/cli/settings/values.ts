// Reading the values of options: numbers, choices and shapes, each refused with what would be right.
import { UsageError, unknown } from '../usage.ts'

/** What a number must be. */
export interface NumberRule {
  readonly whole?: boolean
  readonly from?: number
  /** Excludes `from` itself. */
  readonly above?: number
  readonly to?: number
}

/** A rule in words. */
export function ruleText({ whole, from, above, to }: NumberRule): string {
  const noun = whole ? 'integer' : 'number'
  if (to === undefined && (above === 0 || (whole && from === 1))) return `a positive ${noun}`
  if (to === undefined && from === 0) return `a non-negative ${noun}`
  const kind = whole ? 'an integer' : 'a number'
  const low = above !== undefined ? ` above ${above}` : from !== undefined ? ` from ${from}` : ''
  if (to === undefined) return `${kind}${low}${low && above === undefined ? ' on' : ''}`
  return `${kind}${low} to ${to}`
}

/** Whether a number is as a rule asks. */
export function fitsRule(value: number, rule: NumberRule): boolean {
  return (
    Number.isFinite(value) &&
    (!rule.whole || Number.isInteger(value)) &&
    value >= (rule.from ?? -Infinity) &&
    value > (rule.above ?? -Infinity) &&
    value <= (rule.to ?? Infinity)
  )
}

/** A number from what was typed; undefined when the option was left out. */
export function numberOf(where: string, text: string | undefined, rule: NumberRule = {}): number | undefined {
  if (text === undefined) return undefined
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!fitsRule(value, rule)) throw new UsageError(`${where} takes ${ruleText(rule)}, got '${text}'`)
  return value
}

/** One of the words that an option takes; undefined when the option was left out. */
export function choiceOf<T extends string>(
  where: string,
  kind: string,
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (text === undefined) return undefined
  const found = choices.find((choice) => choice === text.toLowerCase())
  if (found === undefined) throw new UsageError(unknown(where, kind, text, choices))
  return found
}

/** A shape such as `1,1,224,224`. */
export function shapeFrom(where: string, text: string): number[] {
  const sizes = text.split(',').map(Number)
  if (sizes.length < 2 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new UsageError(`${where} takes positive sizes, separated by commas, as in 1,1,224,224; got '${text}'`)
  }
  return sizes
}
