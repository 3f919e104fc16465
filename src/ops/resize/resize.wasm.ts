// resize on the command stream: a table of places and weights, then bands of rows, each source row blended once.

import { bytesOf } from '../../core/dtype.ts'
import {
  addresses,
  type Body,
  type Expr,
  f32,
  f32x4,
  f64,
  i32,
  i32x4,
  integers,
  item,
  type Local,
  select,
} from '../../kernel/wasm/asm.ts'
import { copyBytes } from '../../kernel/wasm/copyBytes.ts'
import { elementBytes } from '../../kernel/wasm/elements.ts'
import { least, leastSigned, positive } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { Plan, PlannedArray, WasmKernel } from '../../kernel/wasm/plan.ts'
import { type Stream, sweep } from '../../kernel/wasm/sweep.ts'
import type { ResizeAttributes } from './resize.ts'

type DType = 'uint8' | 'float32'

/** Bytes of an entry: the places of two neighbours, and their weights. */
const entryBytes = 16

/** Elements of the result that an item makes, about. */
const bandElements = 16384

/** Weights of bytes have 11 bits. */
const one = 2048

/** Sizes of the source and the result, and bytes from one element of the source to the next. */
const axisSizes = integers('source', 'result', 'step')

type Axis = Readonly<Record<keyof typeof axisSizes, Local<'i32'>>>

/** Writes the entries of an axis: neighbours by `step`, beyond the ends as the axis wants it. */
function axis(f: Body, dtype: DType, table: Local<'i32'>, sizes: Axis, columns: boolean): void {
  const { source, result, step } = sizes
  const wide = (n: Expr<'i32'>) => f64.convert_i32_u(n)
  const scale = f.let(f64.div(1, f64.div(wide(result), wide(source))))
  const last = f.let(i32.sub(source, 1))
  const clamped = (i: Expr<'i32'>) => {
    const low = f.let(positive(i))
    return f.let(leastSigned(low, last))
  }
  f.range(0, result, (d) => {
    const place = f.let(f32.demote_f64(f64.sub(f64.mul(f64.add(wide(d), 0.5), scale), 0.5)))
    const floor = f.let(f32.floor(place))
    const first = f.let(i32.trunc_sat_f32_s(floor))
    const fraction = f.let(f32.sub(place, floor))
    if (columns) {
      // along a row the fraction is dropped where a neighbour would lie outside
      const outside = i32.or(i32.lt_s(first, 0), i32.ge_s(first, last))
      fraction.set(select(outside, f32.const(0), fraction))
    }
    const low = clamped(first)
    const high = columns ? clamped(i32.add(low, 1)) : clamped(i32.add(first, 1))
    f.store(table, i32.mul(low, step), 0)
    f.store(table, i32.mul(high, step), 4)
    ;[f32.sub(1, fraction), fraction].forEach((weight, k) => {
      const stored = dtype === 'float32' ? weight : i32.trunc_sat_f32_s(f32.nearest(f32.mul(weight, one)))
      f.store(table, stored, 8 + 4 * k)
    })
    table.bump(entryBytes)
  })
}

/** One source row with its columns blended: r = p[i]·a0 + p[i+1]·a1, of bytes without the last 4 bits. */
function blendRow(
  f: Body,
  dtype: DType,
  row: Expr<'i32'>,
  to: Expr<'i32'>,
  columns: Expr<'i32'>,
  width: Local<'i32'>,
  channels: Local<'i32'> | 1,
): void {
  const entry = f.let(columns)
  const out = f.let(to)
  const size = elementBytes(dtype)
  const left = f.local('i32')
  const right = f.local('i32')
  f.times(width, () => {
    left.set(i32.add(row, i32.load(entry)))
    right.set(i32.add(row, i32.load(entry, 4)))
    const blend =
      dtype === 'uint8'
        ? () => {
            const sum = i32.add(
              i32.mul(i32.load8_u(left), i32.load(entry, 8)),
              i32.mul(i32.load8_u(right), i32.load(entry, 12)),
            )
            f.store(out, i32.shr_u(sum, 4))
          }
        : () => {
            const first = f32.mul(f32.load(left), f32.load(entry, 8))
            f.store(out, f32.add(first, f32.mul(f32.load(right), f32.load(entry, 12))))
          }
    f.times(channels, blend, [
      [out, 4],
      [left, size],
      [right, size],
    ])
  }, [[entry, entryBytes]])
}

/** Two blended rows with the weights b0, b1 of an entry: OpenCV's ((b0·r0 >> 16) + (b1·r1 >> 16) + 2) >> 2 on bytes. */
function blendRows(
  f: Body,
  dtype: DType,
  entry: Local<'i32'>,
  count: Expr<'i32'>,
  rows: readonly Stream[],
  y: Stream,
): void {
  const weights = [8, 12].map((at) => f.let(i32x4.splat(i32.load(entry, at))))
  sweep(f, count, [...rows, y], (load) => {
    if (dtype === 'float32') {
      const [upper, lower] = rows.map((row, k) => f32x4.mul(load(row), weights[k]))
      return [[y, f32x4.add(upper, lower)]]
    }
    // both factors have less than 16 bits, so the product of pairs with zeros is the product
    const [upper, lower] = rows.map((row, k) => i32x4.shr_s(i32x4.dot_i16x8_s(load(row), weights[k]), 16))
    return [[y, i32x4.shr_s(i32x4.add(i32x4.add(upper, lower), i32x4.const(2)), 2)]]
  })
}

interface Bilinear {
  readonly dtype: DType
  /** Whether images have one channel. */
  readonly single: boolean
}

/** Arrays and sizes of the result; bytes of a source image, rows of a band, bands of an image. */
const banded = {
  arrays: { ...addresses('y', 'x', 'table'), ...integers('width', 'height') },
  ...integers('channels', 'imageBytes', 'band', 'bands'),
} as const

function resizing({ dtype, single }: Bilinear) {
  const size = elementBytes(dtype)
  return {
    // an item is an axis
    table: item({ table: 'address', columns: axisSizes, rows: axisSizes }, (f, { index, args }) => {
      const table = f.let(args.table)
      f.if(
        i32.eqz(index),
        () => axis(f, dtype, table, f.lets(args.columns), true),
        () => {
          table.bump(i32.mul(args.columns.result, entryBytes))
          axis(f, dtype, table, f.lets(args.rows), false)
        },
      )
    }),
    band: item(banded, (f, { index, args, scratch }) => {
      const { y, x, table, width, height } = f.lets(args.arrays)
      const channels = single ? 1 : f.let(args.channels)
      const elements = f.let(i32.mul(width, channels))
      const image = f.let(i32.div_u(index, args.bands))
      const begin = f.let(i32.mul(i32.sub(index, i32.mul(image, args.bands)), args.band))
      const end = f.let(i32.add(begin, args.band))
      x.bump(i32.mul(image, args.imageBytes))
      const out = f.let(i32.add(y, i32.mul(i32.mul(i32.add(i32.mul(image, height), begin), elements), size)))
      const rows = f.let(i32.add(table, i32.mul(width, entryBytes)))
      const entry = f.let(i32.add(rows, i32.mul(begin, entryBytes)))
      const buffers = [scratch, f.let(i32.add(scratch, i32.shl(elements, 2)))]
      const held = [f.local('i32', -1), f.local('i32', -1)]
      f.range(begin, least(end, height), () => {
        const streams = [0, 4].map((at, k) => {
          const row = f.let(i32.load(entry, at))
          // a buffer for the upper and one for the lower row; a lower row that becomes an upper one changes places
          if (k === 0) swapIf(f, i32.eq(held[1], row), buffers, held)
          f.if(i32.ne(held[k], row), () => {
            blendRow(f, dtype, i32.add(x, row), buffers[k], table, width, channels)
            held[k].set(row)
          })
          return { pointer: f.let(buffers[k]), element: dtype === 'uint8' ? 'int32' : dtype } as const
        })
        blendRows(f, dtype, entry, elements, streams, { pointer: out, element: dtype })
        entry.bump(entryBytes)
      })
    }),
  }
}

function swapIf(f: Body, condition: Expr<'i32'>, ...pairs: readonly Local<'i32'>[][]): void {
  f.if(condition, () => {
    for (const [a, b] of pairs) {
      const kept = f.let(a)
      a.set(b)
      b.set(kept)
    }
  })
}

const halved = { y: 'address', x: 'address', sizes: integers('width', 'channels') } as const

const halving = () => ({
  // an item is a row of the result
  rows: item(halved, (f, { index, args }) => {
    const { width, channels } = f.lets(args.sizes)
    const row = f.let(i32.mul(width, channels))
    const y = f.let(i32.add(args.y, i32.mul(index, row)))
    const upper = f.let(i32.add(args.x, i32.mul(index, i32.shl(row, 2))))
    const lower = f.let(i32.add(upper, i32.shl(row, 1)))
    const right = (pixel: Local<'i32'>) => i32.load8_u(i32.add(pixel, channels))
    const mean = () => {
      const pairs = [upper, lower].map((pixel) => i32.add(i32.load8_u(pixel), right(pixel)))
      const sum = f.let(i32.add(pairs[0], pairs[1]))
      // a half goes to the even number: + 2 would round it up, + 1 down
      f.store8(y, i32.shr_u(i32.add(i32.add(sum, 1), i32.and(i32.shr_u(sum, 2), 1)), 2))
    }
    const pixel = () =>
      f.times(channels, mean, [
        [y, 1],
        [upper, 1],
        [lower, 1],
      ])
    f.times(width, pixel, [
      [upper, channels],
      [lower, channels],
    ])
  }),
})

/** Every image brought to the size of the output; equal sizes copy. */
export const resizeWasm: WasmKernel<ResizeAttributes> = {
  plan([x], { height, width }, [y]) {
    const [rows, columns, channels] = x.shape.slice(-3)
    if (rows === height && columns === width) {
      return { phases: [copyBytes({ output: 0 }, { input: 0 }, bytesOf(x))] }
    }
    const images = x.shape.length === 4 ? x.shape[0] : 1
    const halves = x.dtype === 'uint8' && rows === 2 * height && columns === 2 * width
    if (halves && ![1, 3, 4].includes(channels)) {
      const args = { y: { output: 0 }, x: { input: 0 }, sizes: { width, channels } }
      const module = defineModule('resize halve', {}, halving)
      return { phases: [module.phase('rows', images * height, args)], note: 'mean of four' }
    }
    return bilinear(x, y, images)
  },
}

function bilinear(x: PlannedArray, y: PlannedArray, images: number): Plan {
  const [rows, columns, channels] = x.shape.slice(-3)
  const [height, width] = y.shape.slice(-3)
  const size = elementBytes(x.dtype)
  const spec = { dtype: x.dtype === 'uint8' ? 'uint8' : 'float32', single: channels === 1 } as const
  const module = defineModule('resize', spec, resizing)
  const table = { workspace: 0 }
  const sourceRow = columns * channels * size
  const placing = {
    table,
    columns: { source: columns, result: width, step: channels * size },
    rows: { source: rows, result: height, step: sourceRow },
  }
  const band = Math.max(1, Math.min(height, Math.floor(bandElements / Math.max(1, width * channels))))
  const bands = Math.ceil(height / band)
  const arrays = { y: { output: 0 }, x: { input: 0 }, table, width, height }
  const args = { arrays, channels, imageBytes: rows * sourceRow, band, bands }
  return {
    workspace: (width + height) * entryBytes,
    scratch: 2 * width * channels * 4,
    phases: [module.phase('table', 2, placing), module.phase('band', images * bands, args)],
    note: `bands of ${band} rows`,
  }
}
