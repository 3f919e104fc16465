// averagePool on the command stream, channels last: each window's sum of row sums, divided.
import { type Body, type Expr, f32, f32x4, type Input, i32, item, type Local, select } from '../../kernel/wasm/asm.ts'
import { leastSigned as least, positive } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { WasmKernel } from '../../kernel/wasm/plan.ts'
import type { AveragePoolAttributes } from './averagePool.ts'
import type { Sized } from './window.ts'
import {
  addressOf,
  channelsLast,
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

function addTo(sums: readonly Local<'v128'>[], term: (i: number) => Expr<'v128'>): void {
  sums.forEach((sum, i) => sum.set(f32x4.add(sum, term(i))))
}

/** y = Σ of each window ÷ its divisor; an item is some rows of y, or some channels of one. */
export const averagePoolWasm: WasmKernel<AveragePoolAttributes> = {
  orders: channelsLast,
  plan([x], window, [y]) {
    const places = window.kernel[0] * window.kernel[1]
    const extra = window.countIncludePad ? 1 : 0
    const { items, sizes } = rowsOf({ to: y.shape, from: x.shape, window, places, extra })
    const args = { to: { output: 0 }, from: { input: 0 }, sizes }
    return {
      phases: [defineModule('averagePool', {}, averaging).phase('forward', items, args)],
      note: `mean of ${places} places a window`,
    }
  },
}

/** dx[pixel] = Σ dy ÷ divisor over the windows that hold it, in row-major order; an item is some rows of dx. */
export const averagePoolGradientWasm: WasmKernel<AveragePoolAttributes & Sized> = {
  orders: channelsLast,
  plan([dy], window, [dx]) {
    const { kernel, strides } = window
    const places = Math.ceil(kernel[0] / strides[0]) * Math.ceil(kernel[1] / strides[1])
    const extra = window.countIncludePad ? 1 : 0
    const { items, sizes } = rowsOf({ to: dx.shape, from: dy.shape, window, places, extra })
    const args = { to: { output: 0 }, from: { input: 0 }, sizes }
    return {
      phases: [defineModule('averagePool', {}, averaging).phase('backward', items, args)],
      note: `gather from ${places} windows a pixel`,
    }
  },
}
