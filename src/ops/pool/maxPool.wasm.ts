// maxPool on the command stream: channels last four channels a vector, the winner's position beside the winner.
import { type Body, type Expr, f32x4, i32, i32x4, item, type Local, v128 } from '../../kernel/wasm/asm.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { nowhere, type WasmKernel } from '../../kernel/wasm/plan.ts'
import { gradientOfPlanes, winnersOfPlanes } from './maxPlanes.wasm.ts'
import { gradientLayout, planeRowsOf, planeWindowOf, pooledLayout, poolOrder } from './planeLayout.ts'
import type { PoolWindow, Sized } from './window.ts'
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
  type Pixel,
  rowSizes,
  rowsOf,
  type Sizes,
  storeFloats,
  zeros,
} from './windowRows.ts'
import { masks, meeting, type Positions, positionBytes, storeWinners, type Winners, watchNaN } from './winner.wasm.ts'

/** The rectangle of a window that lies in the image, and the steps between its elements in bytes and positions. */
interface Window {
  readonly counts: readonly [Local<'i32'>, Local<'i32'>]
  readonly steps: readonly [row: Local<'i32'>, pixel: Local<'i32'>]
  /** Position of the first pixel, and what is added after a row. */
  readonly position: Local<'i32'>
  readonly skip: Local<'i32'>
}

/** The arrays whose rows the items own and read, y and x or dx and dy; positions in the windows, if there are any. */
const pooled = { to: 'address', from: 'address', argmax: 'address', sizes: rowSizes } as const

const forward = ({ positions }: { readonly positions: Positions }) => ({
  rows: item(pooled, (f, { index, args }) =>
    eachPixel(f, index, args.sizes, (pixel, sizes) => {
      const { window, first } = placed(f, pixel, sizes)
      const y = f.let(addressOf(args.to, pixel.element, 4))
      const x = f.let(addressOf(args.from, first, 4))
      const argmax = f.let(positions ? addressOf(args.argmax, pixel.element, positions) : i32.const(0))
      const pointers = [[y, 4], [x, 4], ...(positions ? [[argmax, positions] as const] : [])] as const
      eachBlock(f, pixel.channels, pointers, (block) =>
        storeWinners(f, block, { y, argmax, positions }, winners(f, block, x, window, positions)),
      )
    }),
  ),
})

/** Where the window of an output lies, and the index of its first element. */
function placed(f: Body, { image, y, x, firstChannel }: Pixel, s: Sizes): { window: Window; first: Expr<'i32'> } {
  const top = f.let(i32.sub(i32.mul(y, s.strideY), s.paddingY))
  const left = f.let(i32.sub(i32.mul(x, s.strideX), s.paddingX))
  const rows = overlap(f, top, s.kernelHeight, s.fromHeight)
  const columns = overlap(f, left, s.kernelWidth, s.fromWidth)
  const row = i32.add(i32.mul(image, s.fromHeight), rows.first)
  const pixel = i32.add(i32.mul(row, s.fromWidth), columns.first)
  const step = f.let(i32.shl(s.channels, 2))
  const window: Window = {
    counts: [rows.count, columns.count],
    steps: [f.let(i32.mul(s.fromWidth, step)), step],
    position: f.let(i32.add(i32.mul(i32.sub(rows.first, top), s.kernelWidth), i32.sub(columns.first, left))),
    skip: f.let(i32.sub(s.kernelWidth, columns.count)),
  }
  return { window, first: i32.add(i32.mul(pixel, s.channels), firstChannel) }
}

/** The winners without regard to NaN; where one was met, once more with NaN above all numbers. */
function winners(f: Body, block: Block, x: Local<'i32'>, window: Window, positions: Positions): Winners {
  const values = locals(f, block, zeros)
  const held = positions ? locals(f, block, zeros) : []
  const { seen, met } = watchNaN(f)
  const search = (mayBeNaN: boolean) => {
    const meet = meeting(f, { values, positions: held }, mayBeNaN)
    const position = f.let(i32x4.splat(window.position))
    for (const value of values) value.set(f32x4.const(-Infinity))
    for (const place of held) place.set(position)
    const visit = ([at]: readonly Local<'i32'>[]) =>
      values.forEach((_, i) => {
        const value = f.let(loadFloats(block, at, i))
        if (!mayBeNaN) seen(value)
        meet(i, value, position)
      })
    const after = {
      pixel: () => position.set(i32x4.add(position, i32x4.const(1))),
      row: () => position.set(i32x4.add(position, i32x4.splat(window.skip))),
    }
    eachPlace(f, window.counts, [x], [window.steps], visit, positions ? after : {})
  }
  search(false)
  f.if(met, () => search(true))
  return { values, positions: held }
}

/** y = max of each window; an item is some rows of y. */
export const maxPoolWasm: WasmKernel<PoolWindow> = {
  orders([x], window, outputs) {
    const order = poolOrder(x.order, x.shape, outputs[0].shape, window)
    return { inputs: [order], outputs: outputs.map(() => order) }
  },
  plan([x], window, [y, argmax]) {
    const positions = argmax ? positionBytes(argmax.dtype) : 0
    const places = window.kernel[0] * window.kernel[1]
    const rows = { to: y.shape, from: x.shape, window, places }
    const arrays = { to: { output: 0 }, from: { input: 0 }, argmax: argmax ? { output: 1 } : nowhere }
    const note = `max-pool ${places} places a window`
    if (poolOrder(x.order, x.shape, y.shape, window) === 'plain') {
      const layout = pooledLayout(x.shape, y.shape, window, positions ? 2 : 1)
      const { items, sizes } = planeRowsOf(rows, layout)
      const module = defineModule(
        'maxPlanes',
        { positions, window: planeWindowOf(window, { image: x.shape, pooled: y.shape }) },
        winnersOfPlanes,
      )
      const phases = [module.phase('forward', items, { ...arrays, sizes })]
      return { scratch: layout.scratch, phases, note: `${note}, by rows` }
    }
    const { items, sizes } = rowsOf(rows)
    const module = defineModule('maxPool', { positions } as const, forward)
    return { phases: [module.phase('rows', items, { ...arrays, sizes })], note }
  },
}

const backward = ({ positions }: { readonly positions: 1 | 4 }) => ({
  rows: item(pooled, (f, { index, args }) =>
    eachPixel(f, index, args.sizes, ({ image, y, x, element, firstChannel, channels }, s) => {
      const [padY, padX] = [f.let(i32.add(y, s.paddingY)), f.let(i32.add(x, s.paddingX))]
      const rows = holders(f, padY, s.kernelHeight, s.strideY, s.fromHeight)
      const columns = holders(f, padX, s.kernelWidth, s.strideX, s.fromWidth)
      const window = i32.add(i32.mul(i32.add(i32.mul(image, s.fromHeight), rows.first), s.fromWidth), columns.first)
      const first = f.let(i32.add(i32.mul(window, s.channels), firstChannel))
      const dx = f.let(addressOf(args.to, element, 4))
      const dy = f.let(addressOf(args.from, first, 4))
      const argmax = f.let(addressOf(args.argmax, first, positions))
      const step = (bytes: 1 | 4) => {
        const pixel = f.let(bytes === 1 ? s.channels : i32.shl(s.channels, 2))
        return [f.let(i32.mul(s.fromWidth, pixel)), pixel] as const
      }
      const steps = [step(4), step(positions)]
      const down = i32.sub(padY, i32.mul(rows.first, s.strideY))
      const across = i32.sub(padX, i32.mul(columns.first, s.strideX))
      const place = f.let(i32.add(i32.mul(down, s.kernelWidth), across))
      const back = f.let(i32.sub(i32.mul(columns.count, s.strideX), i32.mul(s.strideY, s.kernelWidth)))
      eachBlock(
        f,
        channels,
        [
          [dx, 4],
          [dy, 4],
          [argmax, positions],
        ],
        (block) => {
          const sums = locals(f, block, zeros)
          const position = f.let(place)
          const visit = ([from, held]: readonly Local<'i32'>[]) =>
            masks(f, block, held, position, positions).forEach((mask, i) =>
              sums[i].set(f32x4.add(sums[i], v128.and(loadFloats(block, from, i), mask))),
            )
          const after = { pixel: () => position.set(i32.sub(position, s.strideX)), row: () => position.bump(back) }
          eachPlace(f, [rows.count, columns.count], [dy, argmax], steps, visit, after)
          storeFloats(f, block, dx, sums)
        },
      )
    }),
  ),
})

/** dx[pixel] = Σ dy over the windows that hold it and chose it, in row-major order; an item is some rows of dx. */
export const maxPoolGradientWasm: WasmKernel<PoolWindow & Sized> = {
  orders([dy, argmax], window, [dx]) {
    const order = poolOrder(argmax.order, dx.shape, dy.shape, window)
    return { inputs: [order, order], outputs: [order] }
  },
  plan([dy, argmax], window, [dx]) {
    const { kernel, strides } = window
    const places = Math.ceil(kernel[0] / strides[0]) * Math.ceil(kernel[1] / strides[1])
    const positions = positionBytes(argmax.dtype)
    const rows = { to: dx.shape, from: dy.shape, window, places }
    const arrays = { to: { output: 0 }, from: { input: 0 }, argmax: { input: 1 } }
    const note = `gather from ${places} windows a pixel`
    if (poolOrder(argmax.order, dx.shape, dy.shape, window) === 'plain') {
      const layout = gradientLayout(dx.shape, dy.shape, window, positions)
      const { items, sizes } = planeRowsOf(rows, layout)
      const module = defineModule(
        'maxPlanesGradient',
        { positions, window: planeWindowOf(window, { image: dx.shape, pooled: dy.shape }) },
        gradientOfPlanes,
      )
      const phases = [module.phase('backward', items, { ...arrays, sizes })]
      return { scratch: layout.scratch, phases, note: `${note}, by rows` }
    }
    const { items, sizes } = rowsOf(rows)
    const module = defineModule('maxPoolGradient', { positions } as const, backward)
    return { phases: [module.phase('rows', items, { ...arrays, sizes })], note }
  },
}
