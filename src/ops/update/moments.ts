// Updates of AdamW, Adamax and Nadam, which differ from Adam's in one place each (MXNet's optimizer.py).
import type { Formula } from '../../kinds/formula/formula.ts'
import { averaged, clipped, decayedThenClipped } from './update.ts'

/**
 * g = clip(rescale · gradient); m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − lr · (m ÷ (√v + ε) + wd · w)
 * (I. Loshchilov, F. Hutter, 2019); `lr` is corrected for the number of the step.
 */
export const adamW: Formula = {
  name: 'adamWUpdate',
  floats: true,
  compute(m, weight, gradient, mean, square, ...numbers) {
    const [lr, wd, rescale, clip, beta1, rest1, beta2, rest2, epsilon] = numbers
    const g = clipped(m, m.mul(rescale, gradient), clip)
    const nextMean = averaged(m, beta1, mean, rest1, g)
    const nextSquare = averaged(m, beta2, square, rest2, m.mul(g, g))
    const step = m.add(m.div(nextMean, m.add(m.sqrt(nextSquare), epsilon)), m.mul(wd, weight))
    return [m.sub(weight, m.mul(lr, step)), nextMean, nextSquare]
  },
}

/**
 * g = clip(rescale · gradient + wd · w); m ← β₁ m + (1 − β₁) g; u ← max(β₂ u, |g|); w ← w − lr · m ÷ u (D. P. Kingma,
 * J. Ba, 2015, section 7). Where u is 0, all gradients were, and w stays; MXNet divides 0 by 0 there.
 */
export const adamax: Formula = {
  name: 'adamaxUpdate',
  floats: true,
  compute(m, weight, gradient, mean, largest, lr, wd, rescale, clip, beta1, rest1, beta2) {
    const g = decayedThenClipped(m, weight, gradient, wd, rescale, clip)
    const nextMean = averaged(m, beta1, mean, rest1, g)
    const nextLargest = m.max(m.mul(beta2, largest), m.abs(g))
    const divisor = m.select(m.equal(nextLargest, 0), 1, nextLargest)
    return [m.sub(weight, m.div(m.mul(lr, nextMean), divisor)), nextMean, nextLargest]
  },
}

/**
 * g = clip(rescale · gradient + wd · w); m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − lr · (a g + b m) ÷
 * (√(c v) + ε), with a, b and c of the number of the step (T. Dozat, 2015).
 */
export const nadam: Formula = {
  name: 'nadamUpdate',
  floats: true,
  compute(m, weight, gradient, mean, square, ...numbers) {
    const [lr, wd, rescale, clip, beta1, rest1, beta2, rest2, epsilon, a, b, c] = numbers
    const g = decayedThenClipped(m, weight, gradient, wd, rescale, clip)
    const nextMean = averaged(m, beta1, mean, rest1, g)
    const nextSquare = averaged(m, beta2, square, rest2, m.mul(g, g))
    const direction = m.add(m.mul(a, g), m.mul(b, nextMean))
    const step = m.div(m.mul(lr, direction), m.add(m.sqrt(m.mul(c, nextSquare)), epsilon))
    return [m.sub(weight, step), nextMean, nextSquare]
  },
}
