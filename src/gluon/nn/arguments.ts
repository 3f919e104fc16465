// Arguments that layers have in common, checked: pairs, counts, layouts.
import { nameOfKind, OpError } from '../../core/errors.ts'

/** One number for both axes, or one each for height and width. */
export type Pair = number | readonly [number, number]

/** Both numbers of a pair. */
export function pairOf(op: string, name: string, value: Pair, least: number): readonly [number, number] {
  const pair = typeof value === 'number' ? ([value, value] as const) : value
  if (Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= least)) return pair
  throw new OpError(op, `${name} must be a whole number from ${least} on, or two of them, got ${JSON.stringify(value)}`)
}

/** Checks that a layer has a number of outputs. */
export function checkCount(op: string, name: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return
  throw new OpError(op, `${name} must be a whole number from 1 on, got ${nameOfKind(count)}`)
}

/** Checks that images are laid out as they are here. */
export function checkLayout(op: string, layout: string | undefined): void {
  if (layout === undefined || layout === 'NCHW') return
  throw new OpError(op, `layout must be 'NCHW', got ${nameOfKind(layout)}`)
}
