// take on the command stream: whole rows copied; its gradient adds rows to the part of the array that an item owns.
import {
  type Body,
  type Expr,
  f32,
  f32x4,
  type ItemInput,
  i32,
  item,
  type Local,
  select,
  v128,
} from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { WasmKernel } from '../../kernel/plan.ts'
import { around, type IndexType, indexTypes, loadClipped } from './indices.ts'
import type { TakeAttributes, TakeGradientAttributes } from './rows.ts'

/** Bytes an item copies or clears, at least. */
const itemBytes = 131072

const takeModule = defineModule('take', () =>
  indexTypes.flatMap((type) =>
    // args: y, a, indices, rows, indices in all, elements along the axis, bytes a row, rows an item
    (['rows', 'words'] as const).map((kind) => item(`${kind} ${type}`, (f, input) => takeRows(f, input, type, kind))),
  ),
)

function takeRows(f: Body, { index, arg }: ItemInput, type: IndexType, kind: 'rows' | 'words'): void {
  const [rows, indices, count, bytes, share] = [3, 4, 5, 6, 7].map((k) => f.let(arg.i32(k)))
  const begin = f.let(i32.mul(index, share))
  const end = f.let(i32.add(begin, share))
  const y = f.let(i32.add(arg.i32(0), i32.mul(begin, bytes)))
  f.range(begin, select(i32.lt_u(end, rows), end, rows), (row) => {
    const taken = loadClipped(f, arg.i32(2), i32.rem_u(row, indices), type, count)
    const from = i32.add(i32.mul(i32.div_u(row, indices), count), taken)
    const a = f.let(i32.add(arg.i32(1), i32.mul(from, bytes)))
    if (kind === 'rows') f.copy(y, a, bytes)
    else f.store(y, i32.load(a))
    y.bump(bytes)
  })
}

/** y[o, i, ·] = a[o, indices[i], ·]; an item is some rows. */
export const takeWasm: WasmKernel<TakeAttributes> = {
  plan([a, indices], { axis }, [y]) {
    const { outer, count, inner } = around(a, axis)
    const each = indices.shape.reduce((product, n) => product * n, 1)
    const bytes = inner * (y.dtype === 'uint8' ? 1 : 4)
    const share = Math.max(1, Math.floor(itemBytes / Math.max(bytes, 32)))
    const items = Math.ceil((outer * each) / share)
    const entry = `${bytes === 4 ? 'words' : 'rows'} ${indices.dtype}`
    const args = [{ output: 0 }, { input: 0 }, { input: 1 }, outer * each, each, count, bytes, share]
    return { phases: [{ module: takeModule, entry, items, args }] }
  },
}

const gradientModule = defineModule('takeGradient', () =>
  // args: da, dy, indices, indices in all, elements along the axis, floats a row, rows of da an item, items an outer part
  indexTypes.map((type) => item(type, (f, input) => addRows(f, input, type))),
)

function addRows(f: Body, { index, arg }: ItemInput, type: IndexType): void {
  const [indices, count, inner, share, items] = [3, 4, 5, 6, 7].map((k) => f.let(arg.i32(k)))
  const bytes = f.let(i32.shl(inner, 2))
  const first = f.let(i32.mul(i32.rem_u(index, items), share))
  const outer = f.let(i32.div_u(index, items))
  const left = f.let(i32.sub(count, first))
  const own = f.let(select(i32.lt_u(left, share), left, share))
  const da = f.let(i32.add(arg.i32(0), i32.mul(i32.add(i32.mul(outer, count), first), bytes)))
  f.fill(da, 0, i32.mul(own, bytes))
  const dy = f.let(i32.add(arg.i32(1), i32.mul(i32.mul(outer, indices), bytes)))
  f.range(0, indices, (i) => {
    const row = f.let(i32.sub(loadClipped(f, arg.i32(2), i, type, count), first))
    f.if(i32.lt_u(row, own), () => addRow(f, f.let(i32.add(da, i32.mul(row, bytes))), dy, inner))
    dy.bump(bytes)
  })
}

function addRow(f: Body, to: Local<'i32'>, row: Local<'i32'>, count: Expr<'i32'>): void {
  const from = f.let(row)
  const four = () => f.store(to, f32x4.add(v128.load(to), v128.load(from)))
  f.times(i32.shr_u(count, 2), four, [
    [to, 16],
    [from, 16],
  ])
  f.times(i32.and(count, 3), () => f.store(to, f32.add(f32.load(to), f32.load(from))), [
    [to, 4],
    [from, 4],
  ])
}

/** da[o, indices[i], ·] += dy[o, i, ·] in the order of i; an item owns some rows of da and looks through all indices. */
export const takeGradientWasm: WasmKernel<TakeGradientAttributes> = {
  plan([, indices], { axis }, [da]) {
    const { outer, count, inner } = around(da, axis)
    const each = indices.shape.reduce((product, n) => product * n, 1)
    const share = Math.max(1, Math.floor(itemBytes / (inner * 4)))
    const items = Math.ceil(count / share)
    const args = [{ output: 0 }, { input: 0 }, { input: 1 }, each, count, inner, share, items]
    return { phases: [{ module: gradientModule, entry: indices.dtype, items: outer * items, args }] }
  },
}
