// How values are joined, and what joining starts from.
import type { Arith } from '../../arith/arith.ts'
import type { Kind } from '../../arith/graph.ts'

/** How two values are joined; NaN wins in max and min. */
export type Join = 'max' | 'min' | 'prod' | 'sum'

/** What a join starts from: it changes no element. Integers start from the ends of int32. */
export function startOf(join: Join, kind: Kind): number {
  if (join === 'sum' || join === 'prod') return join === 'sum' ? 0 : 1
  if (kind === 'float') return join === 'max' ? -Infinity : Infinity
  return join === 'max' ? -(2 ** 31) : 2 ** 31 - 1
}

/** The element type in which joined values wait for the next pass. */
export const heldAs = (kind: Kind): 'float32' | 'int32' => (kind === 'float' ? 'float32' : 'int32')

/** Two values joined. */
export function joined<V, M>(m: Arith<V, M>, join: Join, a: V, b: V): V {
  return join === 'sum' ? m.add(a, b) : join === 'prod' ? m.mul(a, b) : m[join](a, b)
}
