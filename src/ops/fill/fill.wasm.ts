// fill on the command stream: items of a chunk of bytes, written in words of the element's pattern.
import { i32, i32x4, item } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { WasmKernel } from '../../kernel/plan.ts'
import { byteRange, chunksOf } from '../../kernel/ranges.ts'
import type { FillAttributes } from './fill.ts'

const module = defineModule('fill', () => [
  // args: y, bytes, word
  item('words', (f, input) => {
    const total = f.let(input.arg.i32(1))
    const { begin, bytes } = byteRange(f, input, total)
    const y = f.let(i32.add(input.arg.i32(0), begin))
    const word = f.let(input.arg.i32(2))
    const four = f.let(i32x4.splat(word))
    const end = f.let(i32.add(y, i32.and(bytes, ~15)))
    f.while(i32.lt_u(y, end), () => {
      f.store(y, four)
      y.bump(16)
    })
    f.times(i32.shr_u(i32.and(bytes, 15), 2), () => f.store(y, word), [[y, 4]])
  }),
  item('bytes', (f, input) => {
    const total = f.let(input.arg.i32(1))
    const { begin, bytes } = byteRange(f, input, total)
    f.fill(i32.add(input.arg.i32(0), begin), input.arg.i32(2), bytes)
  }),
])

/** y = value everywhere. */
export const fillWasm: WasmKernel<FillAttributes> = {
  plan(_inputs, { dtype }, [y]) {
    const size = y.shape.reduce((product, n) => product * n, 1)
    const bytes = dtype === 'uint8' ? size : size * 4
    const value = { scalar: 0, integer: dtype !== 'float32' }
    const entry = dtype === 'uint8' ? 'bytes' : 'words'
    return { phases: [{ module, entry, items: chunksOf(bytes), args: [{ output: 0 }, bytes, value] }] }
  },
}
