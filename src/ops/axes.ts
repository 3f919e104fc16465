// Options of reductions: the axes that they name.
import { OpError, type OptionNames } from '../core/errors.ts'
import { checkAxis, type Shape } from '../core/shape.ts'
import { type OutOption, outOption } from './out.ts'

/** Options of reductions. */
export interface ReduceOptions extends OutOption {
  /** One axis or several. Default null, for all. Negative ones count from the end. */
  readonly axis?: number | readonly number[] | null
  /** Whether reduced axes stay with size 1. */
  readonly keepdims?: boolean
  /** Reduces all axes but those given. */
  readonly exclude?: boolean
}

/** Names of the options. */
export const reduceOptions: OptionNames<ReduceOptions> = {
  ...outOption,
  axis: true,
  keepdims: 'boolean',
  exclude: 'boolean',
}

/** The axes that options name, ascending, and whether they stay; throws where one does not exist or comes twice. */
export function axesOf(
  op: string,
  shape: Shape,
  { axis = null, keepdims = false, exclude = false }: ReduceOptions,
): { readonly axes: readonly number[]; readonly keepDims: boolean } {
  const all = [...shape.keys()]
  if (axis === null) return { axes: all, keepDims: keepdims }
  const list = [axis].flat()
  const named = new Set(list.map((a) => checkAxis(op, a, shape.length)))
  if (named.size !== list.length) {
    throw new OpError(op, `an axis comes twice: got [${list.join(', ')}], expected each once`)
  }
  return { axes: all.filter((a) => named.has(a) !== exclude), keepDims: keepdims }
}
