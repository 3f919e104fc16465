// averagePool on the command stream, images in either order: each window's sum of row sums, divided.
import { type Body, type Expr, f32, f32x4, type Input, i32, item, type Local, select } from '../../kernel/wasm/asm.ts'
import { leastSigned as least, positive } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { nowhere, type WasmKernel } from '../../kernel/wasm/plan.ts'
import type { ReductionAttributes } from '../../kinds/reduction/attributes.ts'
import { reductionWasm } from '../../kinds/reduction/reduction.wasm.ts'
import { tracedReduction } from '../../kinds/reduction/traced.ts'
import { means } from '../reduce/reduce.ts'
import type { AveragePoolAttributes } from './averagePool.ts'
import {
  gradientLayout,
  type PlaneWindow,
  planeRowsOf,
  planes,
  planeWindowOf,
  pooledLayout,
  poolOrder,
} from './planeLayout.ts'
import { type KeptRows, type PlaneArguments, type PlaneSizes, poolPlanes } from './planes.wasm.ts'
import { unpoolPlanes } from './planesGradient.wasm.ts'
import type { Sized } from './window.ts'
import {
  addressOf,
  type Block,
  eachBlock,
  eachPixel,
  eachPlace,
  holders,
  loadFloats,
  locals,
  overlap,
  rowSizes,
  rowsOf,
  type Sizes,
  storeFloats,
  zeros,
} from './windowRows.ts'

type I32 = Local<'i32'>

/** The pixels along one axis that the divisor counts: with padding, not beyond it, or those in the image. */
function extent(f: Body, begin: I32, kernel: I32, size: I32, padding: I32, countPadding: I32): I32 {
  const end = f.let(i32.add(begin, kernel))
  const padded = f.let(i32.sub(least(end, f.let(i32.add(size, padding))), begin))
  const { count } = overlap(f, begin, kernel, size)
  return f.let(select(countPadding, positive(padded), count))
}

/** A divisor in every lane. */
function divisor(f: Body, height: I32, width: I32): Local<'v128'> {
  return f.let(f32x4.splat(f32.convert_i32_s(i32.mul(height, width))))
}

/** The arrays whose rows the items own and read, y and x or dx and dy, and the sizes. */
const pooled = { to: 'address', from: 'address', sizes: rowSizes } as const

type Arguments = Input<typeof pooled>

/** Where a pixel's channels are written and where its window begins; steps from row to row and from pixel to pixel. */
function pointers(f: Body, args: Arguments['args'], element: I32, window: Expr<'i32'>, firstChannel: I32, s: Sizes) {
  const to = f.let(addressOf(args.to, element, 4))
  const from = f.let(addressOf(args.from, i32.add(i32.mul(window, s.channels), firstChannel), 4))
  const step = f.let(i32.shl(s.channels, 2))
  return { to, from, steps: [f.let(i32.mul(s.fromWidth, step)), step] as const }
}

function forward(f: Body, { index, args }: Arguments): void {
  eachPixel(f, index, args.sizes, ({ image, y, x, element, firstChannel, channels }, s) => {
    const top = f.let(i32.sub(i32.mul(y, s.strideY), s.paddingY))
    const left = f.let(i32.sub(i32.mul(x, s.strideX), s.paddingX))
    const rows = overlap(f, top, s.kernelHeight, s.fromHeight)
    const columns = overlap(f, left, s.kernelWidth, s.fromWidth)
    const height = extent(f, top, s.kernelHeight, s.fromHeight, s.paddingY, s.extra)
    const width = extent(f, left, s.kernelWidth, s.fromWidth, s.paddingX, s.extra)
    const by = divisor(f, height, width)
    const row = i32.add(i32.mul(image, s.fromHeight), rows.first)
    const pixel = i32.add(i32.mul(row, s.fromWidth), columns.first)
    const { to, from, steps } = pointers(f, args, element, pixel, firstChannel, s)
    const moving = [
      [to, 4],
      [from, 4],
    ] as const
    eachBlock(f, channels, moving, (block) => {
      const sums = locals(f, block, zeros)
      const rowSums = locals(f, block, zeros)
      const visit = ([at]: readonly I32[]) => addTo(rowSums, (i) => loadFloats(block, at, i))
      const endRow = () => {
        addTo(sums, (i) => rowSums[i])
        for (const sum of rowSums) sum.set(zeros)
      }
      eachPlace(f, [rows.count, columns.count], [from], [steps], visit, { row: endRow })
      const means = sums.map((sum) => f.let(f32x4.div(sum, by)))
      storeFloats(f, block, to, means)
    })
  })
}

function backward(f: Body, { index, args }: Arguments): void {
  eachPixel(f, index, args.sizes, ({ image, y, x, element, firstChannel, channels }, s) => {
    const rows = holders(f, i32.add(y, s.paddingY), s.kernelHeight, s.strideY, s.fromHeight)
    const columns = holders(f, i32.add(x, s.paddingX), s.kernelWidth, s.strideX, s.fromWidth)
    const window = i32.add(i32.mul(i32.add(i32.mul(image, s.fromHeight), rows.first), s.fromWidth), columns.first)
    const { to, from, steps } = pointers(f, args, element, window, firstChannel, s)
    const moving = [
      [to, 4],
      [from, 4],
    ] as const
    eachBlock(f, channels, moving, (block) => {
      const sums = locals(f, block, zeros)
      const begin = (at: { first: I32 }, stride: I32, padding: I32) =>
        f.let(i32.sub(i32.mul(at.first, stride), padding))
      const top = begin(rows, s.strideY, s.paddingY)
      const left = begin(columns, s.strideX, s.paddingX)
      const visit = ([at]: readonly I32[]) => {
        const height = extent(f, top, s.kernelHeight, s.toHeight, s.paddingY, s.extra)
        const width = extent(f, left, s.kernelWidth, s.toWidth, s.paddingX, s.extra)
        const by = divisor(f, height, width)
        addTo(sums, (i) => f32x4.div(loadFloats(block, at, i), by))
      }
      const after = {
        pixel: () => left.bump(s.strideX),
        row: () => {
          left.set(begin(columns, s.strideX, s.paddingX))
          top.bump(s.strideY)
        },
      }
      eachPlace(f, [rows.count, columns.count], [from], [steps], visit, after)
      storeFloats(f, block, to, sums)
    })
  })
}

const averaging = () => ({ forward: item(pooled, forward), backward: item(pooled, backward) })

/** Writes how many of a window's columns the divisor counts, as a float. */
function widthTo(f: Body, at: I32, left: I32, width: I32, s: PlaneSizes): void {
  f.store(at, f32.convert_i32_s(extent(f, left, s.kernelWidth, width, s.paddingX, s.extra)))
}

/** How many rows the divisor counts, in every lane. */
function heightOf(f: Body, top: I32, height: I32, s: PlaneSizes): Local<'v128'> {
  return f.let(f32x4.splat(f32.convert_i32_s(extent(f, top, s.kernelHeight, height, s.paddingY, s.extra))))
}

/** Four divisors of a row: products of integers that a float holds. */
const divisors = (block: Block, height: Local<'v128'>, widths: I32, vector: number) =>
  f32x4.mul(height, loadFloats(block, widths, vector))

function forwardPlanes(f: Body, input: PlaneArguments, window: PlaneWindow): void {
  const added = (terms: readonly Expr<'v128'>[]) => f.let(terms.reduce((sum, term) => f32x4.add(sum, term)))
  poolPlanes(f, input, {
    window,
    padding: zeros,
    column: (at, left, s) => widthTo(f, at, left, s.fromWidth, s),
    across(block, { columns, kept }) {
      const sums = locals(f, block, zeros)
      sums.forEach((sum, i) => sum.set(added(columns(i))))
      storeFloats(f, block, kept, sums)
    },
    down({ element, top }, s) {
      const to = f.let(addressOf(input.args.to, element, 4))
      const height = heightOf(f, top, s.fromHeight, s)
      const join = (block: Block, { rows, table: widths }: KeptRows) => {
        const means = locals(f, block, zeros)
        means.forEach((mean, i) => {
          const sum = added([zeros, ...rows.map((row) => loadFloats(block, row, i))])
          mean.set(f32x4.div(sum, divisors(block, height, widths, i)))
        })
        storeFloats(f, block, to, means)
      }
      return { pointers: [[to, 4]], join }
    },
  })
}

function backwardPlanes(f: Body, input: PlaneArguments, window: PlaneWindow): void {
  unpoolPlanes(f, input, {
    window,
    column: (at, left, s) => widthTo(f, at, left, s.toWidth, s),
    keep({ y, element, kept, before, table }, s) {
      const height = heightOf(f, f.let(i32.sub(i32.mul(y, s.strideY), s.paddingY)), s.toHeight, s)
      const dy = f.let(addressOf(input.args.from, element, 4))
      const [to, widths] = [f.let(i32.add(kept, before * 4)), f.let(table)]
      const moving = [dy, to, widths].map((pointer) => [pointer, 4] as const)
      eachBlock(f, s.fromWidth, moving, (block) => {
        const parts = locals(f, block, zeros)
        parts.forEach((part, i) => part.set(f32x4.div(loadFloats(block, dy, i), divisors(block, height, widths, i))))
        storeFloats(f, block, to, parts)
      })
    },
    sum(block, windows) {
      const sums = locals(f, block, zeros)
      for (const { kept, first } of windows) {
        const at = f.let(addressOf(kept, first, 4))
        addTo(sums, (i) => loadFloats(block, at, i))
      }
      return sums
    },
  })
}

const averagingPlanes = (window: PlaneWindow) => ({
  forward: item(planes, (f, input) => forwardPlanes(f, input, window)),
  backward: item(planes, (f, input) => backwardPlanes(f, input, window)),
})

function addTo(sums: readonly Local<'v128'>[], term: (i: number) => Expr<'v128'>): void {
  sums.forEach((sum, i) => sum.set(f32x4.add(sum, term(i))))
}

/** Whether there is one window, on the whole of each image. */
const isWhole = ([, , height, width]: readonly number[], { kernel, padding }: AveragePoolAttributes) =>
  kernel[0] === height && kernel[1] === width && padding[0] === 0 && padding[1] === 0

/** The means of images as a reduction. */
const meanOfImages = (): ReductionAttributes => ({
  reduction: tracedReduction(means, ['float']),
  ...{ numbers: [], axes: [2, 3], keepDims: true, dtypes: ['float32'] },
})

/** y = Σ of each window ÷ its divisor; an item is some rows of y, or some channels of one. */
export const averagePoolWasm: WasmKernel<AveragePoolAttributes> = {
  orders([x], window, [y]) {
    const whole = x.order === 'plain' && isWhole(x.shape, window)
    const order = whole ? 'plain' : poolOrder(x.order, x.shape, y.shape, window)
    return { inputs: [order], outputs: [order] }
  },
  plan([x], window, [y], rung, strict) {
    if (x.order === 'plain' && isWhole(x.shape, window))
      return reductionWasm.plan([x], meanOfImages(), [y], rung, strict)
    const places = window.kernel[0] * window.kernel[1]
    const rows = { to: y.shape, from: x.shape, window, places, extra: window.countIncludePad ? 1 : 0 }
    const arrays = { to: { output: 0 }, from: { input: 0 } }
    const note = `mean of ${places} places a window`
    if (poolOrder(x.order, x.shape, y.shape, window) === 'plain') {
      const layout = pooledLayout(x.shape, y.shape, window)
      const { items, sizes } = planeRowsOf(rows, layout)
      const module = defineModule(
        'averagePlanes',
        planeWindowOf(window, { image: x.shape, pooled: y.shape }),
        averagingPlanes,
      )
      const phases = [module.phase('forward', items, { ...arrays, argmax: nowhere, sizes })]
      return { scratch: layout.scratch, phases, note: `${note}, by rows` }
    }
    const { items, sizes } = rowsOf(rows)
    return { phases: [defineModule('averagePool', {}, averaging).phase('forward', items, { ...arrays, sizes })], note }
  },
}

/** dx[pixel] = Σ dy ÷ divisor over the windows that hold it, in row-major order; an item is some rows of dx. */
export const averagePoolGradientWasm: WasmKernel<AveragePoolAttributes & Sized> = {
  orders([dy], window, [dx]) {
    const order = poolOrder(dy.order, dx.shape, dy.shape, window)
    return { inputs: [order], outputs: [order] }
  },
  plan([dy], window, [dx]) {
    const { kernel, strides } = window
    const places = Math.ceil(kernel[0] / strides[0]) * Math.ceil(kernel[1] / strides[1])
    const rows = { to: dx.shape, from: dy.shape, window, places, extra: window.countIncludePad ? 1 : 0 }
    const arrays = { to: { output: 0 }, from: { input: 0 } }
    const note = `gather from ${places} windows a pixel`
    if (poolOrder(dy.order, dx.shape, dy.shape, window) === 'plain') {
      const layout = gradientLayout(dx.shape, dy.shape, window)
      const { items, sizes } = planeRowsOf(rows, layout)
      const module = defineModule(
        'averagePlanes',
        planeWindowOf(window, { image: dx.shape, pooled: dy.shape }),
        averagingPlanes,
      )
      const phases = [module.phase('backward', items, { ...arrays, argmax: nowhere, sizes })]
      return { scratch: layout.scratch, phases, note: `${note}, by rows` }
    }
    const { items, sizes } = rowsOf(rows)
    return { phases: [defineModule('averagePool', {}, averaging).phase('backward', items, { ...arrays, sizes })], note }
  },
}
