// pick on the command stream: one element for each place; its gradient clears and writes whole outer parts.
import { addresses, i32, integers, item } from '../../kernel/wasm/asm.ts'
import { type ElementBytes, elementBytes, loadElement, storeElement } from '../../kernel/wasm/elements.ts'
import { least } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { Address, Phase, WasmKernel } from '../../kernel/wasm/plan.ts'
import { around, type IndexType, loadClipped } from './indices.ts'
import type { PickAttributes, PickGradientAttributes } from './pick.ts'

/** Elements an item. */
const itemElements = 16384

interface Pick {
  readonly index: IndexType
  /** Bytes of an element. */
  readonly bytes: ElementBytes
  /** Whether elements go from the small array to the large one, which is zero elsewhere. */
  readonly spread: boolean
}

/** The array of all elements, the one of the picked, which of them; `share` outer parts are an item. */
const picked = { ...addresses('large', 'small', 'index'), sizes: integers('outer', 'count', 'inner', 'share') }

const picking = ({ index: type, bytes, spread }: Pick) => ({
  parts: item(picked, (f, { index, args }) => {
    const { outer, count, inner, share } = f.lets(args.sizes)
    const begin = f.let(i32.mul(index, share))
    const end = f.let(i32.add(begin, share))
    const part = f.let(i32.mul(i32.mul(count, inner), bytes))
    const small = f.let(i32.add(args.small, i32.mul(i32.mul(begin, inner), bytes)))
    f.range(begin, least(end, outer), (o) => {
      const large = f.let(i32.add(args.large, i32.mul(o, part)))
      if (spread) f.fill(large, 0, part)
      f.range(0, inner, (k) => {
        const place = loadClipped(f, args.index, i32.add(i32.mul(o, inner), k), type, count)
        const at = f.let(i32.add(large, i32.mul(i32.add(i32.mul(place, inner), k), bytes)))
        const [to, from] = spread ? [at, small] : [small, at]
        storeElement(f, bytes, to, loadElement(bytes, from))
        small.bump(bytes)
      })
    })
  }),
})

/** The phase of some outer parts an item. */
function phaseOf(
  spec: Pick,
  arrays: Record<'large' | 'small', Address>,
  sizes: Record<'outer' | 'count' | 'inner' | 'share', number>,
): Phase {
  const module = defineModule('pick', spec, picking)
  return module.phase('parts', Math.ceil(sizes.outer / sizes.share), { ...arrays, index: { input: 1 }, sizes })
}

/** y[o, k] = data[o, index[o, k], k]; an item is some outer parts. */
export const pickWasm: WasmKernel<PickAttributes> = {
  orders: ([data], { axis }) => ({ inputs: [axis === 1 ? data.order : 'plain', 'plain'], outputs: ['plain'] }),
  plan([data, index], { axis }) {
    const { outer, count, inner } = around(data, axis)
    const share = Math.max(1, Math.floor(itemElements / inner))
    const spec = { index: index.dtype as IndexType, bytes: elementBytes(data.dtype), spread: false } as const
    const arrays = { large: { input: 0 }, small: { output: 0 } }
    return { phases: [phaseOf(spec, arrays, { outer, count, inner, share })] }
  },
}

/** ddata[o, index[o, k], k] = dy[o, k], else 0; an item is some outer parts. */
export const pickGradientWasm: WasmKernel<PickGradientAttributes> = {
  plan([, index], { axis }, [ddata]) {
    const { outer, count, inner } = around(ddata, axis)
    const share = Math.max(1, Math.floor(itemElements / (count * inner)))
    const spec = { index: index.dtype as IndexType, bytes: elementBytes(ddata.dtype), spread: true } as const
    const arrays = { large: { output: 0 }, small: { input: 0 } }
    return { phases: [phaseOf(spec, arrays, { outer, count, inner, share })] }
  },
}
