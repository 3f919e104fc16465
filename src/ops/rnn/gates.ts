// Gates: a step's products hold those of a unit along axis 1, and a reduction over that axis brings them together.
import type { Arith } from '../../arith/arith.ts'
import { call } from '../../arith/graph.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { Join } from '../../kinds/reduction/join.ts'
import { activations } from '../activations.ts'

/** How a step goes from the products of the input and of the state to the next states, and back. N samples, H units. */
export interface Cell {
  /** What messages and profiles call it. */
  readonly name: string
  /** Rows of H values in each product. */
  readonly gates: number
  /** The number of states (N, H); the first is the output. */
  readonly states: 1 | 2
  /** The state that is read besides the products, so that its gradient passes by them; null for none. */
  readonly carried: 0 | 1 | null
  /** Whether both products have one gradient. */
  readonly alike: boolean
  /** Values that a step keeps for its gradient, in arrays of that many rows of H. */
  readonly kept: readonly number[]
  /** Writes the next states, and what is kept. */
  forward(step: Forward): void
  /** Writes the gradients of the products, and that of the carried state as far as it passes by them. */
  backward(step: Backward): void
}

/** A step forward. */
export interface Forward {
  /** The products of the input and of the state, (N, gates, H). */
  readonly products: readonly [x: NDArray, h: NDArray]
  /** The carried state before the step, (N, 1, H). */
  readonly carried: NDArray | undefined
  /** The states after the step, to be written: (N, 1, H). */
  readonly states: readonly NDArray[]
  /** Arrays to write what is kept into, (N, rows, H); undefined where no gradient is wanted. */
  readonly kept: readonly NDArray[] | undefined
}

/** A step backward. */
export interface Backward {
  /** What the step has kept, (N, rows, H). */
  readonly kept: readonly NDArray[]
  /** The carried state before the step, and the output of the step, (N, 1, H). */
  readonly carried: NDArray | undefined
  readonly output: NDArray
  /** Gradients of the output: from above, and from the products of the next step; (N, 1, H). */
  readonly dy: NDArray
  readonly dh: NDArray
  /** The gradient of the carried state as far as it passes by products: after the step, and, to be written, before it. */
  readonly passed: NDArray | undefined
  readonly passing: NDArray | undefined
  /** Gradients of the products, to be written, (N, gates, H): the second is the first where they are alike. */
  readonly products: readonly [x: NDArray, h: NDArray]
}

/** x at gate `gate`, 0 at the others: summed over the gates it is x of that gate. */
export const at = <V, M>(m: Arith<V, M>, k: V, gate: number, x: V): V =>
  m.select(m.equal(k, m.constant(gate, 'int')), x, 0)

/** The value of gate `k`. */
export function chosen<V, M>(m: Arith<V, M>, k: V, [first, ...rest]: readonly V[]): V {
  return rest.reduce((value, x, i) => m.select(m.equal(k, m.constant(i + 1, 'int')), x, value), first)
}

/** That many sums. */
export const sums = (count: number): Join[] => Array.from({ length: count }, () => 'sum')

/** 1 ÷ (1 + e⁻ˣ). */
export const sigmoid = <V, M>(m: Arith<V, M>, x: V): V => call(m, activations.sigmoid, x)

/** y (1 − y), the slope of the sigmoid where its value is y. */
export const sigmoidSlope = <V, M>(m: Arith<V, M>, y: V): V => m.mul(y, m.sub(1, y))

/** 1 − y², the slope of the hyperbolic tangent where its value is y. */
export const tanhSlope = <V, M>(m: Arith<V, M>, y: V): V => m.sub(1, m.mul(y, y))
