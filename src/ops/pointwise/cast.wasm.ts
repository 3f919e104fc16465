// cast on the command stream: four elements at a time, widened to 32 bits and back.
import { type Expr, f32x4, i32, i32x4, item, select, v128 } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import { type Stream, sweep } from '../../kernel/sweep.ts'
import type { CastAttributes } from './cast.ts'

type DType = PlannedArray['dtype']

/** Elements an item. */
const chunk = 16384

const bytesOf = (dtype: DType): 1 | 4 => (dtype === 'uint8' ? 1 : 4)

/** Four lanes of one type as another; those of uint8 are int32 lanes from 0 to 255. */
function convert(from: DType, to: DType, x: Expr<'v128'>): Expr<'v128'> {
  if (from === to) return x
  if (to === 'float32') return f32x4.convert_i32x4_s(x)
  const whole = from === 'float32' ? i32x4.trunc_sat_f32x4_s(x) : x
  return to === 'uint8' ? v128.and(whole, i32x4.const(255)) : whole
}

const moduleOf = (from: DType, to: DType) =>
  defineModule(`cast ${from} ${to}`, () => [
    // args: y, x, elements
    item('cast', (f, { index, arg }) => {
      const begin = f.let(i32.mul(index, chunk))
      const left = f.let(i32.sub(arg.i32(2), begin))
      const stream = (k: number, dtype: DType): Stream => {
        const bytes = bytesOf(dtype)
        return { pointer: f.let(i32.add(arg.i32(k), i32.mul(begin, bytes))), bytes }
      }
      const y = stream(0, to)
      const x = stream(1, from)
      const count = select(i32.lt_u(left, chunk), left, i32.const(chunk))
      sweep(f, count, [y, x], (load) => [[y, convert(from, to, load(x))]])
    }),
  ])

/** y = x in another type, in the order of x. */
export const castWasm: WasmKernel<CastAttributes> = {
  orders: ([x]) => ({ inputs: [x.order], outputs: [x.order] }),
  plan([x], { dtype }) {
    const size = x.shape.reduce((product, n) => product * n, 1)
    const args = [{ output: 0 }, { input: 0 }, size]
    return { phases: [{ module: moduleOf(x.dtype, dtype), entry: 'cast', items: Math.ceil(size / chunk), args }] }
  },
}
