// Adds up partial results that lie one after the other, always in the same order.
import { f32x4, i32, item, v128 } from './asm.ts'
import { least } from './loops.ts'
import { defineModule } from './module.ts'
import type { Address, Phase } from './plan.ts'

/** Bytes of an item. */
const sumBytes = 16384

/** The phase that adds up `parts` consecutive parts of `bytes` bytes each, in their order. */
export function sumParts(from: Address, to: Address, bytes: number, parts: number): Phase {
  const module = defineModule('sumParts', {}, sums)
  return module.phase('sum', Math.ceil(bytes / sumBytes), { from, to, bytes, parts })
}

const sums = () => ({
  sum: item({ from: 'address', to: 'address', bytes: 'i32', parts: 'i32' }, (f, { index, args }) => {
    const begin = f.let(i32.mul(index, sumBytes))
    const total = f.let(args.bytes)
    const left = f.let(i32.sub(total, begin))
    const bytes = f.let(least(left, sumBytes))
    const from = f.let(i32.add(args.from, begin))
    const to = f.let(i32.add(args.to, begin))
    const add = (lanes: number, size: number) => () => {
      const at = f.let(from)
      const load = (n: number) => (size === 4 ? v128.load32_zero(at) : v128.load(at, n * 16))
      const sums = Array.from({ length: lanes }, (_, n) => f.let(load(n)))
      at.bump(total)
      f.times(i32.sub(args.parts, 1), () => sums.forEach((sum, n) => sum.set(f32x4.add(sum, load(n)))), [[at, total]])
      sums.forEach((sum, n) => (size === 4 ? f.storeLane(32, to, sum, 0) : f.store(to, sum, n * 16)))
    }
    const steps = (bytes: number) => [[from, bytes] as const, [to, bytes] as const]
    f.times(i32.shr_u(bytes, 5), add(2, 16), steps(32))
    f.times(i32.shr_u(i32.and(bytes, 31), 2), add(1, 4), steps(4))
  }),
})
