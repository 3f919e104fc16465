// What the text of formulas leaves to no compiler: remainders of negative numbers, comparisons with NaN, regrouped sums.
import { expect, it } from 'vitest'
import { f32Text, i32Text, wgslFloats, wgslIntegers } from './formula.ts'

/** Text without comments. */
const code = (text: string) => text.replace(/\/\/.*/g, '')

it('takes no remainder of i32 by %, which some give the sign of the divisor', () => {
  expect(code(wgslIntegers)).not.toContain('%')
  expect(i32Text.modulo('a', 'b')).toBe('moduloI(a, b)')
})

it('compares floats by functions that know NaN by its bits', () => {
  for (const name of ['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const) {
    expect(f32Text[name]('a', 'b')).toBe(`${name}1(a, b)`)
    expect(wgslFloats).toMatch(new RegExp(`fn ${name}1\\(.*isNan\\(a\\) \\| isNan\\(b\\)`))
  }
})

it('rounds by itself what is taken from a number so that its end stays', () => {
  // n · ln 2 in two parts, the first of which is exact
  const reduced = [...code(wgslFloats).matchAll(/.*0\.693359375.*/g)].map(([line]) => line)
  expect(reduced.length).toBe(4)
  for (const line of reduced) expect(line).toMatch(/once\(|let whole = parts\.exponent \* 0\.693359375;/)
})

it('writes large whole numbers as floats, since WGSL holds no integer literal of more than 64 bits', () => {
  expect(f32Text.constant(2 ** 64)).toBe('f32(1.8446744073709552e+19)')
  expect(f32Text.constant(-(2 ** 100))).toBe('f32(-1.2676506002282294e+30)')
  expect(f32Text.constant(4096)).toBe('f32(4096)')
})
