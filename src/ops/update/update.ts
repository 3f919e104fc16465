// Updates of optimizers: one step in place, in one pass, over any flat range of weights.
import type { Arith } from '../../arith/arith.ts'
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

/** x between −bound and bound. */
export const clipped = <V, M>(m: Arith<V, M>, x: V, bound: V): V => m.max(m.min(x, bound), m.neg(bound))

/** clip(rescale · gradient) + wd · weight: the bound leaves decay alone. */
export const clippedThenDecayed = <V, M>(m: Arith<V, M>, weight: V, gradient: V, wd: V, rescale: V, clip: V): V =>
  m.add(clipped(m, m.mul(rescale, gradient), clip), m.mul(wd, weight))

/** clip(rescale · gradient + wd · weight): the bound is on both. */
export const decayedThenClipped = <V, M>(m: Arith<V, M>, weight: V, gradient: V, wd: V, rescale: V, clip: V): V =>
  clipped(m, m.add(m.mul(rescale, gradient), m.mul(wd, weight)), clip)

/** kept · old + share · x, a running mean where share is 1 − kept. */
export const averaged = <V, M>(m: Arith<V, M>, kept: V, old: V, share: V, x: V): V =>
  m.add(m.mul(kept, old), m.mul(share, x))

/** weight ← weight − lr · (clip(rescale · gradient) + wd · weight), each step rounded (MXNet 1.9.1, optimizer_op-inl.h). */
const sgd: Formula = {
  name: 'sgdUpdate',
  floats: true,
  compute(m, weight, gradient, lr, wd, rescale, clip) {
    return m.sub(weight, m.mul(lr, clippedThenDecayed(m, weight, gradient, wd, rescale, clip)))
  },
}

/** m ← momentum · m − lr · (clip(rescale · gradient) + wd · weight); weight ← weight + m. */
const sgdMomentum: Formula = {
  name: 'sgdUpdate',
  floats: true,
  compute(m, weight, gradient, moved, momentum, lr, wd, rescale, clip) {
    const step = m.mul(lr, clippedThenDecayed(m, weight, gradient, wd, rescale, clip))
    const next = m.sub(m.mul(momentum, moved), step)
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
    const g = decayedThenClipped(m, weight, gradient, wd, rescale, clip)
    const nextMean = averaged(m, beta1, mean, rest1, g)
    const nextSquare = averaged(m, beta2, square, rest2, m.mul(g, g))
    const step = m.div(m.mul(lr, nextMean), m.add(m.sqrt(nextSquare), epsilon))
    return [m.sub(weight, step), nextMean, nextSquare]
  },
}

/** Throws where arrays that are updated together differ in shape or type. */
export function checkMatching(op: string, weight: NDArray, others: readonly NDArray[]): void {
  checkFloat(op, 'the weight', weight.dtype)
  for (const { shape, dtype } of others) {
    if (dtype === weight.dtype && sameShape(shape, weight.shape)) continue
    const [got, want] = [`${dtype} ${formatShape(shape)}`, `${weight.dtype} ${formatShape(weight.shape)}`]
    throw new OpError(op, `cannot update ${want} with ${got}: they must match`)
  }
}

/** A bound on magnitudes as formulas take it; 0 stands for none. */
export const bound = (clip: number) => (clip > 0 ? clip : Number.POSITIVE_INFINITY)

/**
 * One step of a formula in one pass. Its operands are the weight, the gradient, the state arrays and numbers; its results
 * are the weight and the state arrays, written in place.
 */
export function updateInPlace(
  formula: Formula,
  weight: NDArray,
  gradient: NDArray,
  state: readonly NDArray[],
  numbers: readonly number[],
): void {
  checkMatching(formula.name, weight, [gradient, ...state])
  const written = [0, ...state.map((_, slot) => slot + 2)]
  apply(formula, [weight, gradient, ...state, ...numbers], { dtypes: written.map(() => weight.dtype), places: written })
}

/** Moves the weights, the mean of gradients and that of their squares by one step in place. */
export function adamUpdate(
  weight: NDArray,
  gradient: NDArray,
  mean: NDArray,
  square: NDArray,
  { lr, wd, rescale, clip, beta1, beta2, epsilon }: AdamNumbers,
): void {
  const numbers = [lr, wd, rescale, bound(clip), beta1, 1 - beta1, beta2, 1 - beta2, epsilon]
  updateInPlace(adam, weight, gradient, [mean, square], numbers)
}

/** Moves the weights, and the momentum if there is one, by one step in place. */
export function sgdUpdate(weight: NDArray, gradient: NDArray, momentum: NDArray | null, numbers: SgdNumbers): void {
  const { lr, wd, rescale, clip } = numbers
  const shared = [lr, wd, rescale, bound(clip)]
  if (momentum) updateInPlace(sgdMomentum, weight, gradient, [momentum], [numbers.momentum, ...shared])
  else updateInPlace(sgd, weight, gradient, [], shared)
}
