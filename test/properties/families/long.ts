// Reductions and scans of arrays that are read in parts, with few edges.
import fc from 'fast-check'
import { generator } from '../../../src/ops/cases.ts'
import { axesWithin, type Tensor } from '../cases.ts'
import { each, family } from '../family.ts'

/**
 * Shapes about the sizes from which an axis is cut, 512 elements for a scan and 32,768 for a reduction, with few elements
 * beside it.
 */
const longShapes = fc
  .oneof(
    {
      arbitrary: fc.tuple(fc.integer({ min: 500, max: 1300 }), fc.constantFrom([], [1], [2], [3], [2, 2])),
      weight: 11,
    },
    { arbitrary: fc.tuple(fc.constantFrom(32767, 32768, 32769, 40001), fc.constantFrom([], [2])), weight: 1 },
  )
  .chain(([size, few]) => fc.nat({ max: few.length }).map((at) => [...few.slice(0, at), size, ...few.slice(at)]))

/** Values from a seed, since fast-check would take seconds for thousands: about a centre, some edges, the first ones −∞. */
function longTensor(
  shape: readonly number[],
  seed: number,
  centre: number,
  edges: readonly number[],
  masked: number,
): Tensor {
  const random = generator(seed)
  const size = shape.reduce((product, n) => product * n, 1)
  const data = Array.from({ length: size }, () => Math.fround(centre + Math.floor(random() * 4096) / 512 - 4))
  data.fill(-Infinity, 0, masked)
  for (const edge of edges) data[Math.floor(random() * size)] = edge
  return { dtype: 'float32', shape, data }
}

const edges = fc.oneof(
  fc.constant([]),
  fc.array(fc.constantFrom(NaN, Infinity, -Infinity, 100, -100), { maxLength: 3 }),
)

const tensors = fc
  .tuple(longShapes, fc.integer(), fc.constantFrom(0, 0, 50, -1000), edges, fc.constantFrom(0, 0, 0, 600, 32768))
  .map((values) => longTensor(...values))

const along = tensors.chain((x) => fc.tuple(fc.constant(x), fc.record({ axis: axesWithin(x.shape.length) })))
const alongAnyOrAll = fc.oneof(along, fc.tuple(tensors, fc.constant({})))

/** Arrays read in parts. */
export const long = family('long arrays', {
  ...each(['sum', 'mean', 'max', 'min', 'norm', 'var', 'logsumexp', 'argmax', 'argmin', 'cumsum'], alongAnyOrAll),
  ...each(['softmax', 'logSoftmax'], along),
})
