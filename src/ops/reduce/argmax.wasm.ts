// argmax on the command stream: four columns side by side; rows where the axis is innermost, in two passes.
import {
  type Body,
  type Expr,
  f32x4,
  type ItemInput,
  i8x16,
  i32,
  i32x4,
  item,
  type Local,
  select,
  v128,
} from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import {
  type Accumulator,
  acrossLanes,
  bytesOf,
  type Element,
  join,
  load,
  start,
  store,
} from '../../kinds/reduction/lanes.ts'
import type { ArgmaxAttributes } from './argmax.ts'

type I32 = Local<'i32'>

/** Elements an item: some 50 µs. */
const itemElements = 32768

type Kind = ArgmaxAttributes['kind']

const moduleOf = (kind: Kind, element: Element, to: Element) =>
  defineModule(`${kind} ${element} ${to}`, () => [
    // args: y, x, outer, count, inner, outer parts an item, columns a chunk, chunks
    item('columns', (f, input) => search(f, input, kind, element, to)),
    // args: y, x, rows, elements of a row, rows an item
    item('rows', (f, input) => searchRows(f, input, kind, element, to)),
  ])

/** Places as the elements of the result. */
const asElements = (to: Element, places: Local<'v128'>) => (to === 'float32' ? f32x4.convert_i32x4_s(places) : places)

function search(f: Body, { index, arg }: ItemInput, kind: Kind, element: Element, to: Element): void {
  const [outer, count, inner, share, chunk, chunks] = [2, 3, 4, 5, 6, 7].map((k) => f.let(arg.i32(k)))
  const [bytes, bytesTo] = [bytesOf(element), bytesOf(to)]
  const column = f.let(i32.mul(i32.rem_u(index, chunks), chunk))
  const begin = f.let(i32.mul(i32.div_u(index, chunks), share))
  const end = f.let(i32.add(begin, share))
  const left = f.let(i32.sub(inner, column))
  const columns = f.let(select(i32.lt_u(left, chunk), left, chunk))
  f.range(begin, select(i32.lt_u(end, outer), end, outer), (o) => {
    const place = (line: Expr<'i32'>) => i32.add(i32.mul(line, inner), column)
    const x = f.let(i32.add(arg.i32(1), i32.mul(place(i32.mul(o, count)), bytes)))
    const y = f.let(i32.add(arg.i32(0), i32.mul(place(o), bytesTo)))
    for (const lanes of [4, 1] as const) {
      const rounds = lanes === 4 ? i32.shr_u(columns, 2) : i32.and(columns, 3)
      const column = () => {
        const best = searchColumn(f, x, f.let(i32.mul(inner, bytes)), count, kind, element, lanes)
        store(f, to, y, f.let(asElements(to, best)), lanes)
      }
      f.times(rounds, column, [
        [x, lanes * bytes],
        [y, lanes * bytesTo],
      ])
    }
  })
}

function searchColumn(
  f: Body,
  x: I32,
  step: I32,
  count: I32,
  kind: Kind,
  element: Element,
  lanes: 4 | 1,
): Local<'v128'> {
  const at = f.let(x)
  const held = f.let(load(element, at, lanes))
  const best = f.let(i32x4.const(0))
  const place = f.let(i32x4.const(0))
  const { gt, lt, eq, ne } = f32x4
  const visit = () => {
    const value = f.let(load(element, at, lanes))
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

/** The extreme of a row, then the first place that holds it. */
function searchRows(f: Body, { index, arg }: ItemInput, kind: Kind, element: Element, to: Element): void {
  const [rows, count, share] = [2, 3, 4].map((k) => f.let(arg.i32(k)))
  const extreme: Accumulator = {
    kind: element === 'float32' ? 'float' : 'int',
    join: kind === 'argmax' ? 'max' : 'min',
  }
  const bytes = f.let(i32.mul(count, bytesOf(element)))
  const begin = f.let(i32.mul(index, share))
  const left = f.let(i32.sub(rows, begin))
  const x = f.let(i32.add(arg.i32(1), i32.mul(begin, bytes)))
  const y = f.let(i32.add(arg.i32(0), i32.mul(begin, bytesOf(to))))
  const row = () => {
    const value = extremeOf(f, element, extreme, x, count)
    const place = f.let(i32x4.splat(placeOf(f, element, x, count, value)))
    store(f, to, y, f.let(asElements(to, place)), 1)
  }
  f.times(select(i32.lt_u(left, share), left, share), row, [
    [x, bytes],
    [y, bytesOf(to)],
  ])
}

function extremeOf(f: Body, element: Element, extreme: Accumulator, x: I32, count: I32): Local<'v128'> {
  const at = f.let(x)
  const held = f.let(start(extreme))
  const joinTo = (lanes: 4 | 1, to: Local<'v128'>) =>
    to.set(join(f, 'plain', extreme, to, f.let(load(element, at, lanes))))
  f.times(i32.shr_u(count, 2), () => joinTo(4, held), [[at, 4 * bytesOf(element)]])
  const result = acrossLanes(f, 'plain', extreme, held)
  f.times(i32.and(count, 3), () => joinTo(1, result), [[at, bytesOf(element)]])
  return f.let(i8x16.shuffle(result, result, ...Array.from({ length: 16 }, (_, i) => i % 4)))
}

/** The first place of a row that holds the value; the first NaN for NaN. */
function placeOf(f: Body, element: Element, x: I32, count: I32, value: Local<'v128'>): I32 {
  const at = f.let(x)
  const place = f.local('i32', 0)
  const found = (lanes: 4 | 1) => {
    const four = f.let(load(element, at, lanes))
    if (element !== 'float32') return i32x4.bitmask(i32x4.eq(four, value))
    const nan = v128.and(f32x4.ne(four, four), f32x4.ne(value, value))
    return i32x4.bitmask(v128.or(f32x4.eq(four, value), nan))
  }
  const fours = f.let(i32.and(count, ~3))
  f.block((end) => {
    const step = (lanes: 4 | 1) => () => {
      const mask = f.let(lanes === 4 ? found(4) : i32.and(found(1), 1))
      f.if(mask, () => {
        place.bump(i32.ctz(mask))
        end.jump()
      })
      place.bump(lanes)
      at.bump(lanes * bytesOf(element))
    }
    f.while(i32.lt_u(place, fours), step(4))
    f.while(i32.lt_u(place, count), step(1))
  })
  return place
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
  plan([x], { kind, axis }, [y]) {
    const { outer, count, inner } = around(x, axis)
    const chunk = Math.min(inner, Math.max(4, Math.floor(itemElements / count) & ~3))
    const chunks = Math.ceil(inner / chunk)
    const share = Math.max(1, Math.floor(itemElements / (count * chunk)))
    const module = moduleOf(kind, x.dtype as Element, y.dtype as Element)
    if (inner === 1) {
      const args = [{ output: 0 }, { input: 0 }, outer, count, share]
      return { phases: [{ module, entry: 'rows', items: Math.ceil(outer / share), args }] }
    }
    const args = [{ output: 0 }, { input: 0 }, outer, count, inner, share, chunk, chunks]
    return { phases: [{ module, entry: 'columns', items: Math.ceil(outer / share) * chunks, args }] }
  },
}
