// dropout on the command stream: the engines draw the mask, then chunks are multiplied by it.
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
import { broadcastLoops } from '../../kernel/broadcast.ts'
import { defineModule } from '../../kernel/module.ts'
import type { Phase, PlanArgument, WasmKernel } from '../../kernel/plan.ts'
import { byteRange, chunksOf } from '../../kernel/ranges.ts'
import { sweep } from '../../kernel/sweep.ts'
import { shareOf, unit } from '../mersenne.ts'
import { sharesOf } from '../sampler.ts'
import { type DropoutAttributes, maskShape, type ScaleByMaskAttributes } from './dropout.ts'

/** Loops around the innermost one that a shared mask may have. */
const outerLoops = 7

/** Elements of an item whose mask is shared. */
const sharedElements = 16384

const keepOf = ({ arg }: ItemInput, word: number): Expr<'f32'> => f32.sub(1, arg.f32(word))

const module = defineModule('dropout', () => [
  // args: state, mask, elements in all, elements an engine, rate
  item('mask', (f, input) => {
    const { engine, begin, count } = shareOf(f, input, [0, 2, 3])
    const mask = f.let(i32.add(input.arg.i32(1), begin))
    const keep = f.let(keepOf(input, 4))
    f.times(count, () => f.store8(mask, f32.le(unit.call(engine), keep)), [[mask, 1]])
  }),
  // args: y, x, mask, rate, bytes
  item('scale', (f, input) => {
    const { begin, bytes } = byteRange(f, input, f.let(input.arg.i32(4)))
    const [y, x] = [0, 1].map((k) => ({ pointer: f.let(i32.add(input.arg.i32(k), begin)), bytes: 4 }) as const)
    const mask = { pointer: f.let(i32.add(input.arg.i32(2), i32.shr_u(begin, 2))), bytes: 1 } as const
    const factor = f.let(f32x4.splat(f32.div(1, keepOf(input, 3))))
    sweep(f, i32.shr_u(bytes, 2), [y, x, mask], (load) => [
      [y, f32x4.mul(load(x), v128.and(factor, i32x4.neg(load(mask))))],
    ])
  }),
  // args: y, x, mask, rate, rows an item, rows, size of a row, step of the mask in it, [size, step] of the loops around
  item('scaleShared', (f, input) => {
    const word = (k: number) => f.let(input.arg.i32(k))
    const [y, x, mask, rows, all, size, step] = [0, 1, 2, 4, 5, 6, 7].map(word)
    const factor = f.let(f32.div(1, keepOf(input, 3)))
    const first = f.let(i32.mul(input.index, rows))
    const end = i32.add(first, rows)
    const by = (base: Local<'i32'>) => base.bump(i32.shl(i32.mul(first, size), 2))
    by(y)
    by(x)
    f.range(first, select(i32.lt_u(end, all), end, all), (row) => {
      const kept = f.let(i32.add(mask, maskOffset(f, row, input)))
      const round = () => {
        const scale = select(i32.load8_u(kept), factor, f32.const(0))
        f.store(y, f32.mul(f32.load(x), scale))
      }
      f.times(size, round, [
        [y, 4],
        [x, 4],
        [kept, step],
      ])
    })
  }),
])

/** Where the mask of a row begins. */
function maskOffset(f: Body, row: Expr<'i32'>, { arg }: ItemInput): Expr<'i32'> {
  const rest = f.let(row)
  const offset = f.local('i32', 0)
  for (let k = outerLoops - 1; k >= 0; k--) {
    const [size, step] = [arg.i32(8 + 2 * k), arg.i32(9 + 2 * k)]
    offset.bump(i32.mul(i32.rem_u(rest, size), step))
    rest.set(i32.div_u(rest, size))
  }
  return offset
}

/** y = x · mask · 1/(1 − rate). */
function scaling(shape: readonly number[], masked: readonly number[], mask: PlanArgument): Phase {
  const n = shape.reduce((product, size) => product * size, 1)
  const start: PlanArgument[] = [{ output: 0 }, { input: 0 }, mask, { scalar: 0 }]
  const loops = broadcastLoops(shape, [masked])
  if (n === 0 || (loops.length === 1 && loops[0].varies[0])) {
    return { module, entry: 'scale', items: chunksOf(n * 4), args: [...start, n * 4] }
  }
  const inner = loops[loops.length - 1]
  let step = 1
  const strides = loops.toReversed().map(({ size, varies }) => {
    const stride = varies[0] ? step : 0
    if (varies[0]) step *= size
    return [size, stride]
  })
  const around = strides.slice(1).reverse()
  if (around.length > outerLoops)
    throw new Error(`[dropout] axes alternate too often: got ${loops.length} loops, expected 8`)
  while (around.length < outerLoops) around.unshift([1, 0])
  const rows = n / inner.size
  const perItem = Math.max(1, Math.floor(sharedElements / inner.size))
  const args = [...start, perItem, rows, ...strides[0], ...around.flat()]
  return { module, entry: 'scaleShared', items: Math.ceil(rows / perItem), args }
}

/** y = x · mask · 1/(1 − rate) with a mask drawn now; without a hidden output the mask lives for the call. */
export const dropoutWasm: WasmKernel<DropoutAttributes> = {
  plan([x], { axes }, outputs) {
    const shape = maskShape(x.shape, axes)
    const n = shape.reduce((product, size) => product * size, 1)
    const mask = outputs.length > 1 ? { output: 1 } : { workspace: 0 }
    const { engines, step } = sharesOf(n)
    const args = [{ input: 1 }, mask, n, step, { scalar: 0 }]
    const drawing = { module, entry: 'mask', items: engines, args }
    return { workspace: outputs.length > 1 ? 0 : n, phases: [drawing, scaling(x.shape, shape, mask)] }
  },
}

/** y = x · mask · 1/(1 − rate). */
export const scaleByMaskWasm: WasmKernel<ScaleByMaskAttributes> = {
  plan: ([x, mask]) => ({ phases: [scaling(x.shape, mask.shape, { input: 1 })] }),
}
