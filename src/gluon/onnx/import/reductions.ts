// ONNX's reductions and scans: sums, means, extremes, softmax and running sums.
import type { NDArray } from '../../../core/ndarray.ts'
import { sizeOf } from '../../../core/shape.ts'
import { running } from '../../../kinds/scan/scan.ts'
import * as nd from '../../../nd/index.ts'
import { withShape } from '../../../ops/view/reshape.ts'
import { checkedShape, Fault } from '../../fault.ts'
import { type Host, isHost, rounded } from './host.ts'
import { axisOf, type Importer, type Importers, type Step } from './step.ts'

/** The axes that are joined: an attribute, or an operand in newer versions; none stands for all. */
function axesOf(step: Step, count: number): readonly number[] {
  const given = step.integersOr(1, 'axes') ?? []
  if (given.length > 0) return given.map((axis) => axisOf(axis, count))
  return step.attributes.int('noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: count }, (_, k) => k)
}

/** A reduction of an array; of a list on the host where `join` is given. */
function reduction(
  reduce: (x: NDArray, options: nd.ReduceOptions) => NDArray,
  join?: (a: number, b: number) => number,
): Importer {
  return (step) => {
    const value = step.value(0)
    const axis = axesOf(step, value.shape.length)
    const keepdims = step.attributes.int('keepdims', 1) === 1
    if (isHost(value) && join && value.values.length > 0 && axis.length === value.shape.length) {
      return joined(value, join, keepdims)
    }
    const x = step.array(0)
    if (axis.length === 0) return x
    const kept = reduce(x, { axis: [...axis], keepdims: true })
    return keepdims
      ? kept
      : withShape(
          kept,
          x.shape.filter((_, k) => !axis.includes(k)),
        )
  }
}

function joined({ type, shape, values }: Host, join: (a: number, b: number) => number, keepdims: boolean): Host {
  const all = Array.from(values).reduce(join)
  return { type, shape: checkedShape(keepdims ? shape.map(() => 1) : []), values: [rounded(type, all)] }
}

/** Softmax along one axis from version 13 on, and before over all axes from one on. */
function softmax(compute: typeof nd.softmax): Importer {
  return (step) => {
    const x = step.array(0)
    if (step.opset >= 13) return compute(x, { axis: axisOf(step.attributes.int('axis', -1), x.ndim) })
    const axis = axisOf(step.attributes.int('axis', 1), x.ndim)
    if (axis === x.ndim - 1) return compute(x, { axis })
    const rows = withShape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])
    return withShape(compute(rows, { axis: 1 }), x.shape)
  }
}

/** The place of the first extreme, as int32. */
function place(compute: typeof nd.argmax): Importer {
  return (step) => {
    if (step.attributes.int('select_last_index', 0) === 1) throw new Fault('the last of equal extremes is not had')
    const x = step.array(0)
    const axis = axisOf(step.attributes.int('axis', 0), x.ndim)
    const kept = compute(x, { axis, keepdims: true, dtype: 'int32' })
    const keepdims = step.attributes.int('keepdims', 1) === 1
    return keepdims
      ? kept
      : withShape(
          kept,
          x.shape.filter((_, k) => k !== axis),
        )
  }
}

const cumulated: Importer = (step) => {
  const x = step.array(0)
  const axis = axisOf(step.number(1) ?? 0, x.ndim)
  const [reverse, exclusive] = [step.attributes.int('reverse', 0) === 1, step.attributes.int('exclusive', 0) === 1]
  return running({ name: 'cumsum', join: 'sum' }, x, { axis, reverse, exclusive })
}

/** How each operator is computed. */
export const reductionImporters: Importers = {
  ArgMax: place(nd.argmax),
  ArgMin: place(nd.argmin),
  CumSum: cumulated,
  LogSoftmax: softmax(nd.logSoftmax),
  ReduceL1: reduction((x, options) => nd.sum(nd.abs(x), options)),
  ReduceL2: reduction((x, options) => nd.sqrt(nd.sum(nd.square(x), options))),
  ReduceLogSumExp: reduction(nd.logsumexp),
  ReduceMax: reduction(nd.max, Math.max),
  ReduceMean: reduction(nd.mean),
  ReduceMin: reduction(nd.min, Math.min),
  ReduceProd: reduction(nd.prod, (a, b) => a * b),
  ReduceSum: reduction(nd.sum, (a, b) => a + b),
  ReduceSumSquare: reduction((x, options) => nd.sum(nd.square(x), options)),
  Softmax: softmax(nd.softmax),
}
