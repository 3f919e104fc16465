// The random ops on the command stream: an item is an engine with its run of elements.
import { type Body, type Expr, type Func, f32, type ItemInput, i32, i64, item, type Local } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { WasmKernel } from '../../kernel/plan.ts'
import { byteRange, bytesOf, chunksOf } from '../../kernel/ranges.ts'
import type { SeedAttributes } from '../generator.ts'
import { nextWord, shareOf, standardNormal, unit } from '../mersenne.ts'
import { engineWords } from '../mt19937.ts'
import { engineCount, sharesOf } from '../sampler.ts'
import type { RandomAttributes, ShuffleAttributes } from './random.ts'

/** Fills an engine's elements of 4 bytes; args: state, y, n, step, and two scalars. */
function filling(name: string, draw: (f: Body, engine: Local<'i32'>, input: ItemInput) => () => Expr): Func {
  return item(name, (f, input) => {
    const { engine, begin, count } = shareOf(f, input, [0, 2, 3])
    const y = f.let(i32.add(input.arg.i32(1), i32.shl(begin, 2)))
    const next = draw(f, engine, input)
    f.times(count, () => f.store(y, next()), [[y, 4]])
  })
}

const module = defineModule('random', () => [
  filling('uniform', (f, engine, { arg }) => {
    const low = f.let(arg.f32(4))
    const width = f.let(f32.sub(arg.f32(5), low))
    return () => f32.add(low, f32.mul(width, unit.call(engine)))
  }),
  filling('normal', (f, engine, { arg }) => {
    const loc = f.let(arg.f32(4))
    const scale = f.let(arg.f32(5))
    return () => f32.add(f32.mul(standardNormal.call(engine), scale), loc)
  }),
  filling('randint', (f, engine, { arg }) => {
    const low = f.let(arg.i32(4))
    const range = f.let(i64.extend_i32_u(i32.sub(arg.i32(5), low)))
    return () => {
      const first = f.let(i64.shl(i64.extend_i32_u(nextWord.call(engine)), 31n))
      const sum = i64.add(first, i64.extend_i32_u(nextWord.call(engine)))
      return i32.add(low, i32.wrap_i64(i64.rem_u(sum, range)))
    }
  }),
  // args: state, seed of engine 0
  item('seed', (f, { index, arg }) => {
    const word = f.let(i32.add(arg.i32(0), i32.mul(index, engineWords * 4)))
    const value = f.let(i32.add(i32.mul(arg.i32(1), 127), index))
    f.range(1, engineWords, (i) => {
      f.store(word, value)
      word.bump(4)
      value.set(i32.add(i32.mul(i32.xor(value, i32.shr_u(value, 30)), 1812433253), i))
    })
    f.store(word, i32.const(engineWords - 1))
  }),
])

function drawing(entry: string, integer: boolean): WasmKernel<RandomAttributes> {
  return {
    plan(_inputs, { shape }) {
      const n = shape.reduce((product, side) => product * side, 1)
      const { engines, step } = sharesOf(n)
      const scalars = [0, 1].map((scalar) => ({ scalar, integer }))
      return { phases: [{ module, entry, items: engines, args: [{ input: 0 }, { output: 0 }, n, step, ...scalars] }] }
    },
  }
}

/** y ~ U[low, high). */
export const uniformWasm: WasmKernel<RandomAttributes> = drawing('uniform', false)

/** y ~ N(loc, scale²). */
export const normalWasm: WasmKernel<RandomAttributes> = drawing('normal', false)

/** Integers from [low, high). */
export const randintWasm: WasmKernel<RandomAttributes> = drawing('randint', true)

/** The state of all engines, seeded; an item is an engine. */
export const seedGeneratorWasm: WasmKernel<SeedAttributes> = {
  plan: () => {
    const args = [{ output: 0 }, { scalar: 0, integer: true }]
    return { phases: [{ module, entry: 'seed', items: engineCount, args }] }
  },
}

const shuffleModule = defineModule('shuffle', () => [
  // args: order, state, rows
  item('order', (f, { arg }) => {
    const [order, engine, rows] = [0, 1, 2].map((k) => f.let(arg.i32(k)))
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
  // args: y, x, order, bytes of a row, bytes in all
  item('rows', (f, input) => {
    const [y, x, order, width, total] = [0, 1, 2, 3, 4].map((k) => f.let(input.arg.i32(k)))
    const { begin, bytes } = byteRange(f, input, total)
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
])

/** The rows of x in a random order: one item finds the order, the others copy. */
export const shuffleWasm: WasmKernel<ShuffleAttributes> = {
  plan([x]) {
    const rows = x.shape[0]
    if (rows === 0) return { phases: [] }
    const width = bytesOf(x) / rows
    const order = { workspace: 0 }
    const ordering = { module: shuffleModule, entry: 'order', items: 1, args: [order, { input: 1 }, rows] }
    const args = [{ output: 0 }, { input: 0 }, order, width, bytesOf(x)]
    const copying = { module: shuffleModule, entry: 'rows', items: chunksOf(bytesOf(x)), args }
    return { workspace: rows * 4, phases: [ordering, copying] }
  },
}
