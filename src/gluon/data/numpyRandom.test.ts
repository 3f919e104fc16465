// NumPy's shuffling order against NumPy itself.
import { describe, expect, test } from 'vitest'
import { NumpyRandom } from './numpyRandom.ts'

// Made with NumPy 1.24.2:
//   for s in (0, 1, 42, 4294967295):
//     r = numpy.random.RandomState(s)
//     print(r.permutation(10), r.permutation(100)[:8], r.permutation(60000)[:8],
//           r.permutation(1), r.permutation(2), r.get_state()[2])
const golden = [
  {
    seed: 0,
    ten: [2, 8, 4, 9, 1, 6, 7, 3, 0, 5],
    hundred: [84, 10, 75, 2, 24, 21, 44, 7],
    many: [39701, 21773, 19297, 37995, 31228, 5910, 34772, 57223],
    two: [1, 0],
    position: 582,
  },
  {
    seed: 1,
    ten: [2, 9, 6, 4, 0, 3, 1, 7, 8, 5],
    hundred: [91, 44, 56, 82, 69, 64, 99, 58],
    many: [40038, 59701, 18839, 38123, 12727, 56073, 47966, 557],
    two: [0, 1],
    position: 376,
  },
  {
    seed: 42,
    ten: [8, 1, 5, 0, 7, 2, 9, 4, 3, 6],
    hundred: [76, 10, 4, 99, 70, 66, 30, 45],
    many: [37681, 16266, 53192, 16123, 18110, 27887, 3120, 48295],
    two: [1, 0],
    position: 3,
  },
  {
    seed: 4294967295,
    ten: [6, 9, 5, 1, 8, 0, 7, 4, 2, 3],
    hundred: [81, 69, 30, 68, 6, 94, 72, 28],
    many: [8301, 31903, 41106, 44846, 2563, 21541, 30734, 10734],
    two: [0, 1],
    position: 390,
  },
]

describe('NumpyRandom', () => {
  test.each(golden)(
    'permutations from seed $seed are those of NumPy',
    ({ seed, ten, hundred, many, two, position }) => {
      const random = new NumpyRandom(seed)
      expect([...random.shuffleIndices(10)]).toEqual(ten)
      expect([...random.shuffleIndices(100).slice(0, 8)]).toEqual(hundred)
      expect([...random.shuffleIndices(60000).slice(0, 8)]).toEqual(many)
      expect([...random.shuffleIndices(1)]).toEqual([0])
      expect([...random.shuffleIndices(2)]).toEqual(two)
      expect(random.state()[624]).toBe(position)
    },
  )

  test('words from the seed of the authors, as numpy.random.RandomState(5489).randint(0, 2**32, 5, numpy.uint32)', () => {
    const random = new NumpyRandom(5489)
    const words = Array.from({ length: 5 }, () => random.nextUint32())
    expect(words).toEqual([3499211612, 581869302, 3890346734, 3586334585, 545404204])
  })

  test('a restored generator goes on as the first one did', () => {
    const random = new NumpyRandom(3)
    random.shuffleIndices(1000)
    const state = random.state()
    const next = random.shuffleIndices(1000)
    const other = new NumpyRandom(0)
    other.restore(state)
    expect(other.shuffleIndices(1000)).toEqual(next)
    expect(new NumpyRandom(3).shuffleIndices(1000)).not.toEqual(next)
  })

  test('no indices, wrong seeds and wrong states', () => {
    expect(new NumpyRandom(0).shuffleIndices(0)).toHaveLength(0)
    expect(() => new NumpyRandom(-1)).toThrow('[seed] cannot seed by -1: expected an integer from 0 to 4294967295')
    expect(() => new NumpyRandom(0.5)).toThrow('[seed] cannot seed by 0.5')
    expect(() => new NumpyRandom(0).restore(new Int32Array(624))).toThrow('got 624 values, expected 625 integers')
    const damaged = Array.from(new NumpyRandom(0).state(), (word, i) => (i === 3 ? null : word))
    expect(() => new NumpyRandom(0).restore(damaged as never)).toThrow('got 625 values, expected 625 integers')
    expect(() => new NumpyRandom(0).restore(null as never)).toThrow('got 0 values, expected 625 integers')
  })

  test('its state survives JSON', () => {
    const generator = new NumpyRandom(7)
    generator.shuffleIndices(5)
    const other = new NumpyRandom(0)
    other.restore(JSON.parse(JSON.stringify(generator.state())))
    expect(other.state()).toEqual(generator.state())
    expect(other.shuffleIndices(9)).toEqual(generator.shuffleIndices(9))
  })
})

test('uniform numbers and integers are those of NumPy', () => {
  // numpy.random.RandomState(7): uniform(size=3), uniform(-2, 5), randint(3, 11, size=4)
  const generator = new NumpyRandom(7)
  const uniform = [generator.uniform(), generator.uniform(), generator.uniform(), generator.uniform(-2, 5)]
  expect(uniform).toEqual([0.07630828937395717, 0.7799187922401146, 0.4384092314408935, 3.0642562448165886])
  expect(Array.from({ length: 4 }, () => generator.integer(3, 10))).toEqual([7, 4, 9, 10])
})

test('normal numbers have their moments', () => {
  const generator = new NumpyRandom(1)
  const values = Array.from({ length: 20_000 }, () => generator.normal(3))
  const moment = (power: number) => values.reduce((sum, value) => sum + (value / 3) ** power, 0) / values.length
  for (const [power, right, spread] of [
    [1, 0, 1],
    [2, 1, Math.sqrt(2)],
    [4, 3, Math.sqrt(96)],
  ])
    expect(Math.abs(moment(power) - right)).toBeLessThan((4 * spread) / Math.sqrt(values.length))
})
