// Updates of LARS and LAMB: the step of a parameter is scaled by its norm over that of the step.
import type { Arith } from '../../arith/arith.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { averaged, bound, checkMatching, clipped, clippedThenDecayed, type SgdNumbers } from './update.ts'

/** Roots of two sums of squares. */
const roots: Reduction['finish'] = (m, first, second) => [m.sqrt(first), m.sqrt(second)]

/** ‖w‖ and ‖rescale · gradient‖. */
const larsNorms: Reduction = {
  name: 'larsUpdate',
  floats: true,
  element(m, weight, gradient, rescale) {
    const g = m.mul(rescale, gradient)
    return [m.mul(weight, weight), m.mul(g, g)]
  },
  joins: ['sum', 'sum'],
  finish: roots,
  gradient: 'none',
}

/** λ · (clip(rescale · gradient) + wd · w), where λ = eta ‖w‖ ÷ (‖rescale · gradient‖ + wd ‖w‖ + ε), or 1 if a norm is 0. */
function larsStep<V, M>(
  m: Arith<V, M>,
  [weight, gradient, length, slope, wd, rescale, clip, eta, eps]: readonly V[],
): V {
  const trust = m.div(m.mul(eta, length), m.add(m.add(slope, m.mul(wd, length)), eps))
  const both = m.and(m.greater(length, 0), m.greater(slope, 0))
  return m.mul(m.select(both, trust, 1), clippedThenDecayed(m, weight, gradient, wd, rescale, clip))
}

/** w ← w − outer · step. */
const lars: Formula = {
  name: 'larsUpdate',
  floats: true,
  compute: (m, outer, ...others) => m.sub(others[0], m.mul(outer, larsStep(m, others))),
}

/** u ← kept · u − inner · step; w ← w + outer · u. */
const larsMomentum: Formula = {
  name: 'larsUpdate',
  floats: true,
  compute(m, moved, kept, inner, outer, ...others) {
    const next = m.sub(m.mul(kept, moved), m.mul(inner, larsStep(m, others)))
    return [m.add(others[0], m.mul(outer, next)), next]
  },
}

/** The numbers of a step of LARS. */
export interface LarsNumbers extends SgdNumbers {
  readonly eta: number
  readonly eps: number
  /** Whether the momentum follows the rate when that changes. */
  readonly corrected: boolean
}

/** All axes, kept: norms then broadcast to the array. */
const whole = ({ ndim }: NDArray) => ({ axes: Array.from({ length: ndim }, (_, k) => k), keepDims: true })

/**
 * Moves one parameter, and the momentum if there is one, by one step in place (Y. You et al., 2017). MXNet corrects the
 * momentum by m ← m · lr ÷ the rate before; here m ÷ lr is kept, which is the same for every rate but 0, where m is 0.
 */
export function larsUpdate(weight: NDArray, gradient: NDArray, momentum: NDArray | null, numbers: LarsNumbers): void {
  checkMatching('larsUpdate', weight, momentum ? [gradient, momentum] : [gradient])
  const { lr, wd, rescale, clip, eta, eps, corrected } = numbers
  const norms = reduce(larsNorms, [weight, gradient, rescale], whole(weight))
  const others = [weight, gradient, ...norms, wd, rescale, bound(clip), eta, eps]
  if (!momentum) {
    apply(lars, [lr, ...others], { places: [1] })
    return
  }
  const rates = corrected ? [lr === 0 ? 0 : numbers.momentum, lr === 0 ? 0 : 1, lr] : [numbers.momentum, lr, 1]
  const dtypes = [weight.dtype, weight.dtype]
  apply(larsMomentum, [momentum, ...rates, ...others], { dtypes, places: [4, 0] })
}

/** g = clip(rescale · gradient); m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g². */
const lambMoments: Formula = {
  name: 'lambUpdate',
  floats: true,
  compute(m, gradient, mean, square, rescale, clip, beta1, rest1, beta2, rest2) {
    const g = clipped(m, m.mul(rescale, gradient), clip)
    return [averaged(m, beta1, mean, rest1, g), averaged(m, beta2, square, rest2, m.mul(g, g))]
  },
}

/** r = a m ÷ (√(b v) + ε) + wd · w. */
const lambDirection = <V, M>(m: Arith<V, M>, [weight, mean, square, wd, epsilon, a, b]: readonly V[]): V =>
  m.add(m.div(m.mul(a, mean), m.add(m.sqrt(m.mul(b, square)), epsilon)), m.mul(wd, weight))

/** ‖w‖ and ‖r‖. */
const lambNorms: Reduction = {
  name: 'lambUpdate',
  floats: true,
  element(m, ...operands) {
    const direction = lambDirection(m, operands)
    return [m.mul(operands[0], operands[0]), m.mul(direction, direction)]
  },
  joins: ['sum', 'sum'],
  finish: roots,
  gradient: 'none',
}

/** w ← w − lr · p ÷ ‖r‖ · r, where p is ‖w‖ between the bounds; lr · r if one of them is 0. */
const lamb: Formula = {
  name: 'lambUpdate',
  floats: true,
  compute(m, lr, length, step, lower, upper, ...others) {
    const within = m.min(m.max(length, lower), upper)
    const none = m.or(m.equal(within, 0), m.equal(step, 0))
    const rate = m.mul(lr, m.select(none, 1, m.div(within, step)))
    return m.sub(others[0], m.mul(rate, lambDirection(m, others)))
  },
}

/** The numbers of a step of LAMB. */
export interface LambNumbers extends Omit<SgdNumbers, 'momentum'> {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** What the mean of gradients and that of their squares are multiplied by in this step. */
  readonly corrections: readonly [number, number]
  /** Bounds on the norm of the weight; 0 for none. */
  readonly lowerBound: number
  readonly upperBound: number
}

/** Moves one parameter, the mean of gradients and that of their squares by one step in place (Y. You et al., 2020). */
export function lambUpdate(
  weight: NDArray,
  gradient: NDArray,
  mean: NDArray,
  square: NDArray,
  { lr, wd, rescale, clip, beta1, beta2, epsilon, corrections, lowerBound, upperBound }: LambNumbers,
): void {
  checkMatching('lambUpdate', weight, [gradient, mean, square])
  const shares = [beta1, 1 - beta1, beta2, 1 - beta2]
  const dtypes = [weight.dtype, weight.dtype]
  apply(lambMoments, [gradient, mean, square, rescale, bound(clip), ...shares], { dtypes, places: [1, 2] })
  const others = [weight, mean, square, wd, epsilon, ...corrections]
  const norms = reduce(lambNorms, others, whole(weight))
  apply(lamb, [lr, ...norms, lowerBound, bound(upperBound), ...others], { places: [5] })
}
