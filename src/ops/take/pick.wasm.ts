// pick on the command stream: one element for each place; its gradient clears and writes whole outer parts.
import { type Body, type ItemInput, i32, item, select } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { WasmKernel } from '../../kernel/plan.ts'
import { around, type IndexType, indexTypes, loadClipped } from './indices.ts'
import type { PickAttributes, PickGradientAttributes } from './pick.ts'

type Bytes = 1 | 4

/** Elements an item. */
const itemElements = 16384

const module = defineModule('pick', () =>
  indexTypes.flatMap((type) =>
    ([1, 4] as const).flatMap((bytes) => [
      // args: y, data, index, outer, count, inner, outer parts an item
      item(`pick ${type} ${bytes}`, (f, input) => pickParts(f, input, type, bytes, false)),
      // args: ddata, dy, index, outer, count, inner, outer parts an item
      item(`spread ${type} ${bytes}`, (f, input) => pickParts(f, input, type, bytes, true)),
    ]),
  ),
)

function pickParts(f: Body, { index, arg }: ItemInput, type: IndexType, bytes: Bytes, spread: boolean): void {
  const [outer, count, inner, share] = [3, 4, 5, 6].map((k) => f.let(arg.i32(k)))
  const begin = f.let(i32.mul(index, share))
  const end = f.let(i32.add(begin, share))
  const part = f.let(i32.mul(i32.mul(count, inner), bytes))
  const small = f.let(i32.add(arg.i32(spread ? 1 : 0), i32.mul(i32.mul(begin, inner), bytes)))
  f.range(begin, select(i32.lt_u(end, outer), end, outer), (o) => {
    const large = f.let(i32.add(arg.i32(spread ? 0 : 1), i32.mul(o, part)))
    if (spread) f.fill(large, 0, part)
    f.range(0, inner, (k) => {
      const place = loadClipped(f, arg.i32(2), i32.add(i32.mul(o, inner), k), type, count)
      const at = f.let(i32.add(large, i32.mul(i32.add(i32.mul(place, inner), k), bytes)))
      const [to, from] = spread ? [at, small] : [small, at]
      if (bytes === 1) f.store8(to, i32.load8_u(from))
      else f.store(to, i32.load(from))
      small.bump(bytes)
    })
  })
}

/** y[o, k] = data[o, index[o, k], k]; an item is some outer parts. */
export const pickWasm: WasmKernel<PickAttributes> = {
  orders: ([data], { axis }) => ({ inputs: [axis === 1 ? data.order : 'plain', 'plain'], outputs: ['plain'] }),
  plan([data, index], { axis }) {
    const { outer, count, inner } = around(data, axis)
    const share = Math.max(1, Math.floor(itemElements / inner))
    const entry = `pick ${index.dtype} ${data.dtype === 'uint8' ? 1 : 4}`
    const args = [{ output: 0 }, { input: 0 }, { input: 1 }, outer, count, inner, share]
    return { phases: [{ module, entry, items: Math.ceil(outer / share), args }] }
  },
}

/** ddata[o, index[o, k], k] = dy[o, k], else 0; an item is some outer parts. */
export const pickGradientWasm: WasmKernel<PickGradientAttributes> = {
  plan([, index], { axis }, [ddata]) {
    const { outer, count, inner } = around(ddata, axis)
    const share = Math.max(1, Math.floor(itemElements / (count * inner)))
    const entry = `spread ${index.dtype} ${ddata.dtype === 'uint8' ? 1 : 4}`
    const args = [{ output: 0 }, { input: 0 }, { input: 1 }, outer, count, inner, share]
    return { phases: [{ module, entry, items: Math.ceil(outer / share), args }] }
  },
}
