// Arguments that layers have in common, checked: pairs, counts, layouts.
import { nameOfKind, OpError, unknownOption } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'

/** One number for both axes, or one each for height and width. */
export type Pair = number | readonly [number, number]

/** Both numbers of a pair. */
export function pairOf(op: string, name: string, value: Pair, least: number): readonly [number, number] {
  const pair = typeof value === 'number' ? ([value, value] as const) : value
  if (Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= least)) return pair
  const kind = least > 0 ? 'positive' : 'non-negative'
  throw new OpError(op, `${name} must be a ${kind} integer, or two of them, got ${JSON.stringify(value)}`)
}

/** Throws where required arguments were put among the options: they come by position. */
export function checkPositions(op: string, required: readonly string[], first: unknown, options: object): void {
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return
  const known = Object.keys(options)
  const wrong = Object.keys(first).find((name) => ![...required, ...known].includes(name))
  const rest = wrong === undefined ? '' : `; and ${unknownOption(wrong, known)}`
  throw new OpError(
    op,
    `${required.join(' and ')} ${required.length > 1 ? 'come' : 'comes'} first, by position, and then the options, got ${nameOfKind(first)}${rest}`,
  )
}

/** Checks that a layer was called with an array. */
export function checkInput(op: string, x: NDArray, name = 'an array'): void {
  if (!(x instanceof NDArray)) throw new OpError(op, `is called with ${name}, got ${nameOfKind(x)}`)
}

/** Checks that a layer has a number of outputs. */
export function checkCount(op: string, name: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return
  throw new OpError(op, `${name} must be a positive integer, got ${nameOfKind(count)}`)
}

/** Checks that images are laid out as they are here. */
export function checkLayout(op: string, layout: string | undefined): void {
  if (layout === undefined || layout === 'NCHW') return
  throw new OpError(op, `layout must be 'NCHW', got ${nameOfKind(layout)}`)
}
