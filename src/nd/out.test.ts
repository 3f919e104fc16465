// The option `out` of functions of nd: the array that is given takes the result, whatever it shares with the operands.
import { describe, expect, it } from 'vitest'
import { autograd, type Context, cpu, type NDArray, nd, reference } from '../index.ts'
import type { OutOption } from '../ops/out.ts'

const list = async (x: NDArray) => Array.from(await x.toArray())

/** Functions that are made of other ops or of none that writes at once, each from its options. */
function others(ctx: Context): Readonly<Record<string, (options?: OutOption) => NDArray>> {
  const rows = nd.array(
    [
      [1, 3, 2],
      [4, 6, 5],
    ],
    { ctx },
  )
  const index = nd.array([1, 0], { ctx })
  const image = nd.array(
    Array.from({ length: 16 }, (_, i) => i % 5),
    { shape: [1, 1, 4, 4], ctx },
  )
  const [gamma, beta, filter] = [nd.ones([3], { ctx }), nd.zeros([3], { ctx }), nd.ones([2, 1, 3, 3], { ctx })]
  return {
    activation: (o) => nd.activation(rows, { actType: 'relu', ...o }),
    arangeLike: (o) => nd.contrib.arangeLike(rows, o),
    argmax: (o) => nd.argmax(rows, { axis: 1, ...o }),
    argsort: (o) => nd.argsort(rows, o),
    batchDot: (o) => nd.batchDot(rows.expandDims(0), rows.expandDims(0), { transposeB: true, ...o }),
    batchTake: (o) => nd.batchTake(rows, index, o),
    broadcastAxis: (o) => nd.broadcastAxis(gamma.expandDims(0), { axis: 0, size: 2, ...o }),
    broadcastLike: (o) => nd.broadcastLike(gamma.expandDims(0), rows, o),
    broadcastTo: (o) => nd.broadcastTo(gamma, [2, 3], o),
    concat: (o) => nd.concat(rows, rows, { dim: 0, ...o }),
    convolution: (o) => nd.convolution(image, filter, null, { pad: 1, ...o }),
    cumsum: (o) => nd.cumsum(rows, { axis: 1, ...o }),
    deconvolution: (o) => nd.deconvolution(image, filter.slice([0], [1]), null, o),
    depthToSpace: (o) => nd.depthToSpace(image.reshape([1, 4, 2, 2]), 2, o),
    diag: (o) => nd.diag(rows, o),
    dot: (o) => nd.dot(rows, rows, { transposeB: true, ...o }),
    dropout: (o) => nd.dropout(rows, o),
    embedding: (o) => nd.embedding(index, rows, o),
    expandDims: (o) => nd.expandDims(rows, 0, o),
    flatten: (o) => nd.flatten(image, o),
    flip: (o) => nd.flip(rows, 1, o),
    full: (o) => nd.full([2], 3, { ctx, ...o }),
    fullyConnected: (o) => nd.fullyConnected(rows, rows, null, o),
    gatherNd: (o) => nd.gatherNd(rows, index.reshape([2, 1]), o),
    gemm2: (o) => nd.linalg.gemm2(rows, rows, { transposeB: true, ...o }),
    groupNorm: (o) => nd.groupNorm(rows, gamma.slice([0], [1]), beta.slice([0], [1]), o),
    instanceNorm: (o) => nd.instanceNorm(image, gamma.slice([0], [1]), beta.slice([0], [1]), o),
    layerNorm: (o) => nd.layerNorm(rows, gamma, beta, o),
    leakyReLU: (o) => nd.leakyReLU(rows, { actType: 'gelu', ...o }),
    logSoftmax: (o) => nd.logSoftmax(rows, o),
    oneHot: (o) => nd.oneHot(index, 3, o),
    onesLike: (o) => nd.onesLike(rows, o),
    pad: (o) => nd.pad(image, 'constant', [0, 0, 0, 0, 1, 1, 1, 1], o),
    pick: (o) => nd.pick(rows, index, o),
    pooling: (o) => nd.pooling(image, { kernel: [2, 2], stride: [2, 2], ...o }),
    ravelMultiIndex: (o) => nd.ravelMultiIndex(index.expandDims(1), { shape: [2, 3], ...o }),
    repeat: (o) => nd.repeat(rows, 2, { axis: 1, ...o }),
    reshape: (o) => nd.reshape(rows, [3, 2], o),
    reshapeLike: (o) => nd.reshapeLike(rows, rows.T, o),
    scatterNd: (o) => nd.scatterNd(index, nd.array([[2, 0]], { ctx }), [4], o),
    sequenceLast: (o) => nd.sequenceLast(rows, null, o),
    sequenceMask: (o) => nd.sequenceMask(rows, nd.array([1, 2, 0], { ctx }), o),
    sequenceReverse: (o) => nd.sequenceReverse(rows, nd.array([1, 2, 0], { ctx }), o),
    shapeArray: (o) => nd.shapeArray(rows, o),
    sizeArray: (o) => nd.sizeArray(rows, o),
    slice: (o) => nd.slice(rows, [0, 1], [2, 3], o),
    sliceAxis: (o) => nd.sliceAxis(rows, 1, 0, 2, o),
    sliceLike: (o) => nd.sliceLike(rows, rows.slice([0, 0], [2, 2]), o),
    softmax: (o) => nd.softmax(rows, o),
    softmin: (o) => nd.softmin(rows, o),
    sort: (o) => nd.sort(rows, o),
    spaceToDepth: (o) => nd.spaceToDepth(image, 2, o),
    squeeze: (o) => nd.squeeze(rows.expandDims(1), 1, o),
    stack: (o) => nd.stack(rows, rows, { axis: 1, ...o }),
    swapaxes: (o) => nd.swapaxes(rows, 0, 1, o),
    take: (o) => nd.take(rows, index, o),
    tile: (o) => nd.tile(rows, 2, o),
    topk: (o) => nd.topk(rows, { k: 2, retTyp: 'value', ...o }),
    transpose: (o) => nd.transpose(rows, [1, 0], o),
    unravelIndex: (o) => nd.unravelIndex(index, { shape: [2, 3], ...o }),
  }
}

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

  it.each(Object.entries(others(ctx)))('takes the result of %s', async (_name, run) => {
    const want = run()
    const out = nd.zeros(want.shape, { ctx, dtype: want.dtype })
    expect(run({ out })).toBe(out)
    expect(await list(out)).toEqual(await list(want))
  })

  it('takes the results of functions that have several', async () => {
    const rows = nd.array([[3, 1, 2, 0]], { ctx })
    const halves = [nd.zeros([1, 2], { ctx }), nd.zeros([1, 2], { ctx })]
    expect(nd.split(rows, 2, { out: halves })).toBe(halves)
    expect(await Promise.all(halves.map(list))).toEqual([
      [3, 1],
      [2, 0],
    ])
    nd.topk(rows, { k: 2, retTyp: 'both', out: halves })
    expect(await Promise.all(halves.map(list))).toEqual([
      [3, 2],
      [0, 2],
    ])
    const moments = [nd.zeros([1], { ctx }), nd.zeros([1], { ctx })]
    nd.moments(rows, { out: moments })
    expect(await Promise.all(moments.map(list))).toEqual([[1.5], [1.25]])
    expect(() => nd.split(rows, 2, { out: halves[0] } as object)).toThrow(
      '[split] out is a list of 2 arrays, got an NDArray',
    )
    expect(() => nd.split(rows, 4, { out: halves })).toThrow('[split] out is a list of 4 arrays, got a list')
    expect(() => nd.softmax(rows, { out: halves } as object)).toThrow('[softmax] out is an array, got a list')
  })

  it('draws into out, of its shape', async () => {
    const out = nd.zeros([2, 3], { ctx })
    nd.random.seed(3)
    expect(nd.random.uniform({ out })).toBe(out)
    nd.random.seed(3)
    expect(await list(out)).toEqual(await list(nd.random.uniform({ shape: [2, 3], ctx })))
  })

  it('takes the result of a method', async () => {
    const out = nd.zeros([3], { ctx })
    expect(x.sqrt({ out })).toBe(out)
    expect(await list(out)).toEqual([1, 2, 3])
    x.flip(0, { out })
    expect(await list(out)).toEqual([9, 4, 1])
    out.softmax({ out })
    expect(await list(out)).toEqual(await list(nd.softmax(nd.array([9, 4, 1], { ctx }))))
  })

  it('may be read by an op that is not element-wise, or be a view of what is read', async () => {
    const y = nd.array([1, 2, 3, 4], { ctx })
    nd.flip(y, 0, { out: y })
    expect(await list(y)).toEqual([4, 3, 2, 1])
    nd.slice(y, [0], [3], { out: y.slice([1], [4]) })
    expect(await list(y)).toEqual([4, 4, 3, 2])
    nd.reshape(y, [2, 2], { out: y.reshape([2, 2]) })
    expect(await list(y)).toEqual([4, 4, 3, 2])
    const m = y.reshape([2, 2])
    nd.dot(m, m, { out: m })
    expect(await list(y)).toEqual([28, 24, 18, 16])
    nd.transpose(m, undefined, { out: m })
    expect(await list(y)).toEqual([28, 18, 24, 16])
    nd.cumsum(y, { axis: 0, out: y })
    expect(await list(y)).toEqual([28, 46, 70, 86])
  })

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
    expect(() => autograd.record(() => nd.flip(leaf, 0, { out }))).toThrow('[flip] cannot write in place inside record')
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
