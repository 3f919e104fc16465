// softmax on the command stream: rows where the axis is innermost in memory, else four columns side by side.
import { type Body, f32x4, type ItemInput, i32, item, type Local, select, v128 } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import type { Rung } from '../../kernel/rung.ts'
import { exp, log } from '../../kernel/simdMath.ts'
import { mapRow, maxOfRow, sumOfRow } from './rows.ts'
import type { SoftmaxAttributes } from './softmax.ts'

/** Elements an item: some 50 µs of exponentials. */
const itemElements = 16384

const moduleOf = (rung: Rung, isLog: boolean) =>
  defineModule(`softmax ${rung} ${isLog}`, () => [
    // args: y, x, rows, elements of a row, rows an item
    item('rows', (f, input) => softmaxRows(f, input, rung, isLog)),
    // args: y, x, columns, elements of a column, columns an item, items an outer part
    item('columns', (f, input) => softmaxColumns(f, input, rung, isLog)),
  ])

function softmaxRows(f: Body, { index, arg }: ItemInput, rung: Rung, isLog: boolean): void {
  const count = f.let(arg.i32(3))
  const bytes = f.let(i32.shl(count, 2))
  const begin = f.let(i32.mul(index, arg.i32(4)))
  const left = f.let(i32.sub(arg.i32(2), begin))
  const x = f.let(i32.add(arg.i32(1), i32.mul(begin, bytes)))
  const y = f.let(i32.add(arg.i32(0), i32.mul(begin, bytes)))
  const row = () => {
    const max = maxOfRow(f, x, count)
    const raised = (value: Local<'v128'>) => exp(f, rung, f32x4.sub(value, max))
    if (isLog) {
      const logSum = f.let(log(f, rung, sumOfRow(f, x, count, raised)))
      mapRow(f, x, y, count, (value) => f32x4.sub(f32x4.sub(value, max), logSum))
    } else {
      mapRow(f, x, y, count, raised)
      const sum = sumOfRow(f, y, count)
      mapRow(f, y, y, count, (value) => f32x4.div(value, sum))
    }
  }
  f.times(select(i32.lt_u(left, arg.i32(4)), left, arg.i32(4)), row, [
    [x, bytes],
    [y, bytes],
  ])
}

function softmaxColumns(f: Body, { index, arg }: ItemInput, rung: Rung, isLog: boolean): void {
  const columns = f.let(arg.i32(2))
  const count = f.let(arg.i32(3))
  const step = f.let(i32.shl(columns, 2))
  const begin = f.let(i32.mul(i32.rem_u(index, arg.i32(5)), arg.i32(4)))
  const left = f.let(i32.sub(columns, begin))
  const n = f.let(select(i32.lt_u(left, arg.i32(4)), left, arg.i32(4)))
  const outer = i32.mul(i32.div_u(index, arg.i32(5)), i32.mul(columns, count))
  const first = f.let(i32.shl(i32.add(outer, begin), 2))
  const x = f.let(i32.add(arg.i32(1), first))
  const y = f.let(i32.add(arg.i32(0), first))
  for (const lanes of [4, 1] as const) {
    const rounds = lanes === 4 ? i32.shr_u(n, 2) : i32.and(n, 3)
    f.times(rounds, () => softmaxColumn(f, { x, y, step, count, lanes }, rung, isLog), [
      [x, lanes * 4],
      [y, lanes * 4],
    ])
  }
}

interface Column {
  readonly x: Local<'i32'>
  readonly y: Local<'i32'>
  /** Bytes from one element of a column to the next. */
  readonly step: Local<'i32'>
  readonly count: Local<'i32'>
  readonly lanes: 4 | 1
}

function softmaxColumn(f: Body, { x, y, step, count, lanes }: Column, rung: Rung, isLog: boolean): void {
  const load = (at: Local<'i32'>) => f.let(lanes === 4 ? v128.load(at) : v128.load32_zero(at))
  const each = (visit: (value: Local<'v128'>, to: Local<'i32'>) => void) => {
    const [from, to] = [f.let(x), f.let(y)]
    f.times(count, () => visit(load(from), to), [
      [from, step],
      [to, step],
    ])
  }
  const store = (to: Local<'i32'>, value: Parameters<Body['storeLane']>[2]) =>
    lanes === 4 ? f.store(to, value) : f.storeLane(32, to, value, 0)
  const max = f.let(f32x4.const(-Infinity))
  each((value) => max.set(f32x4.max(max, value)))
  const sum = f.let(f32x4.const(0))
  each((value) => sum.set(f32x4.add(sum, exp(f, rung, f32x4.sub(value, max)))))
  const logSum = isLog ? f.let(log(f, rung, sum)) : sum
  each((value, to) => {
    const shifted = f32x4.sub(value, max)
    store(to, isLog ? f32x4.sub(shifted, logSum) : f32x4.div(exp(f, rung, shifted), sum))
  })
}

/** Sizes around the axis as it lies in memory. */
function around({ shape, order }: PlannedArray, axis: number): { outer: number; count: number; inner: number } {
  const product = (sizes: readonly number[]) => sizes.reduce((size, n) => size * n, 1)
  const count = shape[axis]
  if (order === 'channelsLast') return { outer: product(shape) / count, count, inner: 1 }
  return { outer: product(shape.slice(0, axis)), count, inner: product(shape.slice(axis + 1)) }
}

/** y = softmax(x), or its logarithm; an item is some rows, or some columns of one outer part. */
export const softmaxWasm: WasmKernel<SoftmaxAttributes> = {
  orders([x], { axis }) {
    const order = x.order === 'channelsLast' && axis === 1 ? 'channelsLast' : 'plain'
    return { inputs: [order], outputs: [order] }
  },
  plan([x], attrs, _outputs, rung) {
    const { outer, count, inner } = around(x, attrs.axis)
    const module = moduleOf(rung, attrs.log)
    const share = Math.max(1, Math.floor(itemElements / count))
    if (inner === 1) {
      const args = [{ output: 0 }, { input: 0 }, outer, count, share]
      return { phases: [{ module, entry: 'rows', items: Math.ceil(outer / share), args }] }
    }
    const columns = Math.max(4, share & ~3)
    const items = Math.ceil(inner / columns)
    const args = [{ output: 0 }, { input: 0 }, inner, count, columns, items]
    return { phases: [{ module, entry: 'columns', items: outer * items, args }] }
  },
}
