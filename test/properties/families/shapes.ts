// Reshaping: the elements under another shape.
import fc from 'fast-check'
import { type Arg, axes, narrowed, shapes, tensorOf, tensors, types } from '../cases.ts'
import { family } from '../family.ts'

const given = fc.tuple(shapes(), types)

/** Arguments behind an array, from its shape. */
const behind = (more: (shape: readonly number[]) => fc.Arbitrary<readonly Arg[]>) =>
  given.chain(([shape, dtype]) => fc.tuple(tensorOf(shape, dtype), more(shape)).map(([x, rest]): Arg[] => [x, ...rest]))

/** Codes of reshape that fit a shape, taken from its axes in front; one size may be left to infer. */
function codesOf(shape: readonly number[], luck: readonly number[]): number[] {
  const codes: number[] = []
  let open = true
  for (let at = 0, k = 0; at < shape.length; k++) {
    const [choice, part] = [luck[k % luck.length] % 7, luck[(k + 1) % luck.length]]
    const size = shape[at]
    if (choice === 1 && at + 1 < shape.length) at += codes.push(-3) && 2
    else if (choice === 2 && size > 0) {
      const factors = Array.from({ length: size }, (_, i) => i + 1).filter((n) => size % n === 0)
      const first = factors[part % factors.length]
      codes.push(-4, ...(part % 3 ? [first, size / first] : part % 2 ? [-1, size / first] : [first, -1]))
      at++
    } else if (choice === 3) at = codes.push(-2) && shape.length
    else if (choice === 4 && open && size > 0) {
      codes.push(-1)
      open = false
      at++
    } else if (choice === 5 && size > 0) codes.push(size) && at++
    else if (choice === 6) codes.push(1, 0) && at++
    else codes.push(0) && at++
  }
  return codes
}

const codes = (shape: readonly number[]) =>
  fc.oneof(
    {
      arbitrary: fc.array(fc.nat({ max: 83 }), { minLength: 1, maxLength: 7 }).map((luck) => [codesOf(shape, luck)]),
      weight: 6,
    },
    { arbitrary: fc.array(fc.integer({ min: -4, max: 6 }), { maxLength: 5 }).map((list) => [list]), weight: 1 },
  )

const orders = (shape: readonly number[]) => {
  const all = [...shape.keys()]
  const order = fc.shuffledSubarray(all, { minLength: all.length })
  const fromEnd = fc.tuple(order, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }))
  return fc.oneof(
    { arbitrary: fc.constant([]), weight: 1 },
    { arbitrary: fromEnd.map(([list, minus]) => [list.map((k, i) => (minus[i] ? k - all.length : k))]), weight: 6 },
    { arbitrary: fc.array(axes(shape.length), { maxLength: 5 }).map((list) => [list]), weight: 1 },
  )
}

const dropped = ({ length }: readonly number[]) =>
  fc.oneof(
    fc.constant([]),
    fc.tuple(axes(length)),
    fc.uniqueArray(axes(length), { maxLength: 2 }).map((list) => [list]),
  )

const wide = fc
  .tuple(shapes(), types)
  .chain(([shape, dtype]) =>
    fc
      .tuple(fc.oneof({ arbitrary: narrowed(shape), weight: 9 }, { arbitrary: shapes(), weight: 1 }))
      .chain(([from]) => tensorOf(from, dtype).map((x): Arg[] => [x, shape])),
  )

/** An array and one whose shape it gets, with as many elements or sometimes not. */
const alike = fc.tuple(shapes(), types, fc.nat({ max: 9 })).chain(([shape, dtype, luck]) => {
  const n = shape.reduce((product, size) => product * size, 1)
  return fc.tuple(
    tensorOf(shape, dtype),
    luck === 0 ? tensors() : fc.constantFrom([n], [1, n], [...shape].reverse()).chain((like) => tensorOf(like, dtype)),
  )
})

/** Axes of size 1, sometimes others, and their new sizes. */
const repeatedAxes = fc.tuple(shapes(1, 4), types, fc.integer({ min: 0, max: 4 })).chain(([shape, dtype, size]) =>
  axes(shape.length).chain((axis) => {
    const narrow = shape.map((n, k) => (k === (axis < 0 ? axis + shape.length : axis) && size !== 4 ? 1 : n))
    return tensorOf(narrow, dtype).map((x): Arg[] => [x, { axis, size }])
  }),
)

/** Shapes. */
export const shapeFunctions = family('shapes', {
  reshape: behind(codes),
  transpose: behind(orders),
  swapaxes: behind(({ length }) => fc.tuple(axes(length), axes(length))),
  expandDims: behind(({ length }) => fc.tuple(axes(length + 1))),
  squeeze: behind(dropped),
  broadcastTo: wide,
  broadcastLike: wide.chain(([x, shape]) => tensors(fc.constant(shape as number[])).map((like): Arg[] => [x, like])),
  reshapeLike: alike,
  broadcastAxis: repeatedAxes,
  flatten: fc.tuple(tensors()),
})
