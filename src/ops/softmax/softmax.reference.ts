// softmax and cross-entropy in plain loops, in float64: the definition of right.
import type { ReferenceKernel, Tensor } from '../../kernel/reference.ts'
import type { CrossEntropyAttributes, SoftmaxAttributes } from './softmax.ts'

/** Largest of `count` elements, `step` apart, and the logarithm of their sum of exponentials less it. */
function normaliser({ data }: Tensor, first: number, count: number, step: number): { max: number; log: number } {
  let max = -Infinity
  for (let c = 0; c < count; c++) max = Math.max(max, data[first + c * step])
  let sum = 0
  for (let c = 0; c < count; c++) sum += Math.exp(data[first + c * step] - max)
  return { max, log: Math.log(sum) }
}

/** y = softmax(x), or its logarithm. */
export const softmaxReference: ReferenceKernel<SoftmaxAttributes> = ([x], { axis, log }, [y]) => {
  const count = x.shape[axis]
  const step = x.shape.slice(axis + 1).reduce((product, n) => product * n, 1)
  for (let outer = 0; outer < x.data.length; outer += count * step)
    for (let first = outer; first < outer + step; first++) {
      const { max, log: logSum } = normaliser(x, first, count, step)
      for (let at = first; at < first + count * step; at += step) {
        const value = x.data[at] - max - logSum
        y.data[at] = log ? value : Math.exp(value)
      }
    }
}

/** A label as the number of a class. */
function classOf(label: number, classes: number): number {
  return Math.min(Math.max(Math.trunc(label) || 0, 0), classes - 1)
}

/** loss = ln Σ eˣ⁻ᵐ − (x[label] − m). */
export const softmaxCrossEntropyReference: ReferenceKernel<CrossEntropyAttributes> = ([x, labels], _attrs, [loss]) => {
  const [samples, classes] = x.shape
  for (let n = 0; n < samples; n++) {
    const { max, log } = normaliser(x, n * classes, classes, 1)
    loss.data[n] = log - (x.data[n * classes + classOf(labels.data[n], classes)] - max)
  }
}

/** dx = (softmax(x) − onehot(labels)) · dy. */
export const softmaxCrossEntropyGradientReference: ReferenceKernel<CrossEntropyAttributes> = (inputs, _attrs, [dx]) => {
  const [x, labels, dy] = inputs
  const [samples, classes] = x.shape
  for (let n = 0; n < samples; n++) {
    const { max, log } = normaliser(x, n * classes, classes, 1)
    const label = classOf(labels.data[n], classes)
    for (let c = 0; c < classes; c++) {
      const p = Math.exp(x.data[n * classes + c] - max - log)
      dx.data[n * classes + c] = (p - (c === label ? 1 : 0)) * dy.data[n]
    }
  }
}
