// argsort on the command stream: elements become numbers of 64 bits, key and index, whose runs are merged.
import type { DType } from '../../core/dtype.ts'
import { sizeOf } from '../../core/shape.ts'
import {
  addresses,
  type Body,
  type Expr,
  f32,
  i32,
  i64,
  integers,
  item,
  type Local,
  select,
} from '../../kernel/wasm/asm.ts'
import { elementBytes } from '../../kernel/wasm/elements.ts'
import { least, smaller } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { Phase, WasmKernel } from '../../kernel/wasm/plan.ts'
import type { ArgsortAttributes } from './argsort.ts'

/** Elements that one item sorts by itself: both copies of 16 KiB stay in the second-level cache. */
const blockElements = 2048
/** Elements of an item, where rows are shorter. */
const itemElements = 8192

/** Bytes of a key with its index. */
const pairBytes = 8

interface Keys {
  readonly dtype: DType
  readonly descending: boolean
}

type L = Local<'i32'>

/** A u32 that grows with the element at an address. The keys of NaN are the largest, those of −0 and 0 equal. */
function ascendingKey(f: Body, dtype: DType, at: L): Expr<'i32'> {
  if (dtype === 'uint8') return i32.load8_u(at)
  if (dtype === 'int8') return i32.xor(i32.load8_s(at), -0x80000000)
  if (dtype === 'int32') return i32.xor(i32.load(at), -0x80000000)
  const value = f.let(f32.load(at))
  // adding 0 makes 0 of −0
  const bits = f.let(i32.reinterpret_f32(f32.add(value, 0)))
  const key = i32.xor(bits, i32.or(i32.shr_s(bits, 31), -0x80000000))
  return select(f32.eq(value, value), key, i32.const(-1))
}

/** Merges the run from `left` to `middle` and the one from there to `end` to `to`, which arrives behind what it wrote. */
function merge(f: Body, left: L, middle: L, end: L, to: L): void {
  const [a, b] = [f.let(left), f.let(middle)]
  const [x, y] = [f.local('i64'), f.local('i64')]
  const later = f.local('i32')
  f.while(i32.and(i32.lt_u(a, middle), i32.lt_u(b, end)), () => {
    x.set(i64.load(a))
    y.set(i64.load(b))
    // no two are equal: the index is a part of each
    later.set(i64.lt_u(y, x))
    f.store(to, select(later, y, x))
    b.bump(i32.mul(later, pairBytes))
    a.bump(i32.sub(pairBytes, i32.mul(later, pairBytes)))
    to.bump(pairBytes)
  })
  for (const [from, until] of [
    [a, middle],
    [b, end],
  ] as const) {
    const bytes = f.let(i32.sub(until, from))
    f.copy(to, from, bytes)
    to.bump(bytes)
  }
}

/** Merges neighbouring runs of `run` bytes of a stretch, which then lies at `to`. */
function mergeAll(f: Body, from: L, to: L, bytes: L, run: L): void {
  const end = f.let(i32.add(from, bytes))
  const left = f.let(from)
  const place = f.let(to)
  f.while(i32.lt_u(left, end), () => {
    const middle = smaller(f, i32.add(left, run), end)
    const next = smaller(f, i32.add(middle, run), end)
    merge(f, left, middle, next, place)
    left.set(next)
  })
}

/** x, and two copies of all pairs; elements of a row, blocks of a row, all blocks, blocks of an item, levels of a block. */
const sorted = {
  ...addresses('x', 'pairs', 'other'),
  sizes: integers('count', 'blocks', 'all', 'share', 'levels'),
}

/** Pairs in runs of `run` bytes within rows of `row` bytes, which an item merges two by two. */
const merged = { ...addresses('from', 'to'), sizes: integers('row', 'run', 'each') }

/** The results; rows, and rows of an item. */
const written = { ...addresses('pairs', 'places', 'ranks'), sizes: integers('count', 'rows', 'share') }

/** Writes the pairs of a stretch of a row, from an address of elements and a first index. */
function writePairs(f: Body, { dtype, descending }: Keys, from: { x: L; place: L; number: L }, length: L): void {
  const { x, place, number } = from
  const write = () => {
    const key = f.let(ascendingKey(f, dtype, x))
    const own = descending ? i32.xor(key, -1) : key
    f.store(place, i64.or(i64.shl(i64.extend_i32_u(own), 32n), i64.extend_i32_u(number)))
  }
  f.times(length, write, [
    [x, elementBytes(dtype)],
    [place, pairBytes],
    [number, 1],
  ])
}

/** An item is some blocks of rows; what a block's last level leaves is in the copy that the number of levels says. */
const blocksItem = (keys: Keys) =>
  item(sorted, (f, { index, args }) => {
    const { count, blocks, all, share, levels } = f.lets(args.sizes)
    const begin = f.let(i32.mul(index, share))
    f.range(begin, least(i32.add(begin, share), all), (block) => {
      const row = f.let(i32.div_u(block, blocks))
      const first = f.let(i32.mul(i32.rem_u(block, blocks), blockElements))
      const length = smaller(f, i32.sub(count, first), blockElements)
      const at = f.let(i32.add(i32.mul(row, count), first))
      const x = f.let(i32.add(args.x, i32.mul(at, elementBytes(keys.dtype))))
      const from = f.let(i32.add(args.pairs, i32.mul(at, pairBytes)))
      const to = f.let(i32.add(args.other, i32.mul(at, pairBytes)))
      writePairs(f, keys, { x, place: f.let(from), number: f.let(first) }, length)
      const bytes = f.let(i32.mul(length, pairBytes))
      const run = f.local('i32', pairBytes)
      const held = f.local('i32')
      f.times(levels, () => {
        mergeAll(f, from, to, bytes, run)
        held.set(from)
        from.set(to)
        to.set(held)
        run.set(i32.shl(run, 1))
      })
    })
  })

/** An item is two neighbouring runs of a row. */
const mergeItem = () =>
  item(merged, (f, { index, args }) => {
    const { row, run, each } = f.lets(args.sizes)
    const start = f.let(i32.mul(i32.rem_u(index, each), i32.shl(run, 1)))
    const bytes = smaller(f, i32.sub(row, start), i32.shl(run, 1))
    const offset = f.let(i32.add(i32.mul(i32.div_u(index, each), row), start))
    mergeAll(f, f.let(i32.add(args.from, offset)), f.let(i32.add(args.to, offset)), bytes, run)
  })

/** An item is some rows. */
const rowsItem = () =>
  item(written, (f, { index, args }) => {
    const { count, rows, share } = f.lets(args.sizes)
    const begin = f.let(i32.mul(index, share))
    f.range(begin, least(i32.add(begin, share), rows), (row) => {
      const at = f.let(i32.mul(row, count))
      const pair = f.let(i32.add(args.pairs, i32.mul(at, pairBytes)))
      const place = f.let(i32.add(args.places, i32.shl(at, 2)))
      const ranks = f.let(i32.add(args.ranks, i32.shl(at, 2)))
      f.range(0, count, (rank) => {
        const held = f.let(i32.load(pair))
        f.store(place, held)
        f.store(i32.add(ranks, i32.shl(held, 2)), rank)
        pair.bump(pairBytes)
        place.bump(4)
      })
    })
  })

const sorting = (keys: Keys) => ({ blocks: blocksItem(keys), merge: mergeItem(), rows: rowsItem() })

/** Places and ranks of each row: blocks are sorted side by side, then merged, two runs an item. */
export const argsortWasm: WasmKernel<ArgsortAttributes> = {
  plan([{ shape, dtype }], { descending }) {
    const count = shape[shape.length - 1]
    const size = sizeOf(shape)
    const rows = count > 0 ? size / count : 0
    const copies = [{ workspace: 0 }, { workspace: size * pairBytes }]
    const module = defineModule('argsort', { dtype, descending }, sorting)
    const blocks = Math.ceil(count / blockElements)
    const levels = Math.ceil(Math.log2(Math.max(1, Math.min(count, blockElements))))
    const share = Math.max(1, Math.floor(itemElements / Math.max(1, Math.min(count, blockElements))))
    const all = rows * blocks
    const phases: Phase[] = [
      module.phase('blocks', Math.ceil(all / share), {
        ...{ x: { input: 0 }, pairs: copies[0], other: copies[1] },
        sizes: { count, blocks, all, share, levels },
      }),
    ]
    let held = levels % 2
    for (let run = blockElements; run < count; run *= 2) {
      const each = Math.ceil(count / (2 * run))
      phases.push(
        module.phase('merge', rows * each, {
          ...{ from: copies[held], to: copies[1 - held] },
          sizes: { row: count * pairBytes, run: run * pairBytes, each },
        }),
      )
      held = 1 - held
    }
    const own = Math.max(1, Math.floor(itemElements / Math.max(1, count)))
    const results = { pairs: copies[held], places: { output: 0 }, ranks: { output: 1 } }
    phases.push(module.phase('rows', Math.ceil(rows / own), { ...results, sizes: { count, rows, share: own } }))
    return { workspace: 2 * size * pairBytes, phases, note: `merge sort, ${rows} of ${count}` }
  },
}
