// pointwise in plain loops: the formula on JavaScript's numbers, in float64, or on integers modulo 2^32.
import { type Arith, numbers } from '../../kernel/arith.ts'
import type { ReferenceKernel, Tensor } from '../../kernel/reference.ts'
import { formulaOf, operandsOf, type PointwiseAttributes } from './pointwise.ts'

/** y = formula(operands). */
export const pointwiseReference: ReferenceKernel<PointwiseAttributes> = (inputs, attrs, [y], scalars) => {
  const { compute } = formulaOf(attrs.formula)
  const arith = y.data instanceof Int32Array || y.data instanceof Uint8Array ? integers : numbers
  const strides = inputs.map((input) => broadcastStrides(input, y.shape))
  const operands = operandsOf(attrs)
  const index = y.shape.map(() => 0)
  const values = operands.map((input, k) => (input === null ? scalars[attrs.numbers?.indexOf(k) ?? 0] : 0))
  for (let i = 0; i < y.data.length; i++) {
    operands.forEach((input, k) => {
      if (input !== null) values[k] = inputs[input].data[dot(strides[input], index)]
    })
    y.data[i] = compute(arith, values[0], values[1], values[2])
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === y.shape[axis]; axis--) index[axis] = 0
  }
}

/** Whole numbers as machines have them; stores cut the results to the element type. */
const integers: Arith<number, boolean> = {
  ...numbers,
  mul: (a, b) => Math.imul(a, b),
  div: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  power(a, b) {
    if (b < 0) return Math.trunc(numbers.power(a, b)) | 0
    let result = 1
    for (let base = a, left = b; left > 0; left >>= 1, base = Math.imul(base, base)) {
      if (left & 1) result = Math.imul(result, base)
    }
    return result
  },
}

function dot(strides: readonly number[], index: readonly number[]): number {
  let at = 0
  for (let axis = 0; axis < index.length; axis++) at += strides[axis] * index[axis]
  return at
}

/** Steps in elements for each axis of the result: 0 where the input is repeated. */
function broadcastStrides({ shape }: Tensor, to: readonly number[]): number[] {
  const strides: number[] = Array(to.length).fill(0)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1) strides[to.length - shape.length + axis] = step
    step *= shape[axis]
  }
  return strides
}
