// averagePool of images in plain order: sums along rows, added up down each window, divided.
import { type Body, type Expr, f32, f32x4, i32, item, type Local } from '../../kernel/wasm/asm.ts'
import { leastSigned as least } from '../../kernel/wasm/loops.ts'
import { type PlaneWindow, planes } from './planeLayout.ts'
import { columnsOf, type KeptRows, type PlaneArguments, type PlaneSizes, poolPlanes } from './planes.wasm.ts'
import { unpoolPlanes } from './planesGradient.wasm.ts'
import {
  addressOf,
  addTo,
  type Block,
  eachBlock,
  extent,
  loadFloats,
  locals,
  storeFloats,
  zeros,
} from './windowRows.ts'

type I32 = Local<'i32'>

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

/** Terms from the first to the last. */
const added = (f: Body, terms: readonly Expr<'v128'>[]) => f.let(terms.reduce((sum, term) => f32x4.add(sum, term)))

/** Full windows of rows that are in no other: each row is read once, and nothing is kept. */
function forwardTiles(f: Body, { index, args }: PlaneArguments, { kernel, strides }: PlaneWindow): void {
  const { rowsPerItem, rows, toHeight, toWidth, fromHeight, fromWidth } = f.lets(args.sizes)
  const line = f.let(i32.shl(fromWidth, 2))
  const by = f.let(f32x4.const(kernel[0] * kernel[1]))
  const first = f.let(i32.mul(index, rowsPerItem))
  const to = f.let(addressOf(args.to, i32.mul(first, toWidth), 4))
  f.range(first, least(rows, i32.add(first, rowsPerItem)), (row) => {
    const plane = f.let(i32.div_u(row, toHeight))
    const top = i32.mul(i32.sub(row, i32.mul(plane, toHeight)), strides[0])
    const lines = [f.let(i32.add(args.from, i32.mul(i32.add(i32.mul(plane, fromHeight), top), line)))]
    while (lines.length < kernel[0]) lines.push(f.let(i32.add(lines[lines.length - 1], line)))
    const moving = [[to, 4] as const, ...lines.map((x) => [x, 4 * strides[1]] as const)]
    eachBlock(f, toWidth, moving, (block) => {
      const means = locals(f, block, zeros)
      means.forEach((mean, i) => {
        const sums = lines.map((x) => added(f, columnsOf(f, block, x, i, kernel[1], strides[1])))
        mean.set(f32x4.div(added(f, [zeros, ...sums]), by))
      })
      storeFloats(f, block, to, means)
    })
  })
}

function forwardPlanes(f: Body, input: PlaneArguments, window: PlaneWindow): void {
  poolPlanes(f, input, {
    window,
    padding: zeros,
    column: (at, left, s) => widthTo(f, at, left, s.fromWidth, s),
    across(block, { columns, kept }) {
      const sums = locals(f, block, zeros)
      sums.forEach((sum, i) => sum.set(added(f, columns(i))))
      storeFloats(f, block, kept, sums)
    },
    down({ element, top }, s) {
      const to = f.let(addressOf(input.args.to, element, 4))
      const height = heightOf(f, top, s.fromHeight, s)
      const join = (block: Block, { rows, table: widths }: KeptRows) => {
        const means = locals(f, block, zeros)
        means.forEach((mean, i) => {
          const sum = added(f, [zeros, ...rows.map((row) => loadFloats(block, row, i))])
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

/** Items for a window: of its kept rows, of full windows of rows in no other, and of the gradient. */
export const averagingPlanes = (window: PlaneWindow) => ({
  forward: item(planes, (f, input) => forwardPlanes(f, input, window)),
  tiles: item(planes, (f, input) => forwardTiles(f, input, window)),
  backward: item(planes, (f, input) => backwardPlanes(f, input, window)),
})
