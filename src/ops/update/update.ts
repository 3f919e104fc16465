// sgdUpdate: one step of stochastic gradient descent, in place, over any flat range of weights.
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'

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

/** lr · (clip(rescale · gradient) + wd · weight), each step rounded (MXNet 1.9.1, optimizer_op-inl.h). */
const step: Formula['compute'] = (m, weight, gradient, lr, wd, rescale, clip) => {
  const clipped = m.max(m.min(m.mul(rescale, gradient), clip), m.neg(clip))
  return m.mul(lr, m.add(clipped, m.mul(wd, weight)))
}

/** weight ← weight − step. */
const sgd: Formula = {
  name: 'sgdUpdate',
  floats: true,
  compute: (m, weight, ...others) => m.sub(weight, step(m, weight, ...others) as typeof weight),
}

/** m ← momentum · m − step; weight ← weight + m. */
const sgdMomentum: Formula = {
  name: 'sgdUpdate',
  floats: true,
  compute(m, weight, gradient, moved, momentum, ...numbers) {
    const next = m.sub(m.mul(momentum, moved), step(m, weight, gradient, ...numbers) as typeof weight)
    return [m.add(weight, next), next]
  },
}

/** Moves the weights, and the momentum if there is one, by one step in place. */
export function sgdUpdate(weight: NDArray, gradient: NDArray, momentum: NDArray | null, numbers: SgdNumbers): void {
  for (const { shape, dtype } of momentum ? [gradient, momentum] : [gradient]) {
    if (dtype === weight.dtype && sameShape(shape, weight.shape)) continue
    const [got, want] = [`${dtype} ${formatShape(shape)}`, `${weight.dtype} ${formatShape(weight.shape)}`]
    throw new OpError('sgdUpdate', `cannot update ${want} with ${got}: they must match`)
  }
  const { lr, wd, rescale, clip } = numbers
  const scalars = [lr, wd, rescale, clip > 0 ? clip : Number.POSITIVE_INFINITY]
  if (!momentum) apply(sgd, [weight, gradient, ...scalars], { places: [0] })
  else
    apply(sgdMomentum, [weight, gradient, momentum, numbers.momentum, ...scalars], {
      dtypes: [weight.dtype, weight.dtype],
      places: [0, 2],
    })
}
