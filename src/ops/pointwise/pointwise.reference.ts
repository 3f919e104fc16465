// pointwise in plain loops: the formula on JavaScript's numbers, in float64, or on integers modulo 2^32.
import { type Arith, numbers } from '../../kernel/arith.ts'
import { forEachIndex, positionOf } from '../../kernel/indices.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import { formulaOf, operandsOf, type PointwiseAttributes } from './pointwise.ts'

/** y = formula(operands). */
export const pointwiseReference: ReferenceKernel<PointwiseAttributes> = (inputs, attrs, [y], scalars) => {
  const { compute } = formulaOf(attrs.formula)
  const arith = y.data instanceof Int32Array || y.data instanceof Uint8Array ? integers : numbers
  const operands = operandsOf(attrs)
  const values = operands.map((input, k) => (input === null ? scalars[attrs.numbers?.indexOf(k) ?? 0] : 0))
  forEachIndex(y.shape, (index, i) => {
    operands.forEach((input, k) => {
      if (input !== null) values[k] = inputs[input].data[positionOf(index, inputs[input].shape)]
    })
    y.data[i] = compute(arith, values[0], values[1], values[2])
  })
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
