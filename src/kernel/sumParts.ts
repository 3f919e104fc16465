// Adds up partial results that lie one after the other, always in the same order.
import { f32x4, i32, item, select, v128 } from './asm.ts'
import { defineModule } from './module.ts'
import type { Phase, PlanArgument } from './plan.ts'

/** Bytes of an item. */
const sumBytes = 16384

/** The phase that adds up parts of so many bytes that lie one after the other, in their order. */
export function sumParts(from: PlanArgument, to: PlanArgument, bytes: number, parts: number): Phase {
  const items = Math.ceil(bytes / sumBytes)
  return { module: sumModule(), entry: 'sum', items, args: [from, to, bytes, parts] }
}

const sumModule = () =>
  defineModule('sumParts', () => [
    item('sum', (f, { index, arg }) => {
      const begin = f.let(i32.mul(index, sumBytes))
      const total = f.let(arg.i32(2))
      const left = f.let(i32.sub(total, begin))
      const bytes = f.let(select(i32.lt_u(left, sumBytes), left, i32.const(sumBytes)))
      const from = f.let(i32.add(arg.i32(0), begin))
      const to = f.let(i32.add(arg.i32(1), begin))
      const add = (lanes: number, size: number) => () => {
        const at = f.let(from)
        const load = (n: number) => (size === 4 ? v128.load32_zero(at) : v128.load(at, n * 16))
        const sums = Array.from({ length: lanes }, (_, n) => f.let(load(n)))
        at.bump(total)
        f.times(i32.sub(arg.i32(3), 1), () => sums.forEach((sum, n) => sum.set(f32x4.add(sum, load(n)))), [[at, total]])
        sums.forEach((sum, n) => (size === 4 ? f.storeLane(32, to, sum, 0) : f.store(to, sum, n * 16)))
      }
      const steps = (bytes: number) => [[from, bytes] as const, [to, bytes] as const]
      f.times(i32.shr_u(bytes, 5), add(2, 16), steps(32))
      f.times(i32.shr_u(i32.and(bytes, 31), 2), add(1, 4), steps(4))
    }),
  ])
