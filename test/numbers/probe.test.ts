// The dots agree with those that golden/probe.py prints for the same arrays.
import { expect, it } from 'vitest'
import { distance, dots, norm } from './probe.ts'

// `dots(np.arange(1, 101))` in Python.
const printed = [
  -56, -438, 228, -24, 942, 320, 1206, 724, 512, 502, -460, 770, -194, -648, 928, -396, 254, -356, -530, 434, 1094, 290,
  392, 734, 212, 328, -328, 142, -228, 1128, 364, -56, -546, -12, -594, -280, -28, 1002, -1160, 640, 218, -108, 342,
  -1062, -792, 1344, -532, 408, 1004, 384, -144, 988, -134, -10, 228, -606, -500, -604, 1244, 392, -86, 740, 442, -6,
]
const hundred = Float64Array.from({ length: 100 }, (_, i) => i + 1)

it('gives the dots and the norm of 1, 2, … 100', () => {
  expect([...dots(hundred)]).toEqual(printed)
  expect(norm(hundred)).toBeCloseTo(581.6786054171153, 10)
})

it('gives the dots of an array longer than 2¹⁶', () => {
  const sums = dots(Float64Array.from({ length: 70_000 }, (_, i) => (i % 7) - 3))
  expect([...sums.slice(0, 4), ...sums.slice(-4)]).toEqual([256, -162, -220, -40, -878, -496, 300, 244])
  expect(sums.reduce((sum, dot) => sum + dot * dot, 0)).toBe(16_172_980)
})

it('estimates a distance within a few standard errors', () => {
  const golden = { norm: norm(hundred), dots: printed }
  expect(distance(hundred, golden)).toBe(0)
  for (const step of [1e-9, 1e-3, 1]) {
    const moved = hundred.map((value, i) => value + step * Math.sin(i * i))
    const exact = norm(moved.map((value, i) => value - hundred[i])) / golden.norm
    expect(Math.abs(distance(moved, golden) / exact - 1)).toBeLessThan(0.3)
  }
})
