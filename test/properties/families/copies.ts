// Elements in another order, or several times.
import fc from 'fast-check'
import { type NDArray, nd } from '../../../src/index.ts'
import { type Arg, axes, axesWithin, numbers, type Plain, shapes, tensorOf, types } from '../cases.ts'
import { family } from '../family.ts'

/** Arguments behind an array, from its shape. */
const behind = (more: (shape: readonly number[]) => fc.Arbitrary<readonly Arg[]>) =>
  fc
    .tuple(shapes(0, 4), types)
    .chain(([shape, dtype]) => fc.tuple(tensorOf(shape, dtype), more(shape)).map(([x, rest]): Arg[] => [x, ...rest]))

/** One axis or several, each once. */
export const someAxes = ({ length }: readonly number[]): fc.Arbitrary<Plain> => {
  const several = fc.shuffledSubarray([...Array(length).keys()]).chain((list) => {
    const fromEnd = fc.array(fc.boolean(), { minLength: list.length, maxLength: list.length })
    return fromEnd.map((minus) => list.map((axis, i) => (minus[i] ? axis - length : axis)))
  })
  return length === 0 ? several : fc.oneof(axesWithin(length), several)
}

/** A mode and the widths of borders that it can make. */
export const borders = (shape: readonly number[]): fc.Arbitrary<readonly [mode: string, widths: readonly number[]]> =>
  fc.constantFrom('constant', 'edge', 'reflect').chain((mode) => {
    const most = (n: number) => (mode === 'constant' ? 3 : n === 0 ? 0 : mode === 'edge' ? 3 : Math.min(3, n - 1))
    return fc.tuple(
      fc.constant(mode),
      fc.tuple(...shape.flatMap((n) => [most(n), most(n)]).map((max) => fc.nat({ max }))),
    )
  })

const anyWidths = fc.tuple(
  fc.constantFrom('constant', 'edge', 'reflect'),
  fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 8 }),
)

/** How often along some axes, or along one. */
export const reps = (min = 0): fc.Arbitrary<Plain> =>
  fc.oneof(fc.integer({ min, max: 3 }), fc.array(fc.integer({ min, max: 3 }), { maxLength: 4 }))

/** Copies and orders. */
export const copies = family(
  'copies',
  {
    flip: behind((shape) => {
      const any = fc.oneof(axes(shape.length), fc.array(axes(shape.length), { maxLength: 3 }))
      return fc.tuple(fc.oneof({ arbitrary: someAxes(shape), weight: 9 }, { arbitrary: any, weight: 1 }))
    }),
    pad: behind((shape) =>
      fc
        .tuple(
          fc.oneof({ arbitrary: borders(shape), weight: 9 }, { arbitrary: anyWidths, weight: 1 }),
          fc.oneof({ arbitrary: fc.constant(null), weight: 1 }, { arbitrary: numbers, weight: 2 }),
        )
        .map(([border, fill]) => [...border, fill]),
    ),
    roll: behind((shape) =>
      fc
        .tuple(fc.integer({ min: -7, max: 7 }), fc.oneof(fc.constant(null), axes(shape.length)))
        .map(([shift, axis]) => [shift, axis === null ? {} : { axis }]),
    ),
    tile: behind(() => fc.tuple(fc.oneof({ arbitrary: reps(), weight: 9 }, { arbitrary: reps(-1), weight: 1 }))),
    repeat: behind(({ length }) =>
      fc.tuple(
        fc.oneof({ arbitrary: fc.nat({ max: 3 }), weight: 9 }, { arbitrary: fc.constant(-1), weight: 1 }),
        fc.oneof(
          fc.constant({}),
          axes(length).map((axis) => ({ axis })),
        ),
      ),
    ),
  },
  {
    calls: {
      pad: ([x, mode, widths, fill]) => {
        const options = fill === null ? {} : { constantValue: fill as number }
        return nd.pad(x as NDArray, mode as 'edge', widths as number[], options)
      },
    },
  },
)
