// The option `out` of functions of nd: the array that is given takes the result, whatever it shares with the operands.
import { describe, expect, it } from 'vitest'
import { autograd, cpu, type NDArray, nd, reference } from '../index.ts'

const list = async (x: NDArray) => Array.from(await x.toArray())

describe.each([cpu(), reference()])('out on %s', (ctx) => {
  const x = nd.array([1, 4, 9], { ctx })

  it.each([
    ['a function of one operand', (out: NDArray) => nd.sqrt(x, { out }), [1, 2, 3]],
    ['a function of two', (out: NDArray) => nd.add(x, 1, { out }), [2, 5, 10]],
    ['an older spelling', (out: NDArray) => nd.elemwiseMul(x, x, { out }), [1, 16, 81]],
    ['clip', (out: NDArray) => nd.clip(x, 2, 5, { out }), [2, 4, 5]],
    ['where', (out: NDArray) => nd.where(nd.greater(x, 3), x, 0, { out }), [0, 4, 9]],
    ['smoothL1', (out: NDArray) => nd.smoothL1(x, { scalar: 1, out }), [0.5, 3.5, 8.5]],
    ['addN', (out: NDArray) => nd.addN(x, x, x, { out }), [3, 12, 27]],
  ] as const)('takes the result of %s', async (_name, run, want) => {
    const out = nd.zeros([3], { ctx })
    expect(run(out)).toBe(out)
    expect(await list(out)).toEqual(want)
  })

  it.each(['sum', 'mean', 'max', 'min', 'prod', 'norm', 'var', 'std', 'logsumexp', 'nansum', 'nanprod'] as const)(
    'takes the result of %s',
    async (name) => {
      const rows = nd.array(
        [
          [1, 2, 3],
          [2, 4, 4],
        ],
        { ctx },
      )
      const out = nd.zeros([2], { ctx })
      expect(nd[name](rows, { axis: 1, out })).toBe(out)
      expect(await list(out)).toEqual(await list(nd[name](rows, { axis: 1 })))
    },
  )

  it('may be an operand, or lie in one', async () => {
    const y = nd.array([1, 2, 3, 4], { ctx })
    nd.multiply(y, y, { out: y })
    expect(await list(y)).toEqual([1, 4, 9, 16])
    nd.add(y.slice([0], [3]), 1, { out: y.slice([1], [4]) })
    expect(await list(y)).toEqual([1, 2, 5, 10])
    const rows = nd.array(
      [
        [1, 2],
        [3, 4],
      ],
      { ctx },
    )
    nd.sum(rows, { axis: 0, out: rows.at(0) })
    expect(await list(rows)).toEqual([4, 6, 3, 4])
    // the first row is where out starts, and is read for every row
    nd.add(rows.at(0), nd.ones([2, 2], { ctx }), { out: rows })
    expect(await list(rows)).toEqual([5, 7, 5, 7])
    nd.where(nd.ones([2, 2], { ctx }), rows.at(1).add(1), 0, { out: rows })
    expect(await list(rows)).toEqual([6, 8, 6, 8])
    nd.where(nd.ones([2, 2], { ctx }), rows.at(1).slice([0], [1]), 0, { out: rows })
    expect(await list(rows)).toEqual([6, 6, 6, 6])
  })

  it('is refused where it does not hold the result, where it is no array, and inside record', () => {
    const out = nd.zeros([2], { ctx })
    expect(() => nd.add(x, 1, { out })).toThrow(
      '[add] cannot write float32 (3,) into float32 (2,): shape and dtype must be equal',
    )
    expect(() => nd.sum(x, { out })).toThrow('cannot write float32 (1,) into float32 (2,)')
    expect(() => nd.sqrt(x, { out: 3 } as object)).toThrow('[sqrt] out is an array that takes the result, got 3')
    expect(() => nd.sqrt(x, out as object)).toThrow(
      '[sqrt] options are one object at the end, as { out: y }: got an NDArray',
    )
    const leaf = nd.ones([2], { ctx })
    leaf.attachGrad()
    expect(() => autograd.record(() => nd.sqrt(leaf, { out }))).toThrow('cannot write in place inside record')
    expect(() => autograd.record(() => nd.sum(leaf, { out: nd.zeros([1], { ctx }) }))).toThrow(
      'cannot write in place inside record',
    )
  })

  it('never grows by arithmetic in place', () => {
    expect(() => nd.ones([3], { ctx }).iadd(nd.ones([2, 3], { ctx }))).toThrow(
      '[iadd] cannot write float32 (2, 3) into float32 (3,): shape and dtype must be equal',
    )
  })
})
