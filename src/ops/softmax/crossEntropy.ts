// softmaxCrossEntropy: the cross-entropy of logits with class numbers, and its gradient in one pass.
import type { Arith } from '../../arith/arith.ts'
import { checkFloat } from '../../core/dtype.ts'
import type { Spec } from '../../core/engine.ts'
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape, shapeOf } from '../../core/shape.ts'
import { mode } from '../../core/tape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { iota } from '../../kinds/operands.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { checkIndices } from '../places.ts'
import { withShape } from '../view/reshape.ts'
import { mergeExponentials, softmax } from './softmax.ts'

/** Whether this is the class of the label, which is cut to an integer and clipped into range. */
const chosen = <V, M>(m: Arith<V, M>, label: V, place: V, last: V): M =>
  m.equal(place, m.max(m.min(m.toInt(label), m.toInt(last)), m.constant(0, 'int')))

/** ln Σ eˣ⁻ᵐ − (x[label] − m). */
const losses: Reduction = {
  name: 'softmaxCrossEntropy',
  mixed: true,
  element: (_m, x) => x,
  joins: ['max'],
  later: [
    {
      element: (m, x, label, place, last, max) => [m.exp(m.sub(x, max)), m.select(chosen(m, label, place, last), x, 0)],
      joins: ['sum', 'sum'],
    },
  ],
  merge(m, max, sum, own, otherMax, otherSum, otherOwn) {
    return [...(mergeExponentials(m, max, sum, otherMax, otherSum) as (typeof max)[]), m.add(own, otherOwn)]
  },
  finish: (m, max, sum, own) => m.sub(m.log(sum), m.sub(own, max)),
  gradient: {
    saves: { inputs: [0, 1] },
    of: ({ x }, [dy]) => [softmaxCrossEntropyGradient(x(0), x(1), dy), null],
  },
}

/**
 * (softmax(x) − 1 at the label) · dy. The others are summed without the label's, so that p − 1 = −others ÷ sum stays
 * exact where p is close to 1.
 */
const gradients: Reduction = {
  name: 'softmaxCrossEntropyGradient',
  mixed: true,
  element: (_m, x) => x,
  joins: ['max'],
  later: [
    {
      element(m, x, label, _dy, place, last, max) {
        const raised = m.exp(m.sub(x, max))
        const own = chosen(m, label, place, last)
        return [m.select(own, 0, raised), m.select(own, raised, 0)]
      },
      joins: ['sum', 'sum'],
    },
  ],
  merge(m, max, others, own, otherMax, otherOthers, otherOwn) {
    const [both, rest] = mergeExponentials(m, max, others, otherMax, otherOthers) as (typeof max)[]
    const [, owns] = mergeExponentials(m, max, own, otherMax, otherOwn) as (typeof max)[]
    return [both, rest, owns]
  },
  finish: (m, max, others, own) => [max, others, m.add(others, own)],
  given: [],
  map(m, x, label, dy, place, last, max, others, sum) {
    const raised = m.exp(m.sub(x, max))
    const up = m.select(chosen(m, label, place, last), m.neg(others), raised)
    return m.mul(m.div(up, sum), dy)
  },
  gradient: 'none',
}

/** p − 1 at the label, else p; times dy. */
const fromProbabilities: Formula = {
  name: 'softmaxCrossEntropyGradient',
  mixed: true,
  compute(m, p, label, dy, place, last) {
    return m.mul(m.sub(p, m.select(chosen(m, label, place, last), m.constant(1), m.constant(0))), dy)
  },
}

function checkLogits(op: string, logits: Spec, labels: Spec): void {
  checkFloat(op, 'logits', logits.dtype)
  if (logits.shape.length !== 2 || logits.shape[1] === 0) {
    throw new OpError(op, `logits must be (samples, classes), got ${formatShape(logits.shape)}`)
  }
  const expected = shapeOf([logits.shape[0]])
  if (!sameShape(labels.shape, expected)) {
    throw new OpError(op, `wrong shape of labels: got ${formatShape(labels.shape)}, expected ${formatShape(expected)}`)
  }
  checkIndices(op, 'labels', labels, logits.shape[1])
}

/** −ln softmax(logits)[label] of each sample: logits (N, C), labels (N,) class numbers of any dtype, the result (N,). */
export function softmaxCrossEntropy(logits: NDArray, labels: NDArray): NDArray {
  checkLogits('softmaxCrossEntropy', logits, labels)
  const [samples, classes] = logits.shape
  const operands = [logits, withShape(labels, [samples, 1]), iota(logits.shape, 1), classes - 1]
  return reduce(losses, operands, { axes: [1] })[0]
}

/** The gradient of softmaxCrossEntropy's logits from that of the losses; it has gradients itself. */
export function softmaxCrossEntropyGradient(logits: NDArray, labels: NDArray, dy: NDArray): NDArray {
  const [samples, classes] = logits.shape
  const rest = [withShape(labels, [samples, 1]), withShape(dy, [samples, 1]), iota(logits.shape, 1), classes - 1]
  if (mode.recording) return apply(fromProbabilities, [softmax(logits, { axis: 1 }), ...rest])[0]
  return reduce(gradients, [logits, ...rest], { axes: [1] })[0]
}
