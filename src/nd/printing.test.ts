// Text of arrays as NumPy's `str` gives it.
import { expect, it } from 'vitest'
import { type DType, elementsIn, storedBytes } from '../core/dtype.ts'
import { shapeOf } from '../core/shape.ts'
import { formatElements } from './printing.ts'

function text(values: readonly number[], shape: readonly number[] = [values.length], dtype: DType = 'float32'): string {
  const { buffer } = storedBytes(dtype, values)
  return formatElements(elementsIn(dtype, buffer, 0, values.length), shapeOf(shape), dtype)
}

const range = (count: number, value: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => value(i))

// Each printed by `str(np.array(…, dtype))`.
it.each<[string, string]>([
  [text([-0.055172935, 0.1, 12.5]), '[-0.05517294  0.1        12.5       ]'],
  [text([2 ** -9, 3 * 2 ** -9]), '[0.00195312 0.00585938]'],
  [text([3858287.25, 1.75]), '[3.8582872e+06 1.7500000e+00]'],
  [text([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.5, -0]), '[ nan  inf -inf  1.5 -0. ]'],
  [text([1e-5, 1, 2.5]), '[1.0e-05 1.0e+00 2.5e+00]'],
  [text([0.3, 16777216]), '[3.0000001e-01 1.6777216e+07]'],
  [text([1e-5, 1.2345679]), '[9.9999997e-06 1.2345679e+00]'],
  [text([1e8, 1]), '[1.e+08 1.e+00]'],
  [text([1e8, -0, 1]), '[ 1.e+08 -0.e+00  1.e+00]'],
  [text([1, -20, 300, 4], [2, 2], 'int32'), '[[  1 -20]\n [300   4]]'],
  [
    text(range(1200, Number), [2, 600]),
    '[[0.000e+00 1.000e+00 2.000e+00 ... 5.970e+02 5.980e+02 5.990e+02]\n' +
      ' [6.000e+02 6.010e+02 6.020e+02 ... 1.197e+03 1.198e+03 1.199e+03]]',
  ],
  [
    text(
      range(18, (i) => i / 17),
      [1, 18],
    ),
    '[[0.         0.05882353 0.11764706 0.1764706  0.23529412 0.29411766\n' +
      '  0.3529412  0.4117647  0.47058824 0.5294118  0.5882353  0.64705884\n' +
      '  0.7058824  0.7647059  0.8235294  0.88235295 0.9411765  1.        ]]',
  ],
  [
    text(range(18, (i) => (i % 2 ? 0.25 : 0.5))),
    '[0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.25\n 0.5  0.25 0.5  0.25]',
  ],
  [text([1, 2, 3, 4], [1, 2, 2, 1]), '[[[[1.]\n   [2.]]\n\n  [[3.]\n   [4.]]]]'],
  [text([]), '[]'],
  [text([3.5], []), '3.5'],
  [text([2], []), '2.0'],
  [text([-0], []), '-0.0'],
  [text([0.1], []), '0.1'],
  [text([1e-7], []), '1e-07'],
  [text([-1.5e20], []), '-1.5e+20'],
  [text([1e15], []), '1000000000000000.0'],
  [text([Number.NEGATIVE_INFINITY], []), '-inf'],
  [text([Number.NaN], []), 'nan'],
  [text([-7], [], 'int32'), '-7'],
])('%s', (got, expected) => {
  expect(got).toBe(expected)
})
