// toTensor and normalize on the command stream: an item is a part of a plane of one channel.
import {
  type Body,
  type Expr,
  f32,
  f32x4,
  type ItemInput,
  i32,
  i32x4,
  item,
  type Local,
  select,
  v128,
} from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import { type Stream, sweep } from '../../kernel/sweep.ts'
import type { NormalizeAttributes } from './normalize.ts'
import type { ToTensorAttributes } from './toTensor.ts'

/** Pixels of an item. */
const partPixels = 16384

interface Part {
  readonly plane: Local<'i32'>
  /** First pixel. */
  readonly begin: Local<'i32'>
  readonly count: Local<'i32'>
}

/** The plane and the pixels of this item; args from `word` on: pixels of a plane, parts of a plane. */
function partOf(f: Body, { index, arg }: ItemInput, word: number): Part {
  const plane = f.let(i32.div_u(index, arg.i32(word + 1)))
  const begin = f.let(i32.mul(i32.sub(index, i32.mul(plane, arg.i32(word + 1))), partPixels))
  const left = f.let(i32.sub(arg.i32(word), begin))
  return { plane, begin, count: f.let(select(i32.lt_u(left, partPixels), left, i32.const(partPixels))) }
}

type DType = PlannedArray['dtype']

/** Four values divided by 255, as float32. */
const scaled = (dtype: DType, v: Expr<'v128'>): Expr<'v128'> =>
  f32x4.div(dtype === 'float32' ? v : f32x4.convert_i32x4_s(v), f32x4.const(255))

/** The value at an address, in all lanes or in one of v. */
function lane(dtype: DType, address: Expr<'i32'>, v: Expr<'v128'>, k: number): Expr<'v128'> {
  return dtype === 'uint8' ? v128.load8_lane(address, v, 4 * k) : v128.load32_lane(address, v, k)
}

const tensorModule = (dtype: DType) =>
  defineModule(`toTensor ${dtype}`, () => {
    const size = dtype === 'uint8' ? 1 : 4
    return [
      // args: y, x, pixels of a plane, parts of a plane
      item('single', (f, input) => {
        const { begin, count } = partOf(f, input, 2)
        const at = (k: number, bytes: 1 | 4): Stream => {
          return { pointer: f.let(i32.add(input.arg.i32(k), i32.mul(begin, bytes))), bytes }
        }
        const [y, x] = [at(0, 4), at(1, size)]
        sweep(f, count, [y, x], (load) => [[y, scaled(dtype, load(x))]])
      }),
      // args: y, x, pixels of a plane, parts of a plane, channels
      item('several', (f, input) => {
        const { plane, begin, count } = partOf(f, input, 2)
        const [pixels, , channels] = [2, 3, 4].map((k) => f.let(input.arg.i32(k)))
        const image = f.let(i32.div_u(plane, channels))
        const channel = i32.sub(plane, i32.mul(image, channels))
        const from = i32.add(i32.mul(i32.add(i32.mul(image, pixels), begin), channels), channel)
        const x = f.let(i32.add(input.arg.i32(1), i32.mul(from, size)))
        const y = f.let(i32.add(input.arg.i32(0), i32.shl(i32.add(i32.mul(plane, pixels), begin), 2)))
        const pixel = f.let(i32.mul(channels, size))
        const gather = (lanes: number) => {
          const v = f.local('v128', i32x4.const(0))
          for (let k = 0; k < lanes; k++) {
            v.set(lane(dtype, x, v, k))
            x.bump(pixel)
          }
          return scaled(dtype, v)
        }
        f.times(i32.shr_u(count, 2), () => f.store(y, gather(4)), [[y, 16]])
        f.times(i32.and(count, 3), () => f.storeLane(32, y, gather(1), 0), [[y, 4]])
      }),
    ]
  })

/** y[n, c, p] = x[n, p, c] / 255; images of one channel are one long plane. */
export const toTensorWasm: WasmKernel<ToTensorAttributes> = {
  plan([x]) {
    const [height, width, channels] = x.shape.slice(-3)
    const images = x.shape.length === 4 ? x.shape[0] : 1
    const module = tensorModule(x.dtype)
    const single = channels === 1
    const pixels = height * width * (single ? images : 1)
    const parts = Math.ceil(pixels / partPixels)
    const items = parts * (single ? 1 : images * channels)
    const args = [{ output: 0 }, { input: 0 }, pixels, parts, ...(single ? [] : [channels])]
    return { phases: [{ module, entry: single ? 'single' : 'several', items, args }] }
  },
}

const normalizeModule = defineModule('normalize', () => [
  // args: y, x, pixels of a plane, parts of a plane, channels, mean and deviation of each channel
  item('normalize', (f, input) => {
    const { plane, begin, count } = partOf(f, input, 2)
    const numbers = f.let(i32.add(input.args, i32.shl(i32.rem_u(plane, input.arg.i32(4)), 3)))
    const [mean, deviation] = [20, 24].map((at) => f.let(f32x4.splat(f32.load(numbers, at))))
    const offset = f.let(i32.shl(i32.add(i32.mul(plane, input.arg.i32(2)), begin), 2))
    const [y, x] = [0, 1].map((k) => ({ pointer: f.let(i32.add(input.arg.i32(k), offset)), bytes: 4 }) as const)
    sweep(f, count, [y, x], (load) => [[y, f32x4.div(f32x4.sub(load(x), mean), deviation)]])
  }),
])

/** y = (x − mean_c) / deviation_c. */
export const normalizeWasm: WasmKernel<NormalizeAttributes> = {
  plan([x]) {
    const [channels, height, width] = x.shape.slice(-3)
    const pixels = height * width
    const parts = Math.ceil(pixels / partPixels)
    const planes = channels * (x.shape.length === 4 ? x.shape[0] : 1)
    const numbers = Array.from({ length: 2 * channels }, (_, scalar) => ({ scalar }))
    const args = [{ output: 0 }, { input: 0 }, pixels, parts, channels, ...numbers]
    return { phases: [{ module: normalizeModule, entry: 'normalize', items: planes * parts, args }] }
  },
}
