// Orders, indices, sequences and arrangements as a user has them: NumPy's values, and gradients of gradients.
import { describe, expect, it } from 'vitest'
import { autograd, cpu, type NDArray, nd, reference } from '../index.ts'

const list = async (x: NDArray) => Array.from(await x.toArray())
const { NaN: none } = Number

describe.each([cpu(), reference()])('on %s', (ctx) => {
  const of = (values: nd.NestedNumbers) => nd.array(values, { ctx })

  it('sorts by value, ties in their order, NaN as the largest', async () => {
    const x = of([2, none, -0, 0, -Infinity, 2])
    expect(await list(x.sort())).toEqual([-Infinity, -0, 0, 2, 2, none])
    expect(await list(x.argsort())).toEqual([4, 2, 3, 0, 5, 1])
    expect(await list(x.argsort({ isAscend: false }))).toEqual([1, 0, 5, 2, 3, 4])
    expect(x.argsort().dtype).toBe('float32')
  })

  it('finds the k largest', async () => {
    const x = of([
      [3, 1, 2],
      [4, 6, 5],
    ])
    expect(await list(nd.topk(x, { k: 2 }))).toEqual([0, 2, 1, 2])
    expect(await list(x.topk({ k: 2, retTyp: 'value', isAscend: true }))).toEqual([1, 2, 4, 5])
    expect(await list(x.topk({ k: 1, axis: 0, retTyp: 'mask' }))).toEqual([0, 0, 0, 1, 1, 1])
    const [values, places] = x.topk({ k: 2, axis: null, retTyp: 'both', dtype: 'int32' })
    expect([await list(values), await list(places), places.dtype]).toEqual([[6, 5], [4, 5], 'int32'])
  })

  it('gives gradients of gradients through orders and indices', async () => {
    const x = of([3, -1, 2])
    x.attachGrad()
    const slopes = autograd.record(() => {
      const first = nd.topk(x, { k: 2, retTyp: 'value' })
      const picked = nd.gatherNd(x.sort(), of([[0, 2]]))
      const cubes = nd.concat(first, picked, { dim: 0 })
      const sum = cubes.multiply(cubes).multiply(cubes).sum()
      return autograd.grad(sum, [x], null, { createGraph: true })[0].sum()
    })
    slopes.backward()
    // (x³)'' = 6 x, for 3 twice, for 2 and −1 once
    expect(await list(x.grad as NDArray)).toEqual([36, -6, 12])
  })

  it('gives gradients of gradients through batches of products and sequences', async () => {
    const a = of([[[1, 2]], [[3, 4]]])
    a.attachGrad()
    const slopes = autograd.record(() => {
      const squares = nd.batchDot(a, a, { transposeB: true })
      const masked = nd.sequenceReverse(nd.sequenceMask(squares.reshape([2, 1]), of([1])), of([2]))
      return autograd.grad(masked.multiply(masked).sum(), [a], null, { createGraph: true })[0].sum()
    })
    slopes.backward()
    // s = 1² + 2²; (s²)' = 4 s a, whose sum is 4 s (1 + 2): its slopes are 8 a · 3 + 4 s
    expect(await list(a.grad as NDArray)).toEqual([8 * 3 + 20, 16 * 3 + 20, 0, 0])
  })

  it('takes the product over other axes by transposes', async () => {
    const a = of([
      [1, 2],
      [3, 4],
    ])
    const b = of([
      [1, 0],
      [1, 1],
    ])
    expect(await list(nd.dot(a, b, { transposeB: true }))).toEqual([1, 3, 3, 7])
    expect(await list(a.dot(b, { transposeA: true }))).toEqual([4, 3, 6, 4])
    const deep = nd.ones([2, 3, 4], { ctx })
    expect([...nd.dot(deep, nd.ones([5, 2], { ctx }), { transposeA: true, transposeB: true }).shape]).toEqual([3, 4, 5])
    expect(() => nd.dot(a, b, { transpose: true } as never)).toThrow("[dot] unknown option 'transpose'")
    expect(() => nd.dot(a, b, { transposeB: 1 as never })).toThrow('[dot] transposeB must be true or false, got 1')
    expect(() => nd.dot(a, nd.ones([3, 2], { ctx }))).toThrow(
      '[dot] the last axis of (2, 2) must equal the first of (3, 2)',
    )
    const wrong = () => nd.dot(a, nd.ones([2, 3], { ctx }), { transposeA: true, transposeB: true })
    expect(wrong).toThrow('[dot] the first axis of (2, 2) must equal the last of (2, 3)')
  })

  it('takes entries by an array of indices', async () => {
    const x = of([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const entries = x.at(nd.array([[0, -1]], { ctx, dtype: 'int32' }))
    expect([[...entries.shape], await list(entries)]).toEqual([
      [1, 2, 2],
      [1, 2, 5, 6],
    ])
    expect(() => of(3).at(nd.array([0], { ctx }))).toThrow('[at] an array of shape () has no axis 0')
  })

  it('counts to the size of another array', async () => {
    const x = nd.zeros([2, 3], { ctx, dtype: 'int32' })
    const all = nd.contrib.arangeLike(x, { start: 5, step: -2, repeat: 2 })
    expect([all.dtype, [...all.shape], await list(all)]).toEqual(['int32', [2, 3], [5, 5, 3, 3, 1, 1]])
    expect(await list(nd.contrib.arangeLike(of([1, 2]), { axis: 0, step: 0.5 }))).toEqual([0, 0.5])
    expect(() => nd.contrib.arangeLike(x, { step: 0.5 })).toThrow("[arangeLike] int32 can't hold 0.5")
    expect(() => nd.contrib.arangeLike(x, { repeat: 0 })).toThrow(
      '[arangeLike] repeat must be a positive integer, got 0',
    )
    expect(() => nd.shapeArray(3 as never)).toThrow('[shapeArray] takes arrays, got 3')
    expect(() => nd.sizeArray([x] as never)).toThrow('[sizeArray] takes arrays, got a list')
  })

  it('arranges elements as NumPy does', async () => {
    const x = of([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(await list(x.diag())).toEqual([1, 5])
    expect(await list(nd.diag(of([1, 2]), { k: -1 }))).toEqual([0, 0, 0, 1, 0, 0, 0, 2, 0])
    expect([...nd.moveaxis(nd.zeros([2, 3, 4], { ctx }), 0, -1).shape]).toEqual([3, 4, 2])
    expect((await Promise.all(x.splitV2([1], { axis: 1 }).map(list))).flat()).toEqual([1, 4, 2, 3, 5, 6])
    expect(
      await list(
        nd.scatterNd(
          of([7, 8]),
          of([
            [1, 0],
            [0, 2],
          ]),
          [2, 3],
        ),
      ),
    ).toEqual([0, 0, 8, 7, 0, 0])
    expect([await list(x.shapeArray()), await list(x.sizeArray())]).toEqual([[2, 3], [6]])
    const long = nd.linalg.gemm2(x, x, { transposeB: true, alpha: 2 })
    expect(await list(long)).toEqual([28, 64, 64, 154])
  })
})
