// The assembler: every operator validates and computes what WebAssembly says, misuse is refused while building.
import { describe, expect, it } from 'vitest'
import * as asm from './asm.ts'
import { assemble, type Func, f32, f32x4, f64, func, i8x16, i16x8, i32, i32x4, i64, select, v128 } from './asm.ts'

const memory = new WebAssembly.Memory({ initial: 4, maximum: 65536, shared: true })
const floats = new Float32Array(memory.buffer)
const ints = new Int32Array(memory.buffer)

type Exports = Record<string, (...args: number[]) => number>

const load = (...functions: Func[]): Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(assemble(functions)), { m: { m: memory } }).exports as Exports

describe('operators', () => {
  const sample = {
    i32: i32.const(3),
    i64: i64.const(5n),
    f32: f32.const(1.5),
    f64: f64.const(2.5),
    v128: f32x4.const(1),
  }

  it('all validate with the operands that their types ask for', () => {
    let count = 0
    for (const group of [
      'i32',
      'i64',
      'f32',
      'f64',
      'v128',
      'i8x16',
      'i16x8',
      'i32x4',
      'i64x2',
      'f32x4',
      'f64x2',
    ] as const)
      for (const [name, make] of Object.entries(
        (asm as unknown as Record<string, unknown>)[group] as Record<string, (...args: never[]) => asm.Expr>,
      )) {
        if (/const|lane|shuffle/.test(name)) continue
        const fits = [[], ...combinations(Object.values(sample))].some((operands) => {
          try {
            const f = func('f', [], 'none', (f) => void f.let(make(...(operands as never[]))))
            return WebAssembly.validate(assemble([f]))
          } catch {
            return false
          }
        })
        expect(fits, `${group}.${name}`).toBe(true)
        count++
      }
    expect(count).toBeGreaterThan(250)
  })

  it('wrap, compare unsigned, round and convert', () => {
    const k = load(
      func('wrap', ['i32', 'i32'], 'i32', (_, a, b) => i32.add(a, b)),
      func('below', ['i32', 'i32'], 'i32', (_, a, b) => i32.lt_u(a, b)),
      func('nearest', ['f64'], 'f64', (_, x) => f64.nearest(x)),
      func('trunc', ['f32'], 'i32', (_, x) => i32.trunc_sat_f32_s(x)),
      func('bits', ['f32'], 'i32', (_, x) => i32.reinterpret_f32(x)),
      func('max', ['f32'], 'f32', (_, x) => f32.max(x, 0)),
      func('pick', ['i32'], 'f64', (_, c) => select(c, f64.const(1), f64.const(-1))),
      func('big', [], 'i32', () => i32.wrap_i64(i64.shr_u(i64.const(-1n), 60n))),
    )
    expect(k.wrap(0x7fffffff, 1)).toBe(-0x80000000)
    expect(k.below(1, 0x90000000 | 0)).toBe(1)
    expect([0.5, 1.5, 2.5, -0.5].map((x) => k.nearest(x))).toEqual([0, 2, 2, -0])
    expect([1e20, -2.7, Number.NaN].map((x) => k.trunc(x))).toEqual([0x7fffffff, -2, 0])
    expect(k.bits(1)).toBe(0x3f800000)
    expect(k.max(Number.NaN)).toBe(Number.NaN)
    expect([k.pick(1), k.pick(0), k.big()]).toEqual([1, -1, 15])
  })

  it('constants carry every bit, in either range', () => {
    for (const n of [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 0x7fffffff, -0x80000000, 0x80000000, 0xffffffff])
      expect(load(func('n', [], 'i32', () => n)).n()).toBe(n | 0)
    for (const x of [0, -0, 1e-45, 3.4e38, Infinity, Number.NaN])
      expect(load(func('x', [], 'f32', () => x)).x()).toBe(Math.fround(x))
  })
})

function combinations(values: readonly unknown[]): unknown[][] {
  const one = values.map((a) => [a])
  const two = values.flatMap((a) => values.map((b) => [a, b]))
  return [...one, ...two, ...values.map((a) => [a, a, a])]
}

describe('vectors', () => {
  it('shuffle, narrow, extract, replace and store lanes', () => {
    const k = load(
      func('run', ['i32', 'i32'], 'none', (f, from, to) => {
        const v = f.let(v128.load(from))
        f.store(to, i8x16.shuffle(v, v, 12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3))
        f.storeLane(64, to, v, 1, 16)
        f.storeLane(32, to, f32x4.replace_lane(v, 2, 9), 2, 24)
        f.store(to, f32.add(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 3)), 28)
        const small = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(v), i32x4.const(300, -1, 7, 8))
        f.store(to, i8x16.narrow_i16x8_u(small, small), 32)
        f.store(to, v128.load32_lane(from, f32x4.const(0), 1, 8), 48)
      }),
    )
    floats.set([1, 2, 3, 4], 16)
    k.run(64, 256)
    expect([...floats.slice(64, 72)]).toEqual([4, 3, 2, 1, 3, 4, 9, 5])
    expect([...new Uint8Array(memory.buffer).slice(288, 296)]).toEqual([1, 2, 3, 4, 255, 0, 7, 8])
    expect([...floats.slice(76, 80)]).toEqual([0, 3, 0, 0])
  })
})

describe('statements', () => {
  it('count, nest, bump and restore', () => {
    const k = load(
      func('nest', ['i32'], 'none', (f, p) => {
        const q = f.let(p)
        f.nest(
          [
            { count: 2, bumps: [[q, 12]] },
            { count: 1, bumps: [[q, 400]] },
            { count: 3, bumps: [[q, 4]] },
          ],
          () => f.store(q, i32.sub(q, p)),
        )
        f.store(p, i32.eq(q, p), 24)
      }),
      func('sum', ['i32'], 'i32', (f, n) => {
        const total = f.local('i32')
        const odd = f.local('i32', 1)
        f.times(n, () => total.bump(odd), [[odd, 2]])
        return total
      }),
      func('range', ['i32', 'i32'], 'i32', (f, a, b) => {
        const total = f.local('i32')
        f.range(a, b, (i) => total.bump(i), 3)
        return total
      }),
    )
    k.nest(512)
    expect([...ints.slice(128, 135)]).toEqual([0, 4, 8, 12, 16, 20, 1])
    expect([0, 1, 5].map((n) => k.sum(n))).toEqual([0, 1, 25])
    expect([k.range(2, 9), k.range(3, 3), k.range(9, 2)]).toEqual([2 + 5 + 8, 0, 0])
  })

  it('branch, loop while, jump out, return and trap', () => {
    const k = load(
      func('collatz', ['i32'], 'i32', (f, n) => {
        const steps = f.local('i32')
        f.while(i32.ne(n, 1), () => {
          f.if(
            i32.and(n, 1),
            () => n.set(i32.add(i32.mul(n, 3), 1)),
            () => n.set(i32.shr_u(n, 1)),
          )
          steps.bump(1)
        })
        return steps
      }),
      func('firstSquareAbove', ['i32'], 'i32', (f, n) => {
        const i = f.local('i32')
        f.block((found) =>
          f.repeat((again) => {
            found.jumpIf(i32.gt_s(i32.mul(i, i), n))
            i.bump(1)
            again.jump()
          }),
        )
        return i
      }),
      func('early', ['i32'], 'i32', (f, n) => {
        f.if(n, () => f.return(i32.const(7)))
        return 3
      }),
      func('trap', [], 'none', (f) => f.unreachable()),
    )
    expect(k.collatz(27)).toBe(111)
    expect(k.firstSquareAbove(50)).toBe(8)
    expect([k.early(1), k.early(0)]).toEqual([7, 3])
    expect(() => k.trap()).toThrow(WebAssembly.RuntimeError)
  })

  it('call helpers, which travel with the module unexported', () => {
    const square = func('square', ['f64'], 'f64', (_, x) => f64.mul(x, x))
    const put = func('put', ['i32', 'f64'], 'none', (f, p, x) => f.store(p, x))
    const k = load(
      func('run', ['i32'], 'none', (f, p) => f.run(put, p, f64.sqrt(f64.add(square.call(3), square.call(4))))),
    )
    k.run(1024)
    expect(Object.keys(k)).toEqual(['run'])
    expect(new Float64Array(memory.buffer)[128]).toBe(5)
  })

  it('copy and fill', () => {
    const k = load(
      func('run', ['i32', 'i32'], 'none', (f, from, to) => {
        f.fill(to, 255, 8)
        f.copy(i32.add(to, 2), from, 4)
      }),
    )
    floats[512] = 1
    k.run(2048, 3072)
    expect([...new Uint8Array(memory.buffer).slice(3072, 3081)]).toEqual([255, 255, 0, 0, 128, 63, 255, 255, 0])
  })
})

describe('misuse', () => {
  it('does not compile when types are mixed, and throws for untyped callers', () => {
    // @ts-expect-error a float is no integer
    expect(() => i32.add(f32.const(1), 2)).toThrow('[asm] wrong operand type: got f32, expected i32')
    // @ts-expect-error a float local takes no vector
    expect(() => func('f', ['f32', 'v128'], 'none', (_, x, v) => x.set(v)).body).toThrow('got v128, expected f32')
    // @ts-expect-error the result is an integer
    expect(() => func('f', ['f32'], 'i32', (_, x) => x).body).toThrow('got f32, expected i32')
    expect(() => i32.const(1.5)).toThrow('[asm] cannot make a constant: got 1.5, expected a value of type i32')
    expect(() => f32x4.extract_lane(f32x4.const(0), 4)).toThrow(
      '[asm] no such lane: got 4, expected an integer from 0 to 3',
    )
    expect(() => f32.load(0, -4)).toThrow('[asm] cannot encode an offset: got -4')
    expect(() => i32x4.const(1, 2)).toThrow('[asm] wrong number of lane constants: got 2, expected 1 or 4')
  })

  it('is refused: locals of another function, labels outside their block, statements after the end', () => {
    let other: asm.Local<'i32'> | undefined
    let body: asm.Body | undefined
    let label: asm.Label | undefined
    const one = func('one', ['i32'], 'none', (f, x) => {
      other = x
      body = f
    })
    expect(one.body).toBe(body)
    expect(() => func('two', [], 'i32', () => other!).body).toThrow(
      '[two] unknown local: got i32 local 0, expected a local of this function',
    )
    expect(() => body!.unreachable()).toThrow('[one] cannot add a statement: the function is already built')
    expect(
      () =>
        func('three', [], 'none', (f) => {
          f.block((end) => {
            label = end
          })
          label!.jump()
        }).body,
    ).toThrow('[asm] cannot jump to a label outside its block')
    const same = () => func('same', [], 'none', () => {})
    expect(() => assemble([same(), same()])).toThrow('[assemble] names of exports must differ: got same, same')
  })
})
