// Updates of AdaGrad, RMSProp, AdaDelta and Ftrl: each weight has a rate of its own (MXNet 1.9.1, optimizer.py).
import type { Formula } from '../../kinds/formula/formula.ts'
import { averaged, clipped, decayedThenClipped } from './update.ts'

/** g = clip(rescale · gradient); h ← h + g²; w ← w − lr · (g ÷ √(h + ε) + wd · w) (J. Duchi et al., 2011). */
export const adaGrad: Formula = {
  name: 'adaGradUpdate',
  floats: true,
  compute(m, weight, gradient, history, lr, wd, rescale, clip, epsilon) {
    const g = clipped(m, m.mul(rescale, gradient), clip)
    const next = m.add(history, m.mul(g, g))
    const step = m.add(m.div(g, m.sqrt(m.add(next, epsilon))), m.mul(wd, weight))
    return [m.sub(weight, m.mul(lr, step)), next]
  },
}

/**
 * g = clip(rescale · gradient + wd · w); n ← γ₁ n + (1 − γ₁) g²; w ← w − lr · g ÷ √(n + ε), within ±clipWeights
 * (T. Tieleman, G. Hinton, 2012).
 */
export const rmsProp: Formula = {
  name: 'rmsPropUpdate',
  floats: true,
  compute(m, weight, gradient, square, lr, wd, rescale, clip, gamma1, rest1, epsilon, clipWeights) {
    const g = decayedThenClipped(m, weight, gradient, wd, rescale, clip)
    const next = averaged(m, gamma1, square, rest1, m.mul(g, g))
    const step = m.mul(lr, m.div(g, m.sqrt(m.add(next, epsilon))))
    return [clipped(m, m.sub(weight, step), clipWeights), next]
  },
}

/**
 * g and n as without centering; ḡ ← γ₁ ḡ + (1 − γ₁) g; δ ← γ₂ δ − lr · g ÷ √(n − ḡ² + ε); w ← w + δ, within ±clipWeights
 * (A. Graves, 2013). n − ḡ² is a variance: where rounding takes it below 0, it counts as 0.
 */
export const rmsPropCentered: Formula = {
  name: 'rmsPropUpdate',
  floats: true,
  compute(m, weight, gradient, square, mean, moved, ...numbers) {
    const [lr, wd, rescale, clip, gamma1, rest1, epsilon, clipWeights, gamma2] = numbers
    const g = decayedThenClipped(m, weight, gradient, wd, rescale, clip)
    const nextSquare = averaged(m, gamma1, square, rest1, m.mul(g, g))
    const nextMean = averaged(m, gamma1, mean, rest1, g)
    const variance = m.max(m.sub(nextSquare, m.mul(nextMean, nextMean)), 0)
    const step = m.mul(lr, m.div(g, m.sqrt(m.add(variance, epsilon))))
    const next = m.sub(m.mul(gamma2, moved), step)
    return [clipped(m, m.add(weight, next), clipWeights), nextSquare, nextMean, next]
  },
}

/**
 * g = clip(rescale · gradient); a ← ρ a + (1 − ρ) g²; δ = √(d + ε) ÷ √(a + ε) · g; d ← ρ d + (1 − ρ) δ²;
 * w ← w − (δ + wd · w), without a rate (M. Zeiler, 2012).
 */
export const adaDelta: Formula = {
  name: 'adaDeltaUpdate',
  floats: true,
  compute(m, weight, gradient, square, moved, wd, rescale, clip, rho, rest, epsilon) {
    const g = clipped(m, m.mul(rescale, gradient), clip)
    const nextSquare = averaged(m, rho, square, rest, m.mul(g, g))
    const ratio = m.div(m.sqrt(m.add(moved, epsilon)), m.sqrt(m.add(nextSquare, epsilon)))
    const step = m.mul(ratio, g)
    const nextMoved = averaged(m, rho, moved, rest, m.mul(step, step))
    return [m.sub(weight, m.add(step, m.mul(wd, weight))), nextSquare, nextMoved]
  },
}

/**
 * g = clip(rescale · gradient); z ← z + g − (√(n + g²) − √n) · w ÷ lr; n ← n + g²; w ← (sign(z) λ₁ − z) ÷
 * ((β + √n) ÷ lr + wd) where |z| > λ₁, else 0 (H. B. McMahan et al.: Ad Click Prediction, 2013).
 */
export const ftrl: Formula = {
  name: 'ftrlUpdate',
  floats: true,
  compute(m, weight, gradient, z, n, lr, wd, rescale, clip, lamda1, beta) {
    const g = clipped(m, m.mul(rescale, gradient), clip)
    const nextN = m.add(n, m.mul(g, g))
    const root = m.sqrt(nextN)
    const nextZ = m.sub(m.add(z, g), m.div(m.mul(m.sub(root, m.sqrt(n)), weight), lr))
    const solved = m.div(m.sub(m.mul(m.sign(nextZ), lamda1), nextZ), m.add(m.div(m.add(beta, root), lr), wd))
    return [m.mul(solved, m.select(m.greater(m.abs(nextZ), lamda1), 1, 0)), nextZ, nextN]
  },
}
