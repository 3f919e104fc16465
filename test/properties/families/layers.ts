// Layers as functions: convolutions, pooling, fully connected products, embeddings, activations; and their gradients.
import fc from 'fast-check'
import {
  type Arg,
  elements,
  floats,
  fullShapes,
  leafOf,
  ordinary,
  type Plain,
  shapes,
  type Type,
  tensorOf,
} from '../cases.ts'
import { family } from '../family.ts'

/** A size for each axis, given as one number where it is the same along all; or left out where it is the default. */
const given = (sizes: readonly number[], usual: number, short: boolean): Plain | undefined => {
  if (short && sizes.every((n) => n === sizes[0])) return sizes[0] === usual ? undefined : sizes[0]
  return sizes
}

const perAxis = (axes: number, min: number, max: number) =>
  fc.array(fc.integer({ min, max }), { minLength: axes, maxLength: axes })

/** One case in twenty is wrong somewhere. */
const wrong = fc.integer({ min: 0, max: 19 }).map((luck) => luck === 0)

/** A window over one or two axes, with the groups, batch and channels of a convolution. */
const windows = fc.constantFrom(1, 2).chain((axes) =>
  fc.record({
    kernel: perAxis(axes, 1, 4),
    stride: perAxis(axes, 1, 3),
    dilate: perAxis(axes, 1, 3),
    pad: perAxis(axes, 0, 3),
    more: perAxis(axes, 0, 5),
    adj: perAxis(axes, 0, 2),
    numGroup: fc.constantFrom(1, 1, 2, 3),
    batch: fc.constantFrom(1, 1, 2, 3, 0),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 3 }),
    biased: fc.boolean(),
    short: fc.boolean(),
  }),
)

type Window = typeof windows extends fc.Arbitrary<infer W> ? W : never

const span = ({ kernel, dilate }: Window, axis: number) => dilate[axis] * (kernel[axis] - 1) + 1

/** What both convolutions are told; the filters' size and number sometimes, which the weight says too. */
function convolutionOptions({ kernel, stride, dilate, pad, numGroup, biased, short, filters }: Window) {
  return {
    ...(short ? {} : { kernel, numFilter: filters * numGroup, noBias: !biased }),
    stride: given(stride, 1, short),
    dilate: given(dilate, 1, short),
    pad: given(pad, 0, short),
    ...(numGroup > 1 ? { numGroup } : {}),
  }
}

/** Options without those that are undefined. */
const plain = (given: object) => JSON.parse(JSON.stringify(given)) as Plain

function convolved(allowWrong: fc.Arbitrary<boolean>): fc.Arbitrary<readonly Arg[]> {
  return fc.tuple(windows, allowWrong).chain(([window, isWrong]) => {
    const { kernel, pad, more, numGroup, batch, channels, filters, biased } = window
    const sizes = kernel.map((_, k) => Math.max(1, span(window, k) - 2 * pad[k] + more[k]))
    const data = [batch, channels * numGroup + (isWrong ? 1 : 0), ...sizes]
    const weight = [filters * numGroup, channels, ...kernel]
    const bias = biased ? leafOf([filters * numGroup]) : fc.constant(null)
    return fc.tuple(leafOf(data), leafOf(weight), bias, fc.constant(plain(convolutionOptions(window))))
  })
}

function deconvolved(allowWrong: fc.Arbitrary<boolean>): fc.Arbitrary<readonly Arg[]> {
  return fc.tuple(windows, allowWrong, fc.boolean()).chain(([drawn, isWrong, targeted]) => {
    const whole = drawn.kernel.map((_, k) => drawn.stride[k] * drawn.more[k] + span(drawn, k))
    /** So much that something is left. */
    const padded = isWrong ? drawn.pad : drawn.pad.map((n, k) => Math.min(n, Math.floor((whole[k] - 1) / 2)))
    const window = { ...drawn, pad: padded }
    const { kernel, pad, stride, adj, more, numGroup, batch, channels, filters, biased } = window
    const data = [batch, channels * numGroup, ...more.map((n) => n + 1)]
    const weight = [channels * numGroup + (isWrong ? 1 : 0), filters, ...kernel]
    const bias = biased ? leafOf([filters * numGroup]) : fc.constant(null)
    const { pad: padding, ...rest } = convolutionOptions(window)
    const added = isWrong ? adj : adj.map((n, k) => Math.min(n, stride[k] - 1))
    const target = whole.map((n, k) => Math.max(1, n - pad[k]))
    const ends = targeted ? { targetShape: target } : { pad: padding, adj: added }
    return fc.tuple(leafOf(data), leafOf(weight), bias, fc.constant(plain({ ...rest, ...ends })))
  })
}

/** Pooling over windows or the whole; a maximum of any floats, ties and NaN among them. */
function pooled(values: fc.Arbitrary<number>, allowWrong: fc.Arbitrary<boolean>): fc.Arbitrary<readonly Arg[]> {
  return fc
    .tuple(
      windows,
      allowWrong,
      fc.constantFrom('max', 'avg', 'sum'),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 0, max: 5 }),
    )
    .chain(([window, isWrong, poolType, full, countIncludePad, luck]) => {
      const { kernel, stride, pad: border, more, batch, channels, short } = window
      const pad = border.map((n, k) => Math.min(n, Math.floor(kernel[k] / 2)) + (isWrong ? 2 : 0))
      const sizes = kernel.map((n, k) => Math.max(1, n - 2 * pad[k] + more[k]))
      const shape = [batch, channels, ...sizes]
      const steps = { kernel: given(kernel, 0, short), stride: given(stride, 1, short), pad: given(pad, 0, short) }
      const rest = { poolType, ...(full ? { poolingConvention: 'full' } : {}), countIncludePad }
      const told = luck === 0 ? { globalPool: true, poolType } : { ...steps, ...rest }
      return fc.tuple(leafOf(shape, poolType === 'max' ? values : ordinary), fc.constant(plain(told)))
    })
}

function connected(values: fc.Arbitrary<number>, allowWrong: fc.Arbitrary<boolean>): fc.Arbitrary<readonly Arg[]> {
  return fc
    .tuple(shapes(1, 4), fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.boolean(), fc.boolean(), allowWrong)
    .chain(([sizes, units, flatten, biased, told, isWrong]) => {
      const shape = sizes.map((n) => Math.min(n, 9))
      const size = flatten ? shape.slice(1).reduce((product, n) => product * n, 1) : (shape.at(-1) as number)
      const weight = leafOf([units, size + (isWrong ? 1 : 0)], values)
      const bias = biased ? leafOf([units], values) : fc.constant(null)
      const more = { ...(told ? { numHidden: units, noBias: !biased } : {}), ...(flatten && told ? {} : { flatten }) }
      return fc.tuple(leafOf(shape, values), weight, bias, fc.constant(more))
    })
}

/** Rows that indices name, which may be out of range. */
function embedded(dtypes: fc.Arbitrary<Type>, allowWrong: fc.Arbitrary<boolean>): fc.Arbitrary<readonly Arg[]> {
  return fc
    .tuple(shapes(0, 3), fullShapes(2, 2), fc.boolean(), allowWrong, dtypes)
    .chain(([shape, rows, told, isWrong, dtype]) => {
      const n = shape.reduce((product, size) => product * size, 1)
      const least = dtype === 'uint8' ? 0 : -3
      const indices = fc.array(fc.integer({ min: least, max: 12 }), { minLength: n, maxLength: n, size: 'max' })
      const options = told || isWrong ? { inputDim: rows[0] + (isWrong ? 1 : 0), outputDim: rows[1] } : {}
      return fc.tuple(indices, leafOf(rows)).map(([data, weight]): Arg[] => [{ dtype, shape, data }, weight, options])
    })
}

const named = fc.record({ actType: fc.constantFrom('relu', 'sigmoid', 'tanh', 'softrelu', 'softsign') })

/** Layers as functions. */
export const layers = family('layers as functions', {
  convolution: convolved(wrong),
  deconvolution: deconvolved(wrong),
  pooling: pooled(elements.float32, wrong),
  fullyConnected: connected(elements.float32, wrong),
  embedding: embedded(fc.constantFrom('int32', 'float32', 'uint8'), wrong),
  activation: fc
    .tuple(shapes(), floats, named)
    .chain(([shape, dtype, which]) => fc.tuple(tensorOf(shape, dtype), fc.constant(which))),
})

const never = fc.constant(false)

/** Distinct values, or many that are equal: the first of them gets the gradient of a maximum. */
const ties = fc.oneof(ordinary, fc.constantFrom(0, 1, 2))

/** Gradients of layers as functions. */
export const layerGradients = family(
  'gradients of layers as functions',
  {
    convolution: convolved(never),
    deconvolution: deconvolved(never),
    pooling: pooled(ties, never),
    fullyConnected: connected(ordinary, never),
    embedding: embedded(fc.constantFrom('int32', 'uint8'), never),
    activation: shapes().chain((shape) => fc.tuple(leafOf(shape), named)),
  },
  { gradient: true },
)
