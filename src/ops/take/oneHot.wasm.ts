// oneHot on the command stream: rows of one value, then the other at the index.
import { type Body, type ItemInput, i32, i32x4, item, select } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { WasmKernel } from '../../kernel/plan.ts'
import { type IndexType, indexTypes, loadIndex } from './indices.ts'
import type { OneHotAttributes } from './oneHot.ts'

/** Elements an item. */
const itemElements = 32768

const module = defineModule('oneHot', () =>
  indexTypes.flatMap((type) =>
    // args: y, indices, rows, depth, rows an item, on, off
    ([1, 4] as const).map((bytes) => item(`${type} ${bytes}`, (f, input) => oneHotRows(f, input, type, bytes))),
  ),
)

function oneHotRows(f: Body, { index, arg }: ItemInput, type: IndexType, bytes: 1 | 4): void {
  const [rows, depth, share, on, off] = [2, 3, 4, 5, 6].map((k) => f.let(arg.i32(k)))
  const begin = f.let(i32.mul(index, share))
  const end = f.let(i32.add(begin, share))
  const last = f.let(select(i32.lt_u(end, rows), end, rows))
  const y = f.let(i32.add(arg.i32(0), i32.mul(i32.mul(begin, depth), bytes)))
  const count = f.let(i32.mul(i32.sub(last, begin), depth))
  if (bytes === 1) f.fill(y, off, count)
  else {
    const at = f.let(y)
    const four = f.let(i32x4.splat(off))
    f.times(i32.shr_u(count, 2), () => f.store(at, four), [[at, 16]])
    f.times(i32.and(count, 3), () => f.store(at, off), [[at, 4]])
  }
  f.range(begin, last, (row) => {
    const hot = f.let(loadIndex(arg.i32(1), row, type))
    f.if(i32.lt_u(hot, depth), () => {
      const to = i32.add(y, i32.mul(hot, bytes))
      if (bytes === 1) f.store8(to, on)
      else f.store(to, on)
    })
    y.bump(i32.mul(depth, bytes))
  })
}

/** y[i, ·] = on at indices[i], off elsewhere; an item is some rows. */
export const oneHotWasm: WasmKernel<OneHotAttributes> = {
  plan([indices], { depth, dtype }) {
    const rows = indices.shape.reduce((product, n) => product * n, 1)
    const share = Math.max(1, Math.floor(itemElements / depth))
    const integer = dtype !== 'float32'
    const values = [
      { scalar: 0, integer },
      { scalar: 1, integer },
    ]
    const args = [{ output: 0 }, { input: 0 }, rows, depth, share, ...values]
    const entry = `${indices.dtype} ${dtype === 'uint8' ? 1 : 4}`
    return { phases: [{ module, entry, items: Math.ceil(rows / share), args }] }
  },
}
