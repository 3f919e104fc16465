// MXNet's sampler as WebAssembly functions: the Mersenne Twister, and uniform and normal float32 numbers from it.
import {
  type Body,
  type Expr,
  f32,
  f64,
  func,
  i32,
  i32x4,
  type Local,
  type Received,
  select,
  v128,
} from '../kernel/wasm/asm.ts'
import { log64 } from '../kernel/wasm/float64.ts'
import { least } from '../kernel/wasm/loops.ts'
import { engineWords } from './mt19937.ts'

const size = 624
const shift = 397
const engineBytes = engineWords * 4
const usedAt = size * 4

/** Words a[i], a[i+1] and a[i+397] give the new a[i]; here for four lanes. */
const twist = (f: Body, word: Expr<'v128'>, next: Expr<'v128'>, far: Expr<'v128'>) => {
  const y = f.let(v128.or(v128.and(word, i32x4.const(0x80000000)), v128.and(next, i32x4.const(0x7fffffff))))
  const odd = i32x4.neg(v128.and(y, i32x4.const(1)))
  return v128.xor(v128.xor(far, i32x4.shr_u(y, 1)), v128.and(odd, i32x4.const(0x9908b0df)))
}

/** Renews the 624 words of an engine; four at a time, since none depends on the three before it. */
const renew = func('renew', ['i32'], 'none', (f, engine) => {
  const a = f.let(engine)
  const four = (far: number) => {
    f.store(a, twist(f, v128.load(a), v128.load(a, 4), v128.load(a, far * 4)))
  }
  const one = (next: Expr<'v128'>, far: number) => {
    const word = f.let(twist(f, v128.load32_zero(a), next, far < 0 ? behind(a, far) : v128.load32_zero(a, far * 4)))
    f.storeLane(32, a, word, 0)
    a.bump(4)
  }
  const behind = (address: Expr<'i32'>, words: number) => v128.load32_zero(i32.add(address, words * 4))
  const back = shift - size
  f.times(224 / 4, () => four(shift), [[a, 16]])
  for (let i = 224; i < size - shift; i++) one(v128.load32_zero(a, 4), shift)
  f.times(396 / 4, () => {
    f.store(a, twist(f, v128.load(a), v128.load(a, 4), v128.load(i32.add(a, back * 4))))
  }, [[a, 16]])
  one(v128.load32_zero(engine), back)
})

/** The next output of an engine, an unsigned 32-bit integer. */
export const nextWord = func('nextWord', ['i32'], 'i32', (f, engine) => {
  const used = f.let(i32.load(engine, usedAt))
  f.if(i32.ge_u(used, size), () => {
    f.run(renew, engine)
    used.set(0)
  })
  f.store(engine, i32.add(used, 1), usedAt)
  const y = f.let(i32.load(i32.add(engine, i32.shl(used, 2))))
  y.set(i32.xor(y, i32.shr_u(y, 11)))
  y.set(i32.xor(y, i32.and(i32.shl(y, 7), 0x9d2c5680)))
  y.set(i32.xor(y, i32.and(i32.shl(y, 15), 0xefc60000)))
  return i32.xor(y, i32.shr_u(y, 18))
})

/** One float32 from [0, 1): a word divided by 2³²; what rounds to 1 is 1 − 2⁻²⁴. */
export const unit = func('unit', ['i32'], 'f32', (_f, engine) =>
  f32.min(f32.mul(f32.convert_i32_u(nextWord.call(engine)), 2 ** -32), 1 - 2 ** -24),
)

/**
 * One float32 of mean 0 and deviation 1 by the polar method, whose second value is dropped. For every float32 r that can
 * come up (from 2⁻⁴⁸ to 1) the factor rounds to the same float32 as with V8's `Math.log`: all 400 million were tried.
 */
export const standardNormal = func('standardNormal', ['i32'], 'f32', (f, engine) => {
  const symmetric = () => f.let(f32.sub(f32.mul(2, unit.call(engine)), 1))
  const [y, r] = [f.local('f32'), f.local('f32')]
  f.repeat((again) => {
    const x = symmetric()
    y.set(symmetric())
    r.set(f32.add(f32.mul(x, x), f32.mul(y, y)))
    again.jumpIf(i32.or(f32.gt(r, 1), f32.eq(r, 0)))
  })
  const wide = f.let(f64.promote_f32(r))
  return f32.mul(y, f32.demote_f64(f64.sqrt(f64.div(f64.mul(-2, log64.call(wide)), wide))))
})

/** What an item that is an engine does: the engine's address, and the elements of the output that are its own. */
export interface Share {
  readonly engine: Local<'i32'>
  /** First element. */
  readonly begin: Local<'i32'>
  /** How many. */
  readonly count: Local<'i32'>
}

/** The generator's state and the array that the engines fill; its elements, and those of one engine. */
export const drawn = { state: 'address', y: 'address', n: 'i32', step: 'i32' } as const

/** Engine t fills elements t·step to (t+1)·step of n. */
export function shareOf(f: Body, index: Local<'i32'>, { state, n, step }: Received<typeof drawn>): Share {
  const begin = f.let(i32.mul(index, step))
  const left = f.let(i32.sub(n, begin))
  // the last engines may have nothing left
  const none = i32.gt_u(begin, n)
  const count = f.let(least(left, step))
  return {
    engine: f.let(i32.add(state, i32.mul(index, engineBytes))),
    begin,
    count: f.let(select(none, i32.const(0), count)),
  }
}
