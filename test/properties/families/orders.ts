// Elements in the order of their values, at indices along several axes, of sequences, and in other arrangements.
import fc from 'fast-check'
import { type NDArray, nd } from '../../../src/index.ts'
import {
  type Arg,
  axes,
  elements,
  fullShapes,
  leafOf,
  options,
  ordinary,
  type Plain,
  shapes,
  type Tensor,
  tensorOf,
  types,
} from '../cases.ts'
import { family } from '../family.ts'

/** Makes arrays of a shape: of any type, or of floats whose gradient is asked for. */
type Make = (shape: readonly number[]) => fc.Arbitrary<Tensor>

const any: Make = (shape) => types.chain((dtype) => tensorOf(shape, dtype))
const leaf: Make = (shape) => leafOf(shape, ordinary)

const product = (shape: readonly number[]) => shape.reduce((size, n) => size * n, 1)

/** An array and what follows it, from its shape. */
const behind = (
  make: Make,
  of: fc.Arbitrary<number[]>,
  more: (shape: readonly number[]) => fc.Arbitrary<readonly Arg[]>,
) => of.chain((shape) => fc.tuple(make(shape), more(shape)).map(([x, rest]): Arg[] => [x, ...rest]))

const axisOrAll = (dimensions: number): fc.Arbitrary<Plain> =>
  fc.oneof({ arbitrary: axes(dimensions), weight: 4 }, { arbitrary: fc.constant(null), weight: 1 })

const sorted = (make: Make, of = shapes(1, 4)) =>
  behind(make, of, ({ length }) => fc.tuple(options({ axis: axisOrAll(length), isAscend: fc.boolean() })))

const topkOf = (make: Make, kinds: readonly string[], of: fc.Arbitrary<number[]>) =>
  behind(make, of, (shape) => {
    const inside = fc.integer({ min: -shape.length, max: shape.length - 1 })
    return fc.tuple(inside, fc.nat({ max: 9 })).chain(([axis, luck]) => {
      const count = shape.at(axis) as number
      const k = fc.integer({ min: 0, max: count + (luck === 0 ? 1 : 0) })
      const rest = options({ isAscend: fc.boolean(), dtype: fc.constantFrom('float32', 'int32') })
      return fc.tuple(k, fc.constantFrom(...kinds), rest).map(([k, retTyp, more]) => [{ axis, k, retTyp, ...more }])
    })
  })

/** Orders. */
export const orders = family('orders', {
  sort: sorted(any, shapes(0, 4)),
  argsort: behind(any, shapes(0, 4), ({ length }) => {
    const dtype = fc.constantFrom('float32', 'int32', 'uint8')
    return fc.tuple(options({ axis: axisOrAll(length), isAscend: fc.boolean(), dtype }))
  }),
  topk: topkOf(any, ['value', 'indices', 'mask', 'both'], shapes(1, 4)),
})

const integers = (shape: readonly number[], values: fc.Arbitrary<number>, dtype: 'int32' | 'float32' = 'int32') => {
  const n = product(shape)
  return fc.array(values, { minLength: n, maxLength: n, size: 'max' }).map((data): Tensor => ({ dtype, shape, data }))
}

const place = fc.integer({ min: -2, max: 6 })
const anyPlace = fc.oneof(
  { arbitrary: place, weight: 6 },
  { arbitrary: fc.constantFrom(0.9, 2.5, NaN, 1e9, -1e9), weight: 1 },
)

/** Indices of the first axes of a shape. */
const indicesOf = (shape: readonly number[], exact: boolean) =>
  fc
    .tuple(fc.integer({ min: 1, max: Math.max(1, shape.length) }), shapes(0, 2), fc.boolean())
    .chain(([count, rest, floats]) => {
      const of = [count, ...rest.map((n) => Math.min(n, 9))]
      return exact || !floats ? integers(of, place) : integers(of, anyPlace, 'float32')
    })

const gathered = (make: Make, exact = false) =>
  behind(make, fullShapes(1, 4), (shape) => indicesOf(shape, exact).map((indices) => [indices]))

const scattered = (make: Make) =>
  fullShapes(1, 3).chain((shape) =>
    indicesOf(shape, true).chain((indices) => {
      const [count, ...rest] = indices.shape
      return make([...rest, ...shape.slice(count)]).map((data): Arg[] => [data, indices, [...shape]])
    }),
  )

const taken = (make: Make) =>
  behind(make, fullShapes(2, 2), ([rows]) => integers([rows], place).map((indices) => [indices]))

const numbered = fullShapes(1, 3).chain((shape) => {
  const values = fc.nat({ max: product(shape) - 1 })
  return fc.tuple(shapes(0, 3), fc.constantFrom('int32', 'float32' as const)).chain(([of, dtype]) => {
    return integers(of, values, dtype).map((data): Arg[] => [data, { shape }])
  })
})

const named = fullShapes(1, 3).chain((shape) => {
  const list = fc.tuple(...shape.map((n) => fc.nat({ max: n - 1 })))
  const columns = fc.array(list, { minLength: 0, maxLength: 9 })
  return fc.tuple(columns, fc.constantFrom('int32', 'float32' as const)).map(([points, dtype]): Arg[] => {
    const data = shape.flatMap((_, axis) => points.map((point) => point[axis]))
    return [{ dtype, shape: [shape.length, points.length], data }, { shape }]
  })
})

/** Indices along several axes. */
export const places = family('places', {
  gatherNd: gathered(any),
  scatterNd: scattered((shape) => leafOf(shape, elements.float32)),
  batchTake: taken(any),
  unravelIndex: numbered,
  ravelMultiIndex: named,
})

const length = fc.integer({ min: -1, max: 7 })

/** Sequences, their lengths, and which axis is time. */
const sequencesOf = (make: Make, exact = false, more: { readonly value?: fc.Arbitrary<number> } = {}) =>
  fc.tuple(shapes(2, 4), fc.constantFrom<0 | 1>(0, 1)).chain(([shape, axis]) => {
    const of = [shape[1 - axis]]
    const lengths = exact ? integers(of, length) : fc.oneof(integers(of, length), integers(of, anyPlace, 'float32'))
    const given = exact ? lengths : fc.option(lengths, { freq: 5 })
    return fc
      .tuple(make(shape), given, options({ ...(exact ? {} : { useSequenceLength: fc.constant(true) }), ...more }))
      .map(([x, n, rest]): Arg[] => [x, n, { axis, ...rest }])
  })

const fullLeaf: Make = (shape) => leaf(shape.map((n) => n || 1))
const fill = fc.constantFrom(0, 7, -1, 2.5, -1e6)

/** Sequences. */
export const sequences = family('sequences', {
  sequenceMask: sequencesOf(any, false, { value: fill }),
  sequenceReverse: sequencesOf(any),
  sequenceLast: sequencesOf(any),
})

const near = fc.integer({ min: -4, max: 4 })
const diagonals = (make: Make) =>
  behind(make, shapes(1, 4), ({ length }) => {
    return fc.tuple(length < 2 ? options({ k: near }) : options({ k: near, axis1: axes(length), axis2: axes(length) }))
  })

const deep = (make: Make) =>
  fc
    .tuple(
      shapes(4, 4).map((shape) => shape.map((n) => Math.min(n, 3))),
      fc.integer({ min: 1, max: 2 }),
      fc.nat({ max: 9 }),
    )
    .chain(([[n, c, h, w], block, luck]) =>
      make([n, c * block * block + (luck === 0 ? 1 : 0), h, w]).map((x): Arg[] => [x, block]),
    )

const broad = (make: Make) =>
  fc
    .tuple(
      shapes(4, 4).map((shape) => shape.map((n) => Math.min(n, 3))),
      fc.integer({ min: 1, max: 3 }),
      fc.nat({ max: 9 }),
    )
    .chain(([[n, c, h, w], block, luck]) =>
      make([n, c, h * block, w * block + (luck === 0 ? 1 : 0)]).map((x): Arg[] => [x, block]),
    )

const movedAxes = (make: Make) =>
  behind(make, shapes(1, 5), ({ length }) => {
    const one = fc.tuple(axes(length), axes(length))
    const all = [...Array(length).keys()]
    const several = fc.integer({ min: 1, max: length }).chain((count) => {
      const some = fc.shuffledSubarray(all, { minLength: count, maxLength: count })
      return fc.tuple(some, some)
    })
    return fc.oneof<fc.Arbitrary<readonly Arg[]>[]>(one, several)
  })

const cutAlike = (make: Make, exact = false) =>
  behind(make, shapes(1, 4), (shape) => {
    const other = fc.tuple(...shape.map((n) => fc.nat({ max: n }))).chain((sizes) => {
      return exact ? integers(sizes, fc.constant(0)) : tensorOf(sizes, 'uint8')
    })
    return fc.tuple(other, options({ axes: fc.uniqueArray(axes(shape.length), { maxLength: 3 }) }))
  })

const parts = (make: Make) =>
  behind(make, shapes(1, 3), (shape) => {
    return fc.integer({ min: -shape.length, max: shape.length - 1 }).chain((axis) => {
      const n = shape.at(axis) as number
      const whole = fc.constantFrom(...[1, 2, 3, n].filter((count) => count > 0 && n % count === 0))
      const cuts = fc.array(fc.integer({ min: 0, max: n }), { maxLength: 3 }).map((list) => list.sort((a, b) => a - b))
      const fromEnd = cuts.map((list) => list.map((cut, i) => (i === list.length - 1 && cut < n ? cut - n : cut)))
      return fc.tuple(
        fc.oneof<fc.Arbitrary<Plain>[]>(whole, cuts, fromEnd),
        fc.constant({ axis, ...(n === 1 && { squeezeAxis: true }) }),
      )
    })
  })

const joined = (make: Make) =>
  shapes(1, 3).chain((shape) => {
    const many = fc.integer({ min: 1, max: 3 })
    return fc.tuple(many, axes(shape.length), types).chain(([count, axis, dtype]) => {
      const one = make === any ? tensorOf(shape, dtype) : make(shape)
      return fc.tuple(...Array.from({ length: count }, () => one)).map((list): Arg[] => [...list, { axis }])
    })
  })

const concatenate = (args: readonly unknown[]) =>
  nd.concatenate(args.slice(0, -1) as NDArray[], args.at(-1) as { axis: number })

/** Arrangements. */
export const arrangements = family(
  'arrangements',
  {
    diag: diagonals(any),
    depthToSpace: deep(any),
    spaceToDepth: broad(any),
    moveaxis: movedAxes(any),
    sliceLike: cutAlike(any),
    splitV2: parts(any),
    concatenate: joined(any),
    shapeArray: fc.tuple(shapes(1, 4).chain(any)),
    sizeArray: fc.tuple(shapes(0, 4).chain(any)),
  },
  { calls: { concatenate } },
)

/** Gradients of all of them. */
export const orderGradients = family(
  'gradients of orders and places',
  {
    sort: behind(leaf, fullShapes(1, 4), ({ length }) => {
      return fc.tuple(options({ axis: fc.integer({ min: -length, max: length - 1 }), isAscend: fc.boolean() }))
    }),
    topk: topkOf(leaf, ['value'], fullShapes(1, 4)).filter(([x, given]) => {
      const { axis, k } = given as { readonly axis: number; readonly k: number }
      return k <= ((x as Tensor).shape.at(axis) as number)
    }),
    gatherNd: gathered(leaf, true),
    scatterNd: scattered(leaf),
    batchTake: taken(leaf),
    sequenceMask: sequencesOf(leaf, true, { value: fill }),
    sequenceReverse: sequencesOf(leaf, true),
    sequenceLast: sequencesOf(fullLeaf, true).filter(
      ([x, n]) => (n as Tensor).shape[0] > 0 && product((x as Tensor).shape) > 0,
    ),
    moveaxis: behind(leaf, shapes(1, 5), ({ length }) => {
      const inside = fc.integer({ min: -length, max: length - 1 })
      return fc.tuple(inside, inside)
    }),
    diag: behind(leaf, shapes(1, 3), ({ length }) =>
      fc.tuple(
        length === 1 ? options({ k: near }) : options({ k: near, axis1: fc.constant(-1), axis2: fc.constant(0) }),
      ),
    ),
  },
  { gradient: true },
)
