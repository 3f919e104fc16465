// Kernel modules: built once, when used, by a spec that is their key; phases that the compiler checks.
import { expect, expectTypeOf, it } from 'vitest'
import type { Formula } from '../../arith/arith.ts'
import { type Expr, f32, i32, item, list, rest } from './asm.ts'
import { itemFunction } from './func.ts'
import { inline } from './inline.ts'
import { defineModule } from './module.ts'

const axpy = item({ y: 'address', x: 'address', count: 'i32', a: 'f32' }, (f, { args }) => {
  const { y, x } = f.lets({ y: args.y, x: args.x })
  f.times(args.count, () => f.store(y, f32.add(f32.load(y), f32.mul(args.a, f32.load(x)))), [
    [y, 4],
    [x, 4],
  ])
})

const given = { y: { output: 0 }, x: { input: 1, plus: 8 }, count: 3, a: { scalar: 0 } } as const

it('is made once for a spec, and assembled at first use', () => {
  let built = 0
  const build = ({ size }: { readonly size: number }) => ({
    first: item({ y: 'address' }, (f, { args }) => {
      built++
      f.store(args.y, i32.const(size))
    }),
    second: item({}, () => {}),
  })
  const module = defineModule('test/module', { size: 3 }, build)
  expect(module.entries).toEqual(['first', 'second'])
  expect(built).toBe(0)
  expect(defineModule('test/module', { size: 3 }, build)).toBe(module)
  expect(defineModule('test/module', { size: 4 }, build)).not.toBe(module)
  expect(WebAssembly.validate(module.bytes())).toBe(true)
  expect(module.bytes()).toBe(module.bytes())
  expect(built).toBe(1)
})

it('knows formulas by what they compute, and refuses what a key can not hold', () => {
  const build = () => ({ none: item({}, () => {}) })
  const twice = defineModule('test/formula', { formula: ((m, x) => m.add(x, x)) as Formula }, build)
  expect(defineModule('test/formula', { formula: ((m, y) => m.add(y, y)) as Formula }, build)).toBe(twice)
  expect(defineModule('test/formula', { formula: ((m, x) => m.mul(x, x)) as Formula }, build)).not.toBe(twice)
  const load = (k: number) => new Date(k)
  // @ts-expect-error a function that is no formula has no key
  expect(() => defineModule('test/function', { load }, build)).toThrow()
})

it('takes the key that a part of a spec says itself', () => {
  class Doubling {
    readonly note: string
    constructor(note: string) {
      this.note = note
    }
    toJSON() {
      return 'x + x'
    }
  }
  const build = () => ({ none: item({}, () => {}) })
  const module = defineModule('test/keyed', { graph: new Doubling('a') }, build)
  expect(module.key).toBe('test/keyed {"graph":"x + x"}')
  expect(defineModule('test/keyed', { graph: new Doubling('b') }, build)).toBe(module)
})

it('leaves bits as the plan gives them', () => {
  const build = () => ({ one: item({ x: 'bits', y: 'bits', z: 'bits' }, () => {}) })
  const scalars = { x: { scalar: 0, integer: false }, y: { scalar: 1, integer: true } }
  const { args } = defineModule('test/bits', {}, build).phase('one', 1, { ...scalars, z: 7 })
  expect(args).toEqual([scalars.x, scalars.y, 7])
  // @ts-expect-error the type of the scalar is missing
  defineModule('test/bits', {}, build).phase('one', 1, { ...scalars, z: { scalar: 2 } })
})

it('encodes arguments by name and type', () => {
  const module = defineModule('test/axpy', {}, () => ({ axpy }))
  const { args } = module.phase('axpy', 1, given)
  expect(args).toEqual([{ output: 0 }, { input: 1, plus: 8 }, 3, { scalar: 0 }])
  const settled = { ...given, y: { at: 64 }, count: { scalar: 1 }, a: 0.5 }
  expect(module.phase('axpy', 1, settled).args[0]).toBe(64)
  expect(module.phase('axpy', 1, settled).args.slice(2)).toEqual([{ scalar: 1, integer: true }, 0x3f000000])
})

it('does not compile, and throws, where arguments are missing, misspelt or of another type', () => {
  const module = defineModule('test/axpy', {}, () => ({ axpy }))
  const { a: _, ...short } = given
  // @ts-expect-error no such entry
  expect(() => module.phase('axpi', 1, given)).toThrow()
  // @ts-expect-error a is missing
  expect(() => module.phase('axpy', 1, short)).toThrow('[test/axpy {} axpy] args.a is missing')
  // @ts-expect-error factor is no argument
  expect(() => module.phase('axpy', 1, { ...short, factor: 2 })).toThrow('args.a is missing')
  // @ts-expect-error a number is no address
  expect(() => module.phase('axpy', 1, { ...given, y: 3 })).toThrow('args.y is no address: got 3')
  expect(() => module.phase('axpy', 1, { ...given, count: 1.5 })).toThrow('args.count is no i32: got 1.5')
})

it('refuses more words than a command has room for', () => {
  const module = defineModule('test/many', {}, () => ({ many: item({ all: list('i32', 25) }, () => {}) }))
  expect(() => module.phase('many', 1, { all: Array<number>(25).fill(0) })).toThrow('has 25 words')
  expect(() => module.phase('many', 1, { all: [1] })).toThrow('args.all has the wrong length: got 1, expected 25')
})

it('receives records, lists and lists of any length', () => {
  const form = {
    y: 'address',
    loops: list({ size: 'i32', step: 'i32' }, 2),
    weights: rest({ a: 'f32', b: 'i32' }),
  } as const
  const sums = item(form, (f, { index, args }) => {
    expectTypeOf(args.loops[0].size).toEqualTypeOf<Expr<'i32'>>()
    const [outer, inner] = args.loops
    const { a, b } = args.weights(index)
    const sizes = i32.add(i32.mul(outer.size, inner.step), i32.mul(inner.size, outer.step))
    f.store(args.y, f32.add(a, f32.convert_i32_s(i32.add(b, sizes))))
  })
  const loops = [
    { size: 2, step: 10 },
    { size: 3, step: 100 },
  ]
  const weights = [
    { a: 0, b: 0 },
    { a: 0.25, b: 4 },
  ]
  const phase = defineModule('test/lists', {}, () => ({ sums })).phase('sums', 1, { y: { at: 256 }, loops, weights })
  const { ints, floats, run } = inline([itemFunction('sums', sums)], 1)
  ints.set(phase.args as readonly number[], 8)
  run['sums'](1, 32, 0)
  expect(floats[64]).toBe(0.25 + 4 + 200 + 30)
})
