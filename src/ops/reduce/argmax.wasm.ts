// argmax on the command stream: four columns side by side, or one row at a time where the axis is innermost.
import {
  type Body,
  type Expr,
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
import type { ArgmaxAttributes } from './argmax.ts'
import { bytesOf, type Element, loadLanes, store } from './lanes.ts'

type I32 = Local<'i32'>

/** Elements an item: some 50 µs. */
const itemElements = 32768

const moduleOf = (kind: ArgmaxAttributes['kind'], element: Element) =>
  defineModule(`${kind} ${element}`, () => [
    // args: y, x, outer, count, inner, outer parts an item, columns a chunk, chunks
    item('search', (f, input) => search(f, input, kind, element)),
  ])

function search(f: Body, { index, arg }: ItemInput, kind: ArgmaxAttributes['kind'], element: Element): void {
  const [outer, count, inner, share, chunk, chunks] = [2, 3, 4, 5, 6, 7].map((k) => f.let(arg.i32(k)))
  const bytes = bytesOf(element)
  const column = f.let(i32.mul(i32.rem_u(index, chunks), chunk))
  const begin = f.let(i32.mul(i32.div_u(index, chunks), share))
  const end = f.let(i32.add(begin, share))
  const left = f.let(i32.sub(inner, column))
  const columns = f.let(select(i32.lt_u(left, chunk), left, chunk))
  f.range(begin, select(i32.lt_u(end, outer), end, outer), (o) => {
    const place = (line: Expr<'i32'>) => i32.mul(i32.add(i32.mul(line, inner), column), bytes)
    const x = f.let(i32.add(arg.i32(1), place(i32.mul(o, count))))
    const y = f.let(i32.add(arg.i32(0), place(o)))
    for (const lanes of [4, 1] as const) {
      const rounds = lanes === 4 ? i32.shr_u(columns, 2) : i32.and(columns, 3)
      const column = () => {
        const best = searchColumn(f, x, f.let(i32.mul(inner, bytes)), count, kind, element, lanes)
        store(f, element, y, [element === 'float32' ? f.let(f32x4.convert_i32x4_s(best)) : best], lanes)
      }
      f.times(rounds, column, [
        [x, lanes * bytes],
        [y, lanes * bytes],
      ])
    }
  })
}

function searchColumn(
  f: Body,
  x: I32,
  step: I32,
  count: I32,
  kind: ArgmaxAttributes['kind'],
  element: Element,
  lanes: 4 | 1,
): Local<'v128'> {
  const at = f.let(x)
  const held = f.let(loadLanes(element, at, lanes))
  const best = f.let(i32x4.const(0))
  const place = f.let(i32x4.const(0))
  const { gt, lt, eq, ne } = f32x4
  const visit = () => {
    const value = f.let(loadLanes(element, at, lanes))
    const beyond =
      element === 'float32'
        ? v128.or((kind === 'argmax' ? gt : lt)(value, held), v128.and(ne(value, value), eq(held, held)))
        : (kind === 'argmax' ? i32x4.gt_s : i32x4.lt_s)(value, held)
    const better = f.let(beyond)
    held.set(v128.bitselect(value, held, better))
    best.set(v128.bitselect(place, best, better))
    place.set(i32x4.add(place, i32x4.const(1)))
  }
  f.times(count, visit, [[at, step]])
  return best
}

/** Sizes around the axis as it lies in memory. */
function around({ shape, order }: PlannedArray, axis: number | null): { outer: number; count: number; inner: number } {
  const product = (sizes: readonly number[]) => sizes.reduce((size, n) => size * n, 1)
  if (axis === null) return { outer: 1, count: product(shape), inner: 1 }
  if (order === 'channelsLast') return { outer: product(shape) / shape[axis], count: shape[axis], inner: 1 }
  return { outer: product(shape.slice(0, axis)), count: shape[axis], inner: product(shape.slice(axis + 1)) }
}

/** y = index of the first extreme along the axis; an item is some columns of some outer parts. */
export const argmaxWasm: WasmKernel<ArgmaxAttributes> = {
  orders: ([x], { axis }) => ({ inputs: [axis === 1 ? x.order : 'plain'], outputs: ['plain'] }),
  plan([x], { kind, axis }) {
    const { outer, count, inner } = around(x, axis)
    const chunk = Math.min(inner, Math.max(4, Math.floor(itemElements / count) & ~3))
    const chunks = Math.ceil(inner / chunk)
    const share = Math.max(1, Math.floor(itemElements / (count * chunk)))
    const module = moduleOf(kind, x.dtype as Element)
    const args = [{ output: 0 }, { input: 0 }, outer, count, inner, share, chunk, chunks]
    return { phases: [{ module, entry: 'search', items: Math.ceil(outer / share) * chunks, args }] }
  },
}
