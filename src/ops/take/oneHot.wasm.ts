// oneHot on the command stream: rows of one value, then the other at the index.
import { sizeOf } from '../../core/shape.ts'
import { addresses, type Expr, i32, i32x4, integers, item } from '../../kernel/asm.ts'
import { elementBytes, storeElement } from '../../kernel/elements.ts'
import { least } from '../../kernel/loops.ts'
import { defineModule } from '../../kernel/module.ts'
import type { PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import { type IndexType, loadIndex } from './indices.ts'
import type { OneHotAttributes } from './oneHot.ts'

/** Elements an item. */
const itemElements = 32768

interface OneHot {
  readonly index: IndexType
  readonly dtype: PlannedArray['dtype']
}

/** `share` rows of `depth` elements are an item. */
const sizes = integers('rows', 'depth', 'share')

function oneHot({ index: type, dtype }: OneHot) {
  const bytes = elementBytes(dtype)
  const word = dtype === 'float32' ? 'f32' : 'i32'
  const form = { ...addresses('y', 'indices'), sizes, on: word, off: word } as const
  const rows = item(form, (f, { index, args }) => {
    const { rows, depth, share } = f.lets(args.sizes)
    const [on, off] = [f.let(bitsOf(args.on)), f.let(bitsOf(args.off))]
    const begin = f.let(i32.mul(index, share))
    const end = f.let(i32.add(begin, share))
    const last = f.let(least(end, rows))
    const y = f.let(i32.add(args.y, i32.mul(i32.mul(begin, depth), bytes)))
    const count = f.let(i32.mul(i32.sub(last, begin), depth))
    if (bytes === 1) f.fill(y, off, count)
    else {
      const at = f.let(y)
      const four = f.let(i32x4.splat(off))
      f.times(i32.shr_u(count, 2), () => f.store(at, four), [[at, 16]])
      f.times(i32.and(count, 3), () => f.store(at, off), [[at, 4]])
    }
    f.range(begin, last, (row) => {
      const hot = f.let(loadIndex(args.indices, row, type))
      f.if(i32.lt_u(hot, depth), () => {
        const to = i32.add(y, i32.mul(hot, bytes))
        storeElement(f, bytes, to, on)
      })
      y.bump(i32.mul(depth, bytes))
    })
  })
  return { rows }
}

const bitsOf = (word: Expr<'i32'> | Expr<'f32'>) => (word.type === 'f32' ? i32.reinterpret_f32(word) : word)

/** y[i, ·] = on at indices[i], off elsewhere; an item is some rows. */
export const oneHotWasm: WasmKernel<OneHotAttributes> = {
  plan([indices], { depth, dtype }) {
    const rows = sizeOf(indices.shape)
    const share = Math.max(1, Math.floor(itemElements / depth))
    const arrays = { y: { output: 0 }, indices: { input: 0 } }
    const args = { ...arrays, sizes: { rows, depth, share }, on: { scalar: 0 }, off: { scalar: 1 } }
    const module = defineModule('oneHot', { index: indices.dtype as IndexType, dtype }, oneHot)
    return { phases: [module.phase('rows', Math.ceil(rows / share), args)] }
  },
}
