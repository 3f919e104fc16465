// New arrays.
import fc from 'fast-check'
import { nd } from '../../../src/index.ts'
import { type Arg, elements, options, shapes, tensors, types } from '../cases.ts'
import type { Call } from '../check.ts'
import { each, family } from '../family.ts'

const typed = options({ dtype: types })
const whole = fc.integer({ min: -20, max: 20 })
const value = fc.oneof(whole, elements.float32, fc.constantFrom(255, 256, 2 ** 31, 0.5)).map((number) => ({ number }))
const fraction = fc.oneof(
  whole,
  fc.integer({ min: -80, max: 80 }).map((k) => k / 8),
)

/** `create(...args, options)` with the context in its options, which come last, behind `count` arguments. */
const on =
  (name: string, count: number): Call =>
  (args, ctx) => {
    const given = Array.from({ length: count }, (_, k) => args[k])
    const more = (args[count] ?? {}) as object
    return (nd as unknown as Record<string, Call>)[name](...([...given, { ...more, ctx }] as unknown as [never, never]))
  }

/** Numbers for a type that has no fractions are whole. */
const forType = <T extends { dtype?: string }>(more: T, ...list: number[]): Arg[] => {
  const int = more.dtype === 'int32' || more.dtype === 'uint8'
  return [...list.map((x) => (int ? Math.trunc(x) : x)), more]
}

/** Creation. */
export const creation = family(
  'creation',
  {
    ...each(['zeros', 'ones', 'empty'], fc.tuple(shapes(), typed)),
    ...each(['zerosLike', 'onesLike'], fc.tuple(tensors())),
    full: fc.tuple(shapes(), value, typed),
    arange: fc
      .tuple(
        fraction,
        fraction,
        options({ step: fc.constantFrom(0, 1, 2, 3, -1, 0.5, 0.1), repeat: fc.nat({ max: 3 }), dtype: types }),
      )
      .map(([from, to, more]): Arg[] => forType(more, from, to)),
    linspace: fc
      .tuple(whole, whole, fc.nat({ max: 40 }), options({ endpoint: fc.boolean(), dtype: fc.constant('float32') }))
      .map(([from, to, count, more]): Arg[] => [from, to, count, more]),
    eye: fc.tuple(
      fc.nat({ max: 9 }),
      fc.nat({ max: 9 }),
      options({ k: fc.integer({ min: -10, max: 10 }), dtype: types }),
    ),
  },
  {
    calls: Object.fromEntries(
      Object.entries({ zeros: 1, ones: 1, empty: 1, full: 2, arange: 2, linspace: 3, eye: 2 }).map(([name, count]) => [
        name,
        on(name, count),
      ]),
    ),
  },
)
