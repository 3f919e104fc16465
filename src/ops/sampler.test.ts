// MXNet's sampler against what MXNet printed, to the printed digits.
import { describe, expect, test } from 'vitest'
import { engineWords } from './mt19937.ts'
import { dropoutMask, normal, randint, seedEngines, sharesOf, stateWords, uniform } from './sampler.ts'

function seeded(seed = 0): Int32Array {
  const state = new Int32Array(stateWords)
  seedEngines(state, seed)
  return state
}

function drawUniform(state: Int32Array, size: number, low = 0, high = 1): Float32Array {
  const out = new Float32Array(size)
  uniform(state, out, low, high)
  return out
}

function drawNormal(state: Int32Array, size: number, mean = 0, deviation = 1): Float32Array {
  const out = new Float32Array(size)
  normal(state, out, mean, deviation)
  return out
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1)

/** Xavier as its definition says: uniform within √(3 / mean of fans), whose fans count the kernel's area. */
function drawXavier(state: Int32Array, shape: readonly number[]): Float32Array {
  const area = sizeOf(shape.slice(2))
  const scale = Math.sqrt(3 / (((shape[0] + shape[1]) * area) / 2))
  return drawUniform(state, sizeOf(shape), -scale, scale)
}

/** Numbers as NumPy prints float32: the shortest digits that name them, or eight decimals in an array of smaller ones. */
function expectPrinted(values: ArrayLike<number>, printed: readonly number[]): void {
  expect(values.length).toBe(printed.length)
  printed.forEach((value, i) => {
    const same = values[i] === Math.fround(value) || Math.abs(values[i] - value) <= 0.5e-8
    expect(same, `${values[i]} prints as ${value}`).toBe(true)
  })
}

const ninShapes: readonly (readonly number[])[] = [
  [96, 1, 11, 11],
  [96, 96, 1, 1],
  [96, 96, 1, 1],
  [256, 96, 5, 5],
  [256, 256, 1, 1],
  [256, 256, 1, 1],
  [384, 256, 3, 3],
  [384, 384, 1, 1],
  [384, 384, 1, 1],
  [10, 384, 3, 3],
  [10, 10, 1, 1],
  [10, 10, 1, 1],
]

describe('published values, seed 0', () => {
  test('uniform', () => {
    expectPrinted(drawUniform(seeded(), 4), [0.5488135, 0.5928446, 0.71518934, 0.84426576])
  })

  test('normal', () => {
    expectPrinted(drawNormal(seeded(), 4), [2.2122061, 0.7740038, 1.0434405, 1.1839255])
  })

  test('two dense layers: uniform, normal, then Xavier', () => {
    const state = seeded()
    drawUniform(state, 2 * 20)
    const first = drawUniform(state, 256 * 20, -0.07, 0.07)
    expectPrinted(first.slice(0, 3), [0.06700657, -0.00369488, 0.0418822])
    expectPrinted(first.slice(17, 20), [-0.05517294, -0.01194733, -0.00369594])
    expectPrinted(first.slice(255 * 20, 255 * 20 + 3), [0.00297424, -0.0281784, -0.06881659])
    expectPrinted(first.slice(-1), [0.05696651])
    drawUniform(state, 10 * 256, -0.07, 0.07)
    const second = drawNormal(state, 256 * 20, 0, 0.01)
    expectPrinted(second.slice(0, 4), [0.01074176, 0.00066428, 0.00848699, -0.0080038])
    drawNormal(state, 10 * 256, 0, 0.01)
    const third = drawXavier(state, [256, 20])
    expectPrinted(third.slice(0, 4), [0.00512482, -0.06579044, -0.10849719, -0.09586414])
  })

  test('normal within one unit of the last place of 25 more, which vary with the C library', () => {
    const printed = [
      2.2122064, 0.7740038, 1.0434405, 1.1839255, 1.8917114, -1.2347414, -1.771029, -0.45138445, 0.57938355, -1.856082,
      -1.9768796, -0.20801921, 0.2444218, -0.03716067, -0.48774993, -0.02261727, 0.57461417, 1.4661262, 0.6862904,
      0.35496104, 1.0731696, 0.12017461, -0.9711102, -0.77569664, -0.7882176,
    ]
    drawNormal(seeded(), 25).forEach((value, i) => {
      const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 23)
      expect(Math.abs(value - Math.fround(printed[i]))).toBeLessThanOrEqual(unit)
    })
  })

  test("NiN's weights, drawn by Xavier in the order of the layers", () => {
    const state = seeded()
    const weights = ninShapes.map((shape) => drawXavier(state, shape))
    expectPrinted(weights[0].slice(0, 4), [0.00220733, 0.0041984, 0.00973078, 0.01556757])
    expectPrinted([weights[0][64]], [-0.00375224])
    expectPrinted(weights[1].slice(0, 2), [-0.0155032, -0.10021459])
    expectPrinted(weights[11].slice(0, 2), [0.42177033, -0.43817514])
  })

  test("NiN's weights after an input, first weights, and Xavier over them", () => {
    const state = seeded()
    drawUniform(state, 224 * 224)
    for (const shape of ninShapes) drawUniform(state, sizeOf(shape), -0.07, 0.07)
    const weights = ninShapes.map((shape) => drawXavier(state, shape))
    expectPrinted(weights[0].slice(0, 4), [-0.02149845, -0.00617331, 0.00605884, -0.01540209])
    expectPrinted(weights[11].slice(0, 2), [-0.54170334, 0.5062269])
  })
})

describe('the engines', () => {
  test('engine j of seed s is the Mersenne Twister of seed 127 s + j, modulo 2³²', () => {
    const one = seeded(1)
    const zero = seeded(0)
    expect(one.slice(0, engineWords)).toEqual(zero.slice(127 * engineWords, 128 * engineWords))
    expect(one[5 * engineWords]).toBe(132)
    expect(seeded(2 ** 31 + 3)[0]).toBe((127 * (2 ** 31 + 3)) | 0)
  })

  test('64 elements an engine until all 1024 are taken', () => {
    expect(sharesOf(0)).toEqual({ engines: 0, step: 0 })
    expect(sharesOf(64)).toEqual({ engines: 1, step: 64 })
    expect(sharesOf(65)).toEqual({ engines: 2, step: 33 })
    expect(sharesOf(65536)).toEqual({ engines: 1024, step: 64 })
    expect(sharesOf(65537)).toEqual({ engines: 1024, step: 65 })
  })

  test('a second call goes on where the first stopped', () => {
    const state = seeded()
    const first = drawUniform(state, 65)
    const second = drawUniform(state, 65)
    expect(second).not.toEqual(first)
    // Both calls give the engines 33 and 32 elements: engine 0 alone makes the first 33 of each.
    const alone = drawUniform(seeded(), 64)
    expect(first.slice(0, 33)).toEqual(alone.slice(0, 33))
    expect(second.slice(0, 31)).toEqual(alone.slice(33, 64))
  })

  test('nothing to draw leaves the state', () => {
    const state = seeded()
    drawUniform(state, 0)
    expect(state).toEqual(seeded())
  })
})

describe('randint', () => {
  test('two words an element, the first shifted by 31 bits', () => {
    const out = new Int32Array(3)
    randint(seeded(), out, -10, 10)
    // Seed 0 begins 2357136044 2546248239 3071714933 3626093760 2588848963 3684848379.
    const pairs: readonly (readonly [bigint, bigint])[] = [
      [2357136044n, 2546248239n],
      [3071714933n, 3626093760n],
      [2588848963n, 3684848379n],
    ]
    expect([...out]).toEqual(pairs.map(([a, b]) => -10 + Number((a * 2n ** 31n + b) % 20n)))
  })

  test('stays in the range and fills it evenly', () => {
    const out = new Int32Array(70_000)
    randint(seeded(5), out, 3, 10)
    const counts = new Array<number>(10).fill(0)
    for (const value of out) counts[value]++
    expect(counts.slice(0, 3)).toEqual([0, 0, 0])
    // 10,000 each; five standard deviations are 463.
    for (const count of counts.slice(3)) expect(Math.abs(count - 10_000)).toBeLessThan(463)
    randint(seeded(), out, -(2 ** 31), 2 ** 31 - 1)
    expect(Math.min(...out.slice(0, 1000))).toBeLessThan(-(2 ** 30))
  })
})

describe('moments and masks', () => {
  test('uniform and normal have their means and deviations', () => {
    const n = 200_000
    const moments = (values: Float32Array) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / n
      return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) }
    }
    const flat = moments(drawUniform(seeded(9), n, -2, 4))
    expect(Math.abs(flat.mean - 1)).toBeLessThan(5 * Math.sqrt(3 / n))
    expect(Math.abs(flat.deviation - Math.sqrt(3))).toBeLessThan(0.01)
    const bell = moments(drawNormal(seeded(9), n, -1, 2))
    expect(Math.abs(bell.mean + 1)).toBeLessThan((5 * 2) / Math.sqrt(n))
    expect(Math.abs(bell.deviation - 2)).toBeLessThan((5 * 2) / Math.sqrt(2 * n))
  })

  test('dropout keeps where the uniform number is at most 1 − rate', () => {
    const mask = new Uint8Array(1000)
    dropoutMask(seeded(), mask, 0.3)
    const numbers = drawUniform(seeded(), 1000)
    expect([...mask]).toEqual(Array.from(numbers, (u) => Number(u <= Math.fround(0.7))))
    dropoutMask(seeded(), mask, 0)
    expect(mask.every((kept) => kept === 1)).toBe(true)
    dropoutMask(seeded(), mask, 1)
    expect(mask.every((kept) => kept === 0)).toBe(true)
  })
})
