// Updates of optimizers: one step in place, in one pass, over any flat range of weights.
import { checkFloat } from '../../core/dtype.ts'
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

/** The numbers of a step of Adam; `lr` is corrected for the number of the step. */
export interface AdamNumbers extends Omit<SgdNumbers, 'momentum'> {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

/** g = clip(rescale · gradient + wd · weight); m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − lr · m ÷ (√v + ε). */
const adam: Formula = {
  name: 'adamUpdate',
  floats: true,
  compute(m, weight, gradient, mean, square, ...numbers) {
    const [lr, wd, rescale, clip, beta1, rest1, beta2, rest2, epsilon] = numbers
    const decayed = m.add(m.mul(rescale, gradient), m.mul(wd, weight))
    const g = m.max(m.min(decayed, clip), m.neg(clip))
    const nextMean = m.add(m.mul(beta1, mean), m.mul(rest1, g))
    const nextSquare = m.add(m.mul(beta2, square), m.mul(rest2, m.mul(g, g)))
    const step = m.div(m.mul(lr, nextMean), m.add(m.sqrt(nextSquare), epsilon))
    return [m.sub(weight, step), nextMean, nextSquare]
  },
}

/** Throws where arrays that are updated together differ in shape or type. */
function checkMatching(op: string, weight: NDArray, others: readonly NDArray[]): void {
  checkFloat(op, 'the weight', weight.dtype)
  for (const { shape, dtype } of others) {
    if (dtype === weight.dtype && sameShape(shape, weight.shape)) continue
    const [got, want] = [`${dtype} ${formatShape(shape)}`, `${weight.dtype} ${formatShape(weight.shape)}`]
    throw new OpError(op, `cannot update ${want} with ${got}: they must match`)
  }
}

const bound = (clip: number) => (clip > 0 ? clip : Number.POSITIVE_INFINITY)

/** Moves the weights, the mean of gradients and that of their squares by one step in place. */
export function adamUpdate(
  weight: NDArray,
  gradient: NDArray,
  mean: NDArray,
  square: NDArray,
  { lr, wd, rescale, clip, beta1, beta2, epsilon }: AdamNumbers,
): void {
  checkMatching('adamUpdate', weight, [gradient, mean, square])
  const numbers = [lr, wd, rescale, bound(clip), beta1, 1 - beta1, beta2, 1 - beta2, epsilon]
  apply(adam, [weight, gradient, mean, square, ...numbers], {
    dtypes: [weight.dtype, weight.dtype, weight.dtype],
    places: [0, 2, 3],
  })
}

/** Moves the weights, and the momentum if there is one, by one step in place. */
export function sgdUpdate(weight: NDArray, gradient: NDArray, momentum: NDArray | null, numbers: SgdNumbers): void {
  checkMatching('sgdUpdate', weight, momentum ? [gradient, momentum] : [gradient])
  const { lr, wd, rescale, clip } = numbers
  const scalars = [lr, wd, rescale, bound(clip)]
  if (!momentum) apply(sgd, [weight, gradient, ...scalars], { places: [0] })
  else
    apply(sgdMomentum, [weight, gradient, momentum, numbers.momentum, ...scalars], {
      dtypes: [weight.dtype, weight.dtype],
      places: [0, 2],
    })
}
