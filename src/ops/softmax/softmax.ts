// softmax and its logarithm along one axis, and the cross-entropy of logits with class numbers.
import type { Spec } from '../../core/engine.ts'
import { checkOptions, OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, sameShape, shapeOf } from '../../core/shape.ts'
import { checkIndices } from '../places.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of softmax: the axis, counted from 0, and whether the logarithm is wanted. */
export interface SoftmaxAttributes {
  readonly axis: number
  readonly log: boolean
}

/** y = eˣ⁻ᵐ ÷ Σ eˣ⁻ᵐ along the axis, m the maximum there; or its logarithm, x − m − ln Σ eˣ⁻ᵐ. */
export const softmaxOp: OpSpec<SoftmaxAttributes> = {
  name: 'softmax',
  infer([x], { log }) {
    checkFloat(log ? 'logSoftmax' : 'softmax', 'the input', x)
    return [{ shape: x.shape, dtype: x.dtype }]
  },
  saves: { outputs: [0] },
  gradient({ attrs: { axis, log }, y }, [dy], { exp, multiply, subtract, sum }) {
    if (log) return [subtract(dy, multiply(exp(y(0)), sum(dy, { axis, keepdims: true })))]
    const weighted = multiply(dy, y(0))
    return [subtract(weighted, multiply(y(0), sum(weighted, { axis, keepdims: true })))]
  },
}

/** softmaxCrossEntropy has no attributes. */
export type CrossEntropyAttributes = Record<never, never>

/** loss[n] = −ln softmax(logits[n])[labels[n]]; labels are cut to whole numbers and clipped into range. */
export const softmaxCrossEntropyOp: OpSpec<CrossEntropyAttributes> = {
  name: 'softmaxCrossEntropy',
  infer([logits, labels]) {
    checkLogits('softmaxCrossEntropy', logits, labels)
    checkIndices('softmaxCrossEntropy', 'labels', labels, logits.shape[1])
    return [{ shape: labels.shape, dtype: logits.dtype }]
  },
  saves: { inputs: [0, 1] },
  gradient: ({ x }, [dy], { softmaxCrossEntropyGradient }) => [softmaxCrossEntropyGradient(x(0), x(1), dy), null],
}

/** dlogits[n] = (softmax(logits[n]) − onehot(labels[n])) · dy[n]. */
export const softmaxCrossEntropyGradientOp: OpSpec<CrossEntropyAttributes> = {
  name: 'softmaxCrossEntropyGradient',
  infer([logits, labels, dy]) {
    checkLogits('softmaxCrossEntropyGradient', logits, labels)
    if (!sameShape(dy.shape, labels.shape) || dy.dtype !== logits.dtype) {
      const got = `${dy.dtype} ${formatShape(dy.shape)}`
      const expected = `${logits.dtype} ${formatShape(labels.shape)}`
      throw new OpError('softmaxCrossEntropyGradient', `wrong dy: got ${got}, expected ${expected}`)
    }
    return [{ shape: logits.shape, dtype: logits.dtype }]
  },
  saves: { inputs: [0, 1, 2] },
  gradient({ x, needs }, [g], { multiply, pick, softmax, subtract, sum, withShape }) {
    const p = softmax(x(0))
    const weighted = multiply(p, g)
    const along = sum(weighted, { axis: 1, keepdims: true })
    const ofDy = () => subtract(withShape(along, [along.size]), pick(g, x(1)))
    const ofLogits = () => multiply(subtract(weighted, multiply(p, along)), withShape(x(2), [along.size, 1]))
    return [needs[0] ? ofLogits() : null, null, needs[2] ? ofDy() : null]
  },
}

function checkFloat(op: string, name: string, { dtype }: Spec): void {
  if (dtype === 'float32' || dtype === 'float64') return
  throw new OpError(op, `${name} must be float32, got ${dtype}: use astype('float32')`)
}

function checkLogits(op: string, logits: Spec, labels: Spec): void {
  checkFloat(op, 'logits', logits)
  if (logits.shape.length !== 2 || logits.shape[1] === 0) {
    throw new OpError(op, `logits must be (samples, classes), got ${formatShape(logits.shape)}`)
  }
  const expected = shapeOf([logits.shape[0]])
  if (sameShape(labels.shape, expected)) return
  throw new OpError(op, `wrong shape of labels: got ${formatShape(labels.shape)}, expected ${formatShape(expected)}`)
}

/** Which axis; the last where left out. */
export interface SoftmaxOptions {
  readonly axis?: number
}

/** Probabilities along an axis: positive, of sum 1. */
export function softmax(x: NDArray, options: SoftmaxOptions = {}): NDArray {
  return invoke(softmaxOp, [x], { axis: axisOf('softmax', x, options), log: false })[0]
}

/** The logarithm of the softmax along an axis, exact where the softmax is too small for a float. */
export function logSoftmax(x: NDArray, options: SoftmaxOptions = {}): NDArray {
  return invoke(softmaxOp, [x], { axis: axisOf('logSoftmax', x, options), log: true })[0]
}

function axisOf(op: string, x: NDArray, options: SoftmaxOptions): number {
  checkOptions(op, options, '{ axis: 1 }', { axis: true })
  return checkAxis(op, options.axis ?? -1, x.ndim)
}

/** −ln softmax(logits)[label] of each sample: logits (N, C), labels (N,) class numbers of any dtype, the result (N,). */
export function softmaxCrossEntropy(logits: NDArray, labels: NDArray): NDArray {
  return invoke(softmaxCrossEntropyOp, [logits, labels], {})[0]
}

/** The gradient of softmaxCrossEntropy's logits from that of the losses. */
export function softmaxCrossEntropyGradient(logits: NDArray, labels: NDArray, dy: NDArray): NDArray {
  return invoke(softmaxCrossEntropyGradientOp, [logits, labels, dy], {})[0]
}
