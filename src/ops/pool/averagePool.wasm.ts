// averagePool on the command stream, images in either order: each window's sum of row sums, divided.
import { type Body, type Expr, f32, f32x4, type Input, i32, item, type Local } from '../../kernel/wasm/asm.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { nowhere, type WasmKernel } from '../../kernel/wasm/plan.ts'
import type { ReductionAttributes } from '../../kinds/reduction/attributes.ts'
import { reductionWasm } from '../../kinds/reduction/reduction.wasm.ts'
import { tracedReduction } from '../../kinds/reduction/traced.ts'
import { means } from '../reduce/reduce.ts'
import { averagingPlanes } from './averagePlanes.wasm.ts'
import type { AveragePoolAttributes } from './averagePool.ts'
import { areTiles, gradientLayout, planeRowsOf, planeWindowOf, pooledLayout, poolOrder } from './planeLayout.ts'
import type { Sized } from './window.ts'
import {
  addressOf,
  addTo,
  eachBlock,
  eachPixel,
  eachPlace,
  extent,
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
      const shapes = { image: x.shape, pooled: y.shape }
      const layout = pooledLayout(x.shape, y.shape, window)
      const { items, sizes } = planeRowsOf(rows, layout)
      const planeWindow = planeWindowOf(window, shapes)
      const entry = areTiles(planeWindow, window, shapes) ? 'tiles' : 'forward'
      const module = defineModule('averagePlanes', planeWindow, averagingPlanes)
      const phases = [module.phase(entry, items, { ...arrays, argmax: nowhere, sizes })]
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
