// maxPool on the command stream, channels last: four channels a vector, the winner's position beside the winner.
import type { DType } from '../../core/dtype.ts'
import { type Body, type Expr, f32x4, i8x16, i16x8, i32, i32x4, item, type Local, v128 } from '../../kernel/wasm/asm.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { nowhere, type WasmKernel } from '../../kernel/wasm/plan.ts'
import type { PoolWindow, Sized } from './window.ts'
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
  type Pixel,
  rowSizes,
  rowsOf,
  type Sizes,
  storeFloats,
  zeros,
} from './windowRows.ts'

/** How positions are stored: not at all, as bytes, or as int32. */
type Positions = 0 | 1 | 4

const positionBytes = (dtype: DType): 1 | 4 => (dtype === 'uint8' ? 1 : 4)

type Block = 16 | 4 | 1

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
        store(f, block, { y, argmax, positions }, winners(f, block, x, window, positions)),
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

/** Winners of a block: values and positions. */
interface Winners {
  readonly values: readonly Local<'v128'>[]
  readonly positions: readonly Local<'v128'>[]
}

/** A value against the best so far: lanes of ones where it wins, and the larger of the two. */
interface Comparison {
  readonly wins: Expr<'v128'>
  readonly larger: Expr<'v128'>
}

/** The winners without regard to NaN; where one was met, once more with NaN above all numbers. */
function winners(f: Body, block: Block, x: Local<'i32'>, window: Window, positions: Positions): Winners {
  const values = locals(f, block, f32x4.const(0))
  const held = locals(f, block, i32x4.const(0))
  const numbers = f.let(i32x4.const(-1))
  const search = (compare: (value: Local<'v128'>, best: Local<'v128'>) => Comparison) => {
    const position = f.let(i32x4.splat(window.position))
    for (const value of values) value.set(f32x4.const(-Infinity))
    for (const place of held) place.set(position)
    const visit = ([at]: readonly Local<'i32'>[]) =>
      values.forEach((best, i) => {
        const { wins, larger } = compare(f.let(loadFloats(block, at, i)), best)
        if (positions) held[i].set(v128.bitselect(position, held[i], wins))
        best.set(larger)
      })
    const after = {
      pixel: () => position.set(i32x4.add(position, i32x4.const(1))),
      row: () => position.set(i32x4.add(position, i32x4.splat(window.skip))),
    }
    eachPlace(f, window.counts, [x], [window.steps], visit, positions ? after : {})
  }
  search((value, best) => {
    numbers.set(v128.and(numbers, f32x4.eq(value, value)))
    return { wins: f32x4.gt(value, best), larger: f32x4.pmax(best, value) }
  })
  const isNaN = (value: Local<'v128'>) => f32x4.ne(value, value)
  f.if(i32.eqz(i32x4.all_true(numbers)), () =>
    search((value, best) => {
      const wins = f.let(v128.or(f32x4.gt(value, best), v128.andnot(isNaN(value), isNaN(best))))
      return { wins, larger: v128.bitselect(value, best, wins) }
    }),
  )
  return { values, positions: held }
}

function store(
  f: Body,
  block: Block,
  to: { readonly y: Local<'i32'>; readonly argmax: Local<'i32'>; readonly positions: Positions },
  { values, positions }: Winners,
): void {
  storeFloats(f, block, to.y, values)
  if (to.positions === 4) storeFloats(f, block, to.argmax, positions)
  if (to.positions !== 1) return
  const words = (i: number) =>
    i16x8.narrow_i32x4_u(positions[i % positions.length], positions[(i + 1) % positions.length])
  const bytes = f.let(i8x16.narrow_i16x8_u(words(0), words(2)))
  if (block === 16) f.store(to.argmax, bytes)
  else f.storeLane(block === 4 ? 32 : 8, to.argmax, bytes, 0)
}

/** y = max of each window; an item is some rows of y. */
export const maxPoolWasm: WasmKernel<PoolWindow> = {
  orders: channelsLast,
  plan([x], window, [y, argmax]) {
    const positions = argmax ? positionBytes(argmax.dtype) : 0
    const places = window.kernel[0] * window.kernel[1]
    const { items, sizes } = rowsOf({ to: y.shape, from: x.shape, window, places })
    const args = { to: { output: 0 }, from: { input: 0 }, argmax: argmax ? { output: 1 } : nowhere, sizes }
    const module = defineModule('maxPool', { positions } as const, forward)
    return { phases: [module.phase('rows', items, args)], note: `max-pool ${places} places a window` }
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

/** Lanes of ones where the positions at an address are the one sought. */
function masks(f: Body, block: Block, at: Local<'i32'>, sought: Local<'i32'>, positions: 1 | 4): Expr<'v128'>[] {
  const words = f.let(i32x4.splat(sought))
  if (positions === 4) return locals(f, block, zeros).map((_, i) => i32x4.eq(loadFloats(block, at, i), words))
  if (block === 1) return [i32x4.eq(i32x4.splat(i32.load8_u(at)), words)]
  const bytes = block === 16 ? v128.load(at) : v128.load32_zero(at)
  const equal = f.let(i8x16.eq(bytes, i8x16.splat(sought)))
  const low = f.let(i16x8.extend_low_i8x16_s(equal))
  if (block === 4) return [i32x4.extend_low_i16x8_s(low)]
  const high = f.let(i16x8.extend_high_i8x16_s(equal))
  return [low, high].flatMap((half) => [i32x4.extend_low_i16x8_s(half), i32x4.extend_high_i16x8_s(half)])
}

/** dx[pixel] = Σ dy over the windows that hold it and chose it, in row-major order; an item is some rows of dx. */
export const maxPoolGradientWasm: WasmKernel<PoolWindow & Sized> = {
  orders: channelsLast,
  plan([dy, argmax], window, [dx]) {
    const { kernel, strides } = window
    const places = Math.ceil(kernel[0] / strides[0]) * Math.ceil(kernel[1] / strides[1])
    const { items, sizes } = rowsOf({ to: dx.shape, from: dy.shape, window, places })
    const args = { to: { output: 0 }, from: { input: 0 }, argmax: { input: 1 }, sizes }
    const module = defineModule('maxPoolGradient', { positions: positionBytes(argmax.dtype) } as const, backward)
    return { phases: [module.phase('rows', items, args)], note: `gather from ${places} windows a pixel` }
  },
}
