// take on the command stream: whole rows copied; its gradient adds rows to the part of the array that an item owns.
import { sizeOf } from '../../core/shape.ts'
import {
  addresses,
  type Body,
  type Expr,
  f32,
  f32x4,
  i32,
  integers,
  item,
  type Local,
  v128,
} from '../../kernel/wasm/asm.ts'
import { elementBytes } from '../../kernel/wasm/elements.ts'
import { least } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { WasmKernel } from '../../kernel/wasm/plan.ts'
import { around, type IndexType, loadClipped } from './indices.ts'
import type { TakeAttributes, TakeGradientAttributes } from './take.ts'

/** Bytes an item copies or clears, at least. */
const itemBytes = 131072

interface Take {
  readonly index: IndexType
  /** Whether a row is one word. */
  readonly words: boolean
}

/** Rows of y, indices, elements along the axis, bytes of a row, rows of an item. */
const taken = { ...addresses('y', 'a', 'indices'), sizes: integers('rows', 'each', 'count', 'bytes', 'share') }

const taking = ({ index: type, words }: Take) => ({
  rows: item(taken, (f, { index, args }) => {
    const { rows, each, count, bytes, share } = f.lets(args.sizes)
    const begin = f.let(i32.mul(index, share))
    const end = f.let(i32.add(begin, share))
    const y = f.let(i32.add(args.y, i32.mul(begin, bytes)))
    f.range(begin, least(end, rows), (row) => {
      const taken = loadClipped(f, args.indices, i32.rem_u(row, each), type, count)
      const from = i32.add(i32.mul(i32.div_u(row, each), count), taken)
      const a = f.let(i32.add(args.a, i32.mul(from, bytes)))
      if (words) f.store(y, i32.load(a))
      else f.copy(y, a, bytes)
      y.bump(bytes)
    })
  }),
})

/** y[o, i, ·] = a[o, indices[i], ·]; an item is some rows. */
export const takeWasm: WasmKernel<TakeAttributes> = {
  plan([a, indices], { axis }, [y]) {
    const { outer, count, inner } = around(a, axis)
    const each = sizeOf(indices.shape)
    const bytes = inner * elementBytes(y.dtype)
    const share = Math.max(1, Math.floor(itemBytes / Math.max(bytes, 32)))
    const rows = outer * each
    const module = defineModule('take', { index: indices.dtype as IndexType, words: bytes === 4 }, taking)
    const args = {
      y: { output: 0 },
      a: { input: 0 },
      indices: { input: 1 },
      sizes: { rows, each, count, bytes, share },
    }
    return { phases: [module.phase('rows', Math.ceil(rows / share), args)] }
  },
}

/** Indices, elements along the axis, floats of a row, rows of da in an item, items in an outer part. */
const added = { ...addresses('da', 'dy', 'indices'), sizes: integers('each', 'count', 'inner', 'share', 'items') }

const adding = ({ index: type }: { readonly index: IndexType }) => ({
  rows: item(added, (f, { index, args }) => {
    const { each, count, inner, share, items } = f.lets(args.sizes)
    const bytes = f.let(i32.shl(inner, 2))
    const first = f.let(i32.mul(i32.rem_u(index, items), share))
    const outer = f.let(i32.div_u(index, items))
    const left = f.let(i32.sub(count, first))
    const own = f.let(least(left, share))
    const da = f.let(i32.add(args.da, i32.mul(i32.add(i32.mul(outer, count), first), bytes)))
    f.fill(da, 0, i32.mul(own, bytes))
    const dy = f.let(i32.add(args.dy, i32.mul(i32.mul(outer, each), bytes)))
    f.range(0, each, (i) => {
      const row = f.let(i32.sub(loadClipped(f, args.indices, i, type, count), first))
      f.if(i32.lt_u(row, own), () => addRow(f, f.let(i32.add(da, i32.mul(row, bytes))), dy, inner))
      dy.bump(bytes)
    })
  }),
})

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
    const each = sizeOf(indices.shape)
    const share = Math.max(1, Math.floor(itemBytes / (inner * 4)))
    const items = Math.ceil(count / share)
    const sizes = { each, count, inner, share, items }
    const module = defineModule('takeGradient', { index: indices.dtype as IndexType }, adding)
    const args = { da: { output: 0 }, dy: { input: 0 }, indices: { input: 1 }, sizes }
    return { phases: [module.phase('rows', outer * items, args)] }
  },
}
