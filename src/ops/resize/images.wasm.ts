// toTensor and normalize on the command stream: an item is a part of a plane of one channel.
import {
  type Body,
  type Expr,
  f32x4,
  i32,
  i32x4,
  item,
  type Local,
  type Received,
  rest,
  v128,
} from '../../kernel/wasm/asm.ts'
import { elementBytes } from '../../kernel/wasm/elements.ts'
import { least } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { WasmKernel } from '../../kernel/wasm/plan.ts'
import { type Stream, sweep } from '../../kernel/wasm/sweep.ts'
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

/** Arrays, pixels of a plane, parts of a plane. */
const planes = { y: 'address', x: 'address', pixels: 'i32', parts: 'i32' } as const

/** The plane and the pixels of this item. */
function partOf(f: Body, index: Local<'i32'>, { pixels, parts }: Received<typeof planes>): Part {
  const plane = f.let(i32.div_u(index, parts))
  const begin = f.let(i32.mul(i32.sub(index, i32.mul(plane, parts)), partPixels))
  const left = f.let(i32.sub(pixels, begin))
  return { plane, begin, count: f.let(least(left, partPixels)) }
}

type DType = 'float32' | 'int32' | 'uint8'

/** Four values divided by 255, as float32. */
const scaled = (dtype: DType, v: Expr<'v128'>): Expr<'v128'> =>
  f32x4.div(dtype === 'float32' ? v : f32x4.convert_i32x4_s(v), f32x4.const(255))

/** The value at an address, in all lanes or in one of v. */
function lane(dtype: DType, address: Expr<'i32'>, v: Expr<'v128'>, k: number): Expr<'v128'> {
  return dtype === 'uint8' ? v128.load8_lane(address, v, 4 * k) : v128.load32_lane(address, v, k)
}

function toTensor({ dtype }: { readonly dtype: DType }) {
  const size = elementBytes(dtype)
  return {
    single: item(planes, (f, { index, args }) => {
      const { begin, count } = partOf(f, index, args)
      const at = (base: Expr<'i32'>, element: DType): Stream => {
        return { pointer: f.let(i32.add(base, i32.mul(begin, elementBytes(element)))), element }
      }
      const [y, x] = [at(args.y, 'float32'), at(args.x, dtype)]
      sweep(f, count, [y, x], (load) => [[y, scaled(dtype, load(x))]])
    }),
    several: item({ ...planes, channels: 'i32' }, (f, { index, args }) => {
      const { plane, begin, count } = partOf(f, index, args)
      const [pixels, , channels] = [f.let(args.pixels), f.let(args.parts), f.let(args.channels)]
      const image = f.let(i32.div_u(plane, channels))
      const channel = i32.sub(plane, i32.mul(image, channels))
      const from = i32.add(i32.mul(i32.add(i32.mul(image, pixels), begin), channels), channel)
      const x = f.let(i32.add(args.x, i32.mul(from, size)))
      const y = f.let(i32.add(args.y, i32.shl(i32.add(i32.mul(plane, pixels), begin), 2)))
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
  }
}

/** y[n, c, p] = x[n, p, c] / 255; images of one channel are one long plane. */
export const toTensorWasm: WasmKernel<ToTensorAttributes> = {
  plan([x]) {
    const [height, width, channels] = x.shape.slice(-3)
    const images = x.shape.length === 4 ? x.shape[0] : 1
    const module = defineModule('toTensor', { dtype: x.dtype as DType }, toTensor)
    const single = channels === 1
    const pixels = height * width * (single ? images : 1)
    const parts = Math.ceil(pixels / partPixels)
    const args = { y: { output: 0 }, x: { input: 0 }, pixels, parts }
    if (single) return { phases: [module.phase('single', parts, args)] }
    return { phases: [module.phase('several', parts * images * channels, { ...args, channels })] }
  },
}

const normalized = { ...planes, channels: 'i32', numbers: rest({ mean: 'f32', deviation: 'f32' }) } as const

const normalizing = () => ({
  planes: item(normalized, (f, { index, args }) => {
    const { plane, begin, count } = partOf(f, index, args)
    const numbers = args.numbers(f.let(i32.rem_u(plane, args.channels)))
    const [mean, deviation] = [numbers.mean, numbers.deviation].map((number) => f.let(f32x4.splat(number)))
    const offset = f.let(i32.shl(i32.add(i32.mul(plane, args.pixels), begin), 2))
    const [y, x] = [args.y, args.x].map(
      (base) => ({ pointer: f.let(i32.add(base, offset)), element: 'float32' }) as const,
    )
    sweep(f, count, [y, x], (load) => [[y, f32x4.div(f32x4.sub(load(x), mean), deviation)]])
  }),
})

/** y = (x − mean_c) / deviation_c. */
export const normalizeWasm: WasmKernel<NormalizeAttributes> = {
  plan([x]) {
    const [channels, height, width] = x.shape.slice(-3)
    const pixels = height * width
    const parts = Math.ceil(pixels / partPixels)
    const images = x.shape.length === 4 ? x.shape[0] : 1
    const numbers = Array.from({ length: channels }, (_, c) => ({
      mean: { scalar: 2 * c },
      deviation: { scalar: 2 * c + 1 },
    }))
    const args = { y: { output: 0 }, x: { input: 0 }, pixels, parts, channels, numbers }
    const module = defineModule('normalize', {}, normalizing)
    return { phases: [module.phase('planes', images * channels * parts, args)] }
  },
}
