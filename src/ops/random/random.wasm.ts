// The random ops on the command stream: an item is an engine with its run of elements.

import { bytesOf } from '../../core/dtype.ts'
import { sizeOf } from '../../core/shape.ts'
import { addresses, type Body, type Expr, f32, i32, i64, integers, item, type Local } from '../../kernel/wasm/asm.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import type { WasmKernel } from '../../kernel/wasm/plan.ts'
import { byteRange, chunksOf } from '../../kernel/wasm/ranges.ts'
import type { SeedAttributes } from '../generator.ts'
import { drawn, nextWord, shareOf, standardNormal, unit } from '../mersenne.ts'
import { engineWords } from '../mt19937.ts'
import { engineCount, sharesOf } from '../sampler.ts'
import type { RandomAttributes, ShuffleAttributes } from './random.ts'

/** Fills an engine's elements of 4 bytes, by two numbers of the distribution. */
function filling<W extends 'f32' | 'i32'>(
  word: W,
  draw: (f: Body, engine: Local<'i32'>, first: Expr<W>, second: Expr<W>) => () => Expr,
) {
  return item({ ...drawn, first: word, second: word }, (f, { index, args }) => {
    const { engine, begin, count } = shareOf(f, index, args)
    const y = f.let(i32.add(args.y, i32.shl(begin, 2)))
    const next = draw(f, engine, args.first as Expr<W>, args.second as Expr<W>)
    f.times(count, () => f.store(y, next()), [[y, 4]])
  })
}

const random = () => ({
  uniform: filling('f32', (f, engine, from, to) => {
    const low = f.let(from)
    const width = f.let(f32.sub(to, low))
    return () => f32.add(low, f32.mul(width, unit.call(engine)))
  }),
  normal: filling('f32', (f, engine, mean, deviation) => {
    const loc = f.let(mean)
    const scale = f.let(deviation)
    return () => f32.add(f32.mul(standardNormal.call(engine), scale), loc)
  }),
  randint: filling('i32', (f, engine, from, to) => {
    const low = f.let(from)
    const range = f.let(i64.extend_i32_u(i32.sub(to, low)))
    return () => {
      const first = f.let(i64.shl(i64.extend_i32_u(nextWord.call(engine)), 31n))
      const sum = i64.add(first, i64.extend_i32_u(nextWord.call(engine)))
      return i32.add(low, i32.wrap_i64(i64.rem_u(sum, range)))
    }
  }),
  seed: item({ state: 'address', seed: 'i32' }, (f, { index, args }) => {
    const word = f.let(i32.add(args.state, i32.mul(index, engineWords * 4)))
    const value = f.let(i32.add(i32.mul(args.seed, 127), index))
    f.range(1, engineWords, (i) => {
      f.store(word, value)
      word.bump(4)
      value.set(i32.add(i32.mul(i32.xor(value, i32.shr_u(value, 30)), 1812433253), i))
    })
    f.store(word, i32.const(engineWords - 1))
  }),
})

function drawing(entry: 'uniform' | 'normal' | 'randint'): WasmKernel<RandomAttributes> {
  return {
    plan(_inputs, { shape }) {
      const n = sizeOf(shape)
      const { engines, step } = sharesOf(n)
      const args = { state: { input: 0 }, y: { output: 0 }, n, step, first: { scalar: 0 }, second: { scalar: 1 } }
      return { phases: [defineModule('random', {}, random).phase(entry, engines, args)] }
    },
  }
}

/** y ~ U[low, high). */
export const uniformWasm: WasmKernel<RandomAttributes> = drawing('uniform')

/** y ~ N(loc, scale²). */
export const normalWasm: WasmKernel<RandomAttributes> = drawing('normal')

/** Integers from [low, high). */
export const randintWasm: WasmKernel<RandomAttributes> = drawing('randint')

/** The state of all engines, seeded; an item is an engine. */
export const seedGeneratorWasm: WasmKernel<SeedAttributes> = {
  plan: () => {
    const args = { state: { output: 0 }, seed: { scalar: 0 } }
    return { phases: [defineModule('random', {}, random).phase('seed', engineCount, args)] }
  },
}

const shuffling = () => ({
  order: item({ order: 'address', state: 'address', rows: 'i32' }, (f, { args }) => {
    const { order, state: engine, rows } = f.lets(args)
    const at = (i: Local<'i32'>) => f.let(i32.add(order, i32.shl(i, 2)))
    f.range(0, rows, (i) => f.store(at(i), i))
    const i = f.let(i32.sub(rows, 1))
    const j = f.local('i32')
    f.while(i32.gt_s(i, 0), () => {
      const mask = f.let(i32.shr_u(-1, i32.clz(i)))
      f.repeat((again) => {
        j.set(i32.and(nextWord.call(engine), mask))
        again.jumpIf(i32.gt_u(j, i))
      })
      const [to, from] = [at(i), at(j)]
      const kept = f.let(i32.load(to))
      f.store(to, i32.load(from))
      f.store(from, kept)
      i.bump(-1)
    })
  }),
  // `width` and `total` are bytes of a row and of all
  rows: item({ ...addresses('y', 'x', 'order'), ...integers('width', 'total') }, (f, { index, args }) => {
    const { y, x, order, width, total } = f.lets(args)
    const { begin, bytes } = byteRange(f, { index }, total)
    const end = f.let(i32.add(begin, bytes))
    // the rows that begin in this chunk
    const row = f.let(i32.div_u(i32.add(begin, i32.sub(width, 1)), width))
    const to = f.let(i32.mul(row, width))
    f.while(i32.lt_u(to, end), () => {
      const from = i32.load(i32.add(order, i32.shl(row, 2)))
      f.copy(i32.add(y, to), i32.add(x, i32.mul(from, width)), width)
      to.bump(width)
      row.bump(1)
    })
  }),
})

/** The rows of x in a random order: one item finds the order, the others copy. */
export const shuffleWasm: WasmKernel<ShuffleAttributes> = {
  plan([x]) {
    const rows = x.shape[0]
    if (rows === 0) return { phases: [] }
    const width = bytesOf(x) / rows
    const order = { workspace: 0 }
    const total = bytesOf(x)
    const module = defineModule('shuffle', {}, shuffling)
    const phases = [
      module.phase('order', 1, { order, state: { input: 1 }, rows }),
      module.phase('rows', chunksOf(total), { y: { output: 0 }, x: { input: 0 }, order, width, total }),
    ]
    return { workspace: rows * 4, phases }
  },
}
