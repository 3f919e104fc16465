// Arguments that layers have in common, checked: pairs, counts, layouts.
import { nameOfKind, OpError, unknownOption } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'

export { checkCount } from '../../nd/arguments.ts'

/** A number for the one spatial axis, or a list of it. */
export type Single = number | readonly [number]

/** One number for both axes, or one each for height and width. */
export type Pair = number | readonly [number, number]

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

/** Checks that arrays are laid out as they are here: channels before the spatial axes. */
export function checkLayout(op: string, layout: string | undefined, expected: string): void {
  if (layout === undefined || layout === expected) return
  throw new OpError(op, `layout must be '${expected}', got ${nameOfKind(layout)}`)
}
