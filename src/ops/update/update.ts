// sgdUpdate: one step of stochastic gradient descent, in place, over any flat range of weights.
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'

/** sgdUpdate has no attributes: all its numbers are scalars. */
export type SgdAttributes = Record<never, never>

/** The numbers of a step. */
export interface SgdNumbers {
  /** Learning rate. */
  readonly lr: number
  /** Weight decay. */
  readonly wd: number
  /** Factor on the gradient. */
  readonly rescale: number
  /** Share of the last step that is repeated. */
  readonly momentum: number
  /** Bound on each element of the rescaled gradient; 0 for none. */
  readonly clip: number
}

/**
 * g = clip(rescale·gradient) + wd·weight; weight ← weight − lr·g, or with momentum: m ← momentum·m − lr·g,
 * weight ← weight + m, each step rounded (MXNet 1.9.1, optimizer_op-inl.h). Inputs weight, gradient and, where there
 * is momentum, m; scalars lr, wd, rescale, momentum, clip (Infinity for none).
 */
export const sgdUpdateOp: OpSpec<SgdAttributes> = sgd('sgdUpdate', [0])

/** sgdUpdate with momentum. */
export const sgdMomentumUpdateOp: OpSpec<SgdAttributes> = sgd('sgdMomentumUpdate', [0, 2])

function sgd(name: string, mutates: readonly number[]): OpSpec<SgdAttributes> {
  return {
    name,
    mutates,
    infer([weight, ...others]) {
      if (weight.dtype !== 'float32' && weight.dtype !== 'float64') {
        throw new OpError(name, `weights must be floats, got ${weight.dtype}`)
      }
      for (const { shape, dtype } of others) {
        if (dtype === weight.dtype && sameShape(shape, weight.shape)) continue
        const got = `${dtype} ${formatShape(shape)}`
        throw new OpError(
          name,
          `cannot update ${weight.dtype} ${formatShape(weight.shape)} with ${got}: they must match`,
        )
      }
      return []
    },
  }
}

/** Moves the weights, and the momentum if there is one, by one step in place. */
export function sgdUpdate(weight: NDArray, gradient: NDArray, momentum: NDArray | null, numbers: SgdNumbers): void {
  const { lr, wd, rescale, clip } = numbers
  const scalars = [lr, wd, rescale, numbers.momentum, clip > 0 ? clip : Number.POSITIVE_INFINITY]
  if (momentum) invoke(sgdMomentumUpdateOp, [weight, gradient, momentum], {}, { scalars })
  else invoke(sgdUpdateOp, [weight, gradient], {}, { scalars })
}
