// The hyperbolic sine and cosine, and the inverses of these and of tanh.
import type { Arith } from '../../arith/arith.ts'
import { call } from '../../arith/graph.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import { horner, odd, type Polynomial, signed } from './polynomial.ts'

/** (f(x) ÷ x − 1) ÷ x² in x², up to 1 for sinh and arcsinh, up to ¼ for arctanh, by test/golden/fits.py. */
const sinhNearZero: Polynomial = [0.16666667, 0.00833335, 0.0001983616, 2.8169513e-6]
const arcsinhNearZero: Polynomial = [
  -0.1666666, 0.07499713, -0.04460019, 0.030065803, -0.021007264, 0.013609839, -0.00704575, 0.002411835, -0.00039121415,
]
const arctanhNearZero: Polynomial = [0.33333302, 0.20002519, 0.14222763, 0.11823716, 0.0513588, 0.17669037]

/** (arccosh(1 + t) ÷ √(2 t) − 1) ÷ t in t up to 1, by test/golden/fits.py. */
const arccoshNearOne: Polynomial = [
  -0.083333306, 0.018749306, -0.0055740546, 0.0018712365, -0.0006321688, 0.00017584652, -2.6999674e-5,
]

/** From here on √(x² ± 1) is x, and x² may overflow. */
const huge = 2 ** 30

/** (e^|x| ± e^−|x|) ÷ 2; where e^|x| is infinite before its half is, from its root. */
function halfSum<V, M>(m: Arith<V, M>, x: V, sign: 1 | -1): V {
  const size = m.abs(x)
  const beyond = m.greater(size, 88)
  const power = m.exp(m.select(beyond, m.mul(size, 0.5), size))
  const half = m.mul(power, 0.5)
  return m.select(beyond, m.mul(half, power), m.add(half, m.div(0.5 * sign, power)))
}

/** (eˣ − e⁻ˣ) ÷ 2. */
export const sinh: Formula = {
  name: 'sinh',
  floats: true,
  compute: (m, x) => m.select(m.less(m.abs(x), 1), odd(m, x, sinhNearZero), signed(m, halfSum(m, x, -1), x)),
  derivative: (m, _k, dy, [x]) => m.mul(dy, call(m, cosh, x)),
}

/** (eˣ + e⁻ˣ) ÷ 2. */
export const cosh: Formula = {
  name: 'cosh',
  floats: true,
  compute: (m, x) => halfSum(m, x, 1),
  derivative: (m, _k, dy, [x]) => m.mul(dy, call(m, sinh, x)),
}

/** ln(x + root), or ln 2x where x is huge. */
function logOfSum<V, M>(m: Arith<V, M>, x: V, root: V): V {
  const beyond = m.greater(x, huge)
  return m.add(m.log(m.select(beyond, x, m.add(x, root))), m.select(beyond, Math.LN2, m.constant(0)))
}

/** ln(x + √(x² + 1)). */
export const arcsinh: Formula = {
  name: 'arcsinh',
  floats: true,
  compute(m, x) {
    const size = m.abs(x)
    const large = logOfSum(m, size, m.sqrt(m.madd(size, size, 1)))
    return m.select(m.lessEqual(size, 1), odd(m, x, arcsinhNearZero), signed(m, large, x))
  },
  derivative(m, _k, dy, [x]) {
    const size = m.abs(x)
    return m.div(dy, m.select(m.greater(size, huge), size, m.sqrt(m.madd(x, x, 1))))
  },
}

/** √(x² − 1), exact near 1. */
function beside<V, M>(m: Arith<V, M>, x: V): V {
  const size = m.abs(x)
  return m.select(m.greater(size, huge), size, m.sqrt(m.mul(m.sub(x, 1), m.add(x, 1))))
}

/** ln(x + √(x² − 1)); NaN below 1. */
export const arccosh: Formula = {
  name: 'arccosh',
  floats: true,
  compute(m, x) {
    const above = m.sub(x, 1)
    const root = m.sqrt(m.add(above, above))
    const near = m.madd(m.mul(root, above), horner(m, above, arccoshNearOne), root)
    return m.select(m.less(above, 1), near, logOfSum(m, x, beside(m, x)))
  },
  derivative: (m, _k, dy, [x]) => m.div(dy, beside(m, x)),
}

/** ½ ln((1 + x) ÷ (1 − x)); NaN outside [−1, 1]. */
export const arctanh: Formula = {
  name: 'arctanh',
  floats: true,
  compute(m, x) {
    const size = m.abs(x)
    const large = m.mul(m.log(m.div(m.add(size, 1), m.sub(1, size))), 0.5)
    return m.select(m.lessEqual(size, 0.5), odd(m, x, arctanhNearZero), signed(m, large, x))
  },
  derivative: (m, _k, dy, [x]) => m.div(m.div(dy, m.sub(1, x)), m.add(x, 1)),
}
