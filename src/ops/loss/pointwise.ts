// The element-wise formulas of losses, of a prediction and a label.
import type { Arith, Value } from '../../arith/arith.ts'
import { call } from '../../arith/graph.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { activations } from '../activations.ts'

/** |label − pred|. */
const absolute: Formula = { name: 'absoluteError', floats: true, compute: (m, p, y) => m.abs(m.sub(y, p)) }

/** |d| − ρ/2 where |d| > ρ, else d² ÷ 2ρ, with d = label − pred. */
const hubers: Formula = {
  name: 'huber',
  floats: true,
  compute(m, p, y, rho) {
    const distance = m.abs(m.sub(y, p))
    const near = m.mul(m.div(0.5, rho), m.mul(distance, distance))
    return m.select(m.greater(distance, rho), m.sub(distance, m.mul(rho, 0.5)), near)
  },
}

/** max(0, margin − pred · label); its gradient is 0 at 0. */
const hinges: Formula = {
  name: 'hinge',
  floats: true,
  compute: (m, p, y, margin) => call(m, activations.relu, m.sub(margin, m.mul(p, y))),
}

const squaredHinges: Formula = {
  name: 'squaredHinge',
  floats: true,
  compute(m, p, y, margin) {
    const hinge = call(m, activations.relu, m.sub(margin, m.mul(p, y)))
    return m.mul(hinge, hinge)
  },
}

/**
 * −weight · y · ln σ(p) − (1 − y) · ln(1 − σ(p)). MXNet sums max(p, 0), −p·y and ln(1 + e^−|p|), whose slope at p = 0 is
 * −y, for 0.5 − y here.
 */
function crossEntropy<V, M>(m: Arith<V, M>, p: V, y: V, weight: Value<V>): V {
  const absent = m.mul(m.sub(1, y), call(m, activations.softrelu, p))
  return m.add(absent, m.mul(m.mul(y, weight), call(m, activations.softrelu, m.neg(p))))
}

const logistics: Formula = {
  name: 'logistic',
  floats: true,
  compute: (m, p, y, weight) => crossEntropy(m, p, y, weight),
}

/** Labels −1 and 1. */
const signedLogistics: Formula = {
  name: 'logistic',
  floats: true,
  compute: (m, p, y) => crossEntropy(m, p, m.mul(m.add(y, 1), 0.5), 1),
}

const tiny = 1e-12

const binary: Formula = {
  name: 'binaryCrossEntropy',
  floats: true,
  compute(m, p, y, weight) {
    const present = m.mul(m.mul(m.log(m.add(p, tiny)), y), weight)
    return m.neg(m.add(present, m.mul(m.log(m.add(m.sub(1, p), tiny)), m.sub(1, y))))
  },
}

/** label · (ln(label + 10⁻¹²) − pred). */
const divergences: Formula = {
  name: 'klDivergence',
  floats: true,
  compute: (m, p, y) => m.mul(y, m.sub(m.log(m.add(y, tiny)), p)),
}

/** Stirling's approximation of ln t!, 0 up to t = 1. */
function logFactorial<V, M>(m: Arith<V, M>, t: V): V {
  const rest = m.mul(m.log(m.mul(t, 2 * Math.PI)), 0.5)
  return m.select(m.greater(t, 1), m.add(m.sub(m.mul(t, m.log(t)), t), rest), 0)
}

const poissons: Formula = { name: 'poisson', floats: true, compute: (m, p, t) => m.sub(m.exp(p), m.mul(t, p)) }

const poissonRates: Formula = {
  name: 'poisson',
  floats: true,
  compute: (m, p, t, epsilon) => m.sub(p, m.mul(t, m.log(m.add(p, epsilon)))),
}

const factorials: Formula = { name: 'logFactorial', floats: true, compute: (m, t) => logFactorial(m, t) }

/** |label − pred|. */
export function absoluteError(pred: NDArray, label: NDArray): NDArray {
  return apply(absolute, [pred, label])[0]
}

/** |label − pred| − rho/2 beyond rho, else the square of the difference ÷ 2 rho. */
export function huber(pred: NDArray, label: NDArray, rho: number): NDArray {
  return apply(hubers, [pred, label, rho])[0]
}

/** max(0, margin − pred · label), for labels −1 and 1. */
export function hinge(pred: NDArray, label: NDArray, margin: number): NDArray {
  return apply(hinges, [pred, label, margin])[0]
}

/** max(0, margin − pred · label)², for labels −1 and 1. */
export function squaredHinge(pred: NDArray, label: NDArray, margin: number): NDArray {
  return apply(squaredHinges, [pred, label, margin])[0]
}

/** The cross-entropy of logits with labels from 0 to 1; a weight multiplies the part of the label. */
export function logistic(pred: NDArray, label: NDArray, weight: NDArray | number = 1): NDArray {
  return apply(logistics, [pred, label, weight])[0]
}

/** The cross-entropy of logits with labels −1 and 1. */
export function signedLogistic(pred: NDArray, label: NDArray): NDArray {
  return apply(signedLogistics, [pred, label])[0]
}

/** The cross-entropy of probabilities with labels from 0 to 1; 10⁻¹² is added before each logarithm. */
export function binaryCrossEntropy(pred: NDArray, label: NDArray, weight: NDArray | number = 1): NDArray {
  return apply(binary, [pred, label, weight])[0]
}

/** label · (ln(label + 10⁻¹²) − pred), where pred are logarithms of probabilities. */
export function klDivergence(pred: NDArray, label: NDArray): NDArray {
  return apply(divergences, [pred, label])[0]
}

/** eᵖ − target · p, for logarithms p of the expected counts. */
export function poisson(pred: NDArray, target: NDArray): NDArray {
  return apply(poissons, [pred, target])[0]
}

/** p − target · ln(p + epsilon), for expected counts p. */
export function poissonOfRates(pred: NDArray, target: NDArray, epsilon: number): NDArray {
  return apply(poissonRates, [pred, target, epsilon])[0]
}

/** Stirling's approximation of ln(target!): t ln t − t + ½ ln 2πt beyond 1, else 0. */
export function stirling(target: NDArray): NDArray {
  return apply(factorials, [target])[0]
}
