// Arrays as a user has them: made, changed, read in program order, refused with a reason.
import { autograd, cpu, type NDArray, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import { WasmEngine } from '../engines/wasm/engine.ts'
import { assign } from '../ops/copy/copy.ts'

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

describe.each([cpu(), reference()])('on %s', (ctx) => {
  const of = (values: nd.NestedNumbers, dtype?: 'int32' | 'uint8') => nd.array(values, { ctx, dtype })
  const list = async (array: NDArray) => [...(await array.toArray())]

  it('makes arrays of values', async () => {
    const x = of([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect([x.dtype, String(x.shape), x.ndim, x.size, x.length]).toEqual(['float32', '(2, 3)', 2, 6, 2])
    expect(await list(x)).toEqual([1, 2, 3, 4, 5, 6])
    expect(String(of(7).shape)).toBe('()')
    expect(String(of([]).shape)).toBe('(0,)')
    expect(String(of([[], []]).shape)).toBe('(2, 0)')
    expect(nd.array(new Uint8Array([1, 2]), { ctx }).dtype).toBe('float32')
    expect(await list(nd.array(Float64Array.of(0.5, 1.5, 2.5, 3.5), { ctx, shape: [2, 2] }))).toEqual([
      0.5, 1.5, 2.5, 3.5,
    ])
    const whole = of([1, 300], 'uint8')
    expect([nd.array(whole).dtype, await list(nd.array(whole))]).toEqual(['uint8', [1, 44]])
    expect(() => of([[1, 2], [3]])).toThrow('[array] the inner lists must all be as the first, (2, 2)')
    expect(() => of([[1], [2, 3], []])).toThrow('[array] the inner lists must all be as the first, (3, 1)')
    expect(() => of([1, [2]])).toThrow('[array] the inner lists must all be as the first, (2,)')
    expect(() => nd.array(Float32Array.of(1, 2, 3), { ctx, shape: [2, 2] })).toThrow(
      /3 values don't fill the shape \(2, 2\)/,
    )
  })

  it('makes arrays of rows', async () => {
    const rows = nd.array([Float32Array.of(1, 2), Int32Array.of(3, 4), [5, 6]], { ctx })
    expect([rows.dtype, String(rows.shape), await list(rows)]).toEqual(['float32', '(3, 2)', [1, 2, 3, 4, 5, 6]])
    const deep = nd.array([[Uint8Array.of(1, 2)], [Uint8Array.of(3, 4)]], { ctx, dtype: 'int32' })
    expect([deep.dtype, String(deep.shape), await list(deep)]).toEqual(['int32', '(2, 1, 2)', [1, 2, 3, 4]])
    expect(String(nd.array([Float32Array.of(1, 2), Float32Array.of(3, 4)], { ctx, shape: [4] }).shape)).toBe('(4,)')
    expect(() => of([Float32Array.of(1, 2), Float32Array.of(3)])).toThrow('lists must all be as the first, (2, 2)')
    expect(() => of([1, Float32Array.of(3)])).toThrow('the inner lists must all be as the first, (2,)')
  })

  it('answers what is no number in one line', () => {
    const itself: unknown[] = []
    itself.push(itself)
    const wrong: readonly (readonly [values: unknown, message: string])[] = [
      [[of(1), of(2)], 'values must be numbers, got an NDArray: join arrays by nd.stack(...list)'],
      [[of([1]), of([2])], 'values must be numbers, got an NDArray: join arrays by nd.stack(...list)'],
      [5n, 'values must be numbers, got 5n, a bigint: convert it by Number'],
      [[1, 2n], 'values must be numbers, got 2n, a bigint: convert it by Number'],
      [BigInt64Array.of(1n), 'values must be numbers, got a BigInt64Array'],
      [[BigUint64Array.of()], 'values must be numbers, got a BigUint64Array'],
      [new DataView(new ArrayBuffer(4)), 'values must be numbers, got a DataView'],
      [new Array(2), 'values must be numbers, got undefined'],
      [[1, '2'], "values must be numbers, got '2'"],
      [[1, null], 'values must be numbers, got null'],
      [[true], 'values must be numbers, got true'],
      [Symbol('s'), 'values must be numbers, got Symbol(s)'],
      [() => 1, 'values must be numbers, got a function'],
      [{ length: 1, 0: 1 }, 'values must be numbers, got an object'],
      [{ constructor: 3 }, 'values must be numbers, got an object'],
      [(function* () {})(), 'values must be numbers, got an object'],
      [new Map(), 'values must be numbers, got a Map'],
      [[[1], [[2]]], 'the inner lists must all be as the first, (2, 1)'],
      [[1, []], 'the inner lists must all be as the first, (2,)'],
      [itself, 'takes lists in at most 32 levels'],
    ]
    for (const [values, message] of wrong) {
      expect(() => nd.array(values as never, { ctx })).toThrow(new RegExp(`^\\[array\\] ${escaped(message)}$`))
    }
  })

  it('makes constants and ranges', async () => {
    expect(await list(nd.zeros(3, { ctx }))).toEqual([0, 0, 0])
    expect(await list(nd.full([2, 1], 2, { ctx, dtype: 'int32' }))).toEqual([2, 2])
    expect(() => nd.full([2, 1], 2.9, { ctx, dtype: 'int32' })).toThrow(
      "[full] int32 can't hold 2.9: expected an integer from -2147483648 to 2147483647",
    )
    expect(await list(nd.onesLike(of([1, 2], 'int32')))).toEqual([1, 1])
    expect(await list(nd.arange(3, null, { ctx }))).toEqual([0, 1, 2])
    expect(await list(nd.arange(5, 0, { ctx, step: -2 }))).toEqual([5, 3, 1])
    expect(await list(nd.arange(1, 3, { ctx, repeat: 2 }))).toEqual([1, 1, 2, 2])
    expect(() => nd.arange(0, -1, { ctx, step: 0 })).toThrow('[arange] step must not be 0')
    expect(() => nd.arange(0, Infinity, { ctx })).toThrow('[arange] bounds must be finite, got 0 and Infinity')
    expect(await list(nd.linspace(0, 1, 5, { ctx }))).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(await list(nd.eye(2, 3, { ctx, k: 1 }))).toEqual([0, 1, 0, 0, 0, 1])
  })

  it('adds, compares and casts by methods', async () => {
    const x = of([1, 2, 3])
    expect(
      await list(
        x
          .add(1)
          .multiply(x)
          .subtract(of([1])),
      ),
    ).toEqual([1, 5, 11])
    expect(await list(x.equal(2))).toEqual([0, 1, 0])
    expect(x.equal(2).dtype).toBe('float32')
    expect(await list(x.divide(2).astype('int32'))).toEqual([0, 1, 1])
    expect(x.astype('float32', { copy: false })).toBe(x)
    expect(() => x.add(of([1, 2, 3], 'int32'))).toThrow('[add] operands must have one dtype, got float32 and int32')
    expect(() => `${(x as unknown as number) + 1}`).toThrow('JavaScript has no operators on arrays')
  })

  it('has e^x - 1 up to the largest float', async () => {
    const x = of([84.5, 88.7])
    const [small, large] = await list(nd.expm1(x))
    expect(small / Math.expm1(84.5)).toBeCloseTo(1, 5)
    expect(large / Math.expm1(Math.fround(88.7))).toBeCloseTo(1, 5)
  })

  it('shares memory between an array and its contiguous slices only', async () => {
    const x = nd.arange(12, null, { ctx }).reshape([3, 4])
    x.at(1).set(-1)
    x.slice([2, 1], [3, 3]).set(of([7, 8]))
    x.slice([null, 0], [null, 1]).set(99)
    expect(await list(x)).toEqual([0, 1, 2, 3, -1, -1, -1, -1, 8, 7, 8, 11])
    expect(await list(x.at(-1))).toEqual([8, 7, 8, 11])
    expect(await list(nd.slice(x, [null, 1], [null, null], { step: [2, -1] }))).toEqual([1, 0, 7, 8])
    expect(() => nd.slice(x, [0], [1], [2] as never)).toThrow('[slice]')
    expect(() => x.slice([0], [1], { steps: [2] } as never)).toThrow('[slice]')
    expect((await Promise.all([...x].map((row) => row.slice([0], [1]).asscalar()))).join()).toBe('0,-1,8')
    expect(() => x.at(3)).toThrow('[at] no entry 3 in axis 0 of (3, 4)')
  })

  it('writes selections, contiguous or not', async () => {
    const x = nd.zeros([3, 4], { ctx })
    x.setSlice([1], [2], 5)
    x.setSlice([null, null], [null, null], of([1, 2]), { step: [2, 2] })
    x.setSlice([null, 3], [null, 4], 9)
    expect(await list(x)).toEqual([1, 0, 2, 9, 5, 5, 5, 9, 1, 0, 2, 9])
    expect(() => x.setSlice([0], [2], of([1, 2, 3]))).toThrow('[setSlice]')
  })

  it('changes arrays in place, from overlapping views of themselves too', async () => {
    const x = nd.ones([40, 5000], { ctx })
    const y = x
    expect(x.iadd(x.at(0))).toBe(x)
    expect(await y.sum().asscalar()).toBe(400_000)
    const z = nd.arange(300_000, null, { ctx })
    z.slice([1], [300_000]).set(z.slice([0], [299_999]))
    const moved = await list(z)
    expect(moved.findIndex((value, i) => value !== Math.max(0, i - 1))).toBe(-1)
    expect(
      await list(
        of([6, 8])
          .idivide(2)
          .isubtract(1)
          .imultiply(of([3]))
          .imodulo(4),
      ),
    ).toEqual([2, 1])
    const leaf = of([1])
    leaf.attachGrad()
    expect(() => autograd.record(() => void leaf.iadd(1))).toThrow('cannot write in place inside record')
    expect(() => autograd.record(() => void leaf.setSlice([0], [1], 3))).toThrow('cannot write in place inside record')
  })

  it('changes arrays whose channels lie last', async () => {
    const plain = nd.arange(24, null, { ctx }).reshape([1, 2, 3, 4])
    const x = plain.copy()
    if (ctx.engine instanceof WasmEngine) ctx.engine.lay(x.value, 'channelsLast')
    x.iadd(plain)
    x.setSlice([null, 1, 2, null], [null, 2, 3, null], -1, { step: [1, 1, 1, 3] })
    const want = Array.from({ length: 24 }, (_, i) => (i === 20 || i === 23 ? -1 : 2 * i))
    expect(await list(x)).toEqual(want)
    assign(plain, x)
    expect(await list(plain)).toEqual(want)
  })

  it('joins and cuts', async () => {
    const [a, b] = [of([1, 2]), of([3, 4])]
    expect([String(nd.stack(a, b).shape), await list(nd.stack(a, b))]).toEqual(['(2, 2)', [1, 2, 3, 4]])
    expect(await list(nd.stack(a, b, { axis: -1 }))).toEqual([1, 3, 2, 4])
    expect(await list(nd.concat(a, b, { dim: 0 }))).toEqual([1, 2, 3, 4])
    const parts = nd.split(nd.arange(4, null, { ctx }), 2, { axis: 0 })
    expect(await Promise.all(parts.map(list))).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(() => nd.stack(a, of([1]))).toThrow('[stack] arrays must have one shape, got (2,) and (1,)')
    // -4 is beyond the axes of the result, though one of its own counts from there
    expect(() => nd.stack(a, b, { axis: -4 })).toThrow('[stack] axis -4 is out of range: the array has 2 dimensions')
  })

  it('reads values as they are at that point of the program', async () => {
    const x = of([1, 2])
    const before = x.toArray()
    const scalar = x.sum().asscalar()
    const text = x.repr()
    x.set(0)
    expect([[...(await before)], await scalar]).toEqual([[1, 2], 3])
    expect(await text).toBe(`\n[1. 2.]\n<NDArray 2 @${ctx}>`)
    expect(await list(x)).toEqual([0, 0])
    await x.waitToRead()
    await nd.waitall()
    expect(() => x.asscalar()).toThrow('[asscalar] the array must have one element, got shape (2,)')
  })

  it('releases at once what is disposed of', () => {
    const x = of([1, 2])
    const view = x.at(0)
    x.dispose()
    expect(() => x.add(1)).toThrow('was released: dispose was called')
    expect(String(view.add(1))).toBe(`<NDArray scalar @${ctx}>`)
    expect(JSON.stringify({ y: view })).toBe(JSON.stringify({ y: String(view) }))
  })

  it('copies and detaches', async () => {
    const x = of([1, 2])
    const [copied, shared] = [x.copy(), x.detach()]
    x.set(5)
    expect([await list(copied), await list(shared)]).toEqual([
      [1, 2],
      [5, 5],
    ])
    expect(x.asInContext(ctx)).toBe(x)
    expect(x.copyto(copied)).toBe(copied)
    expect(await list(copied)).toEqual([5, 5])
    const other = ctx === cpu() ? reference() : cpu()
    expect(await list(x.asInContext(other).add(nd.ones(2, { ctx: other })))).toEqual([6, 6])
    expect(() => x.add(x.asInContext(other))).toThrow(/all arrays must be on one context/)
  })
})
