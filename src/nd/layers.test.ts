// Layers as functions: what options say twice, modes of dropout, memory, and wrong arguments.
import { autograd, memoryInfo, type NDArray, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

const ctx = reference()
const filled = (...shape: number[]) => nd.ones(shape, { ctx })
const values = async (x: NDArray) => [...(await x.toArray())]

describe('convolutions', () => {
  it('take the size and number of filters from the weight, or check what they are told', async () => {
    const [x, weight, bias] = [filled(1, 2, 4), filled(3, 2, 2), nd.array([0, 10, 20], { ctx })]
    const sums = [4, 4, 4, 14, 14, 14, 24, 24, 24]
    expect(await values(nd.convolution(x, weight, bias))).toEqual(sums)
    const told = { kernel: [2], numFilter: 3, noBias: false, layout: 'NCW' } as const
    expect(await values(nd.convolution(x, weight, bias, told))).toEqual(sums)
  })

  it('undo each other’s shapes', () => {
    const steps = { stride: [2, 3], pad: [1, 0], dilate: [1, 2] }
    const y = nd.convolution(filled(2, 4, 8, 12), filled(6, 4, 3, 3), null, steps)
    expect(y.shape.join()).toBe('2,6,4,3')
    const back = nd.deconvolution(y, filled(6, 4, 3, 3), null, { ...steps, adj: [1, 1] })
    expect(back.shape.join()).toBe('2,4,8,12')
    const target = nd.deconvolution(y, filled(6, 4, 3, 3), null, {
      stride: [2, 3],
      dilate: [1, 2],
      targetShape: [8, 10],
    })
    expect(target.shape.join()).toBe('2,4,8,10')
  })

  it('leave no array behind but the result', () => {
    const [x, weight, bias] = [filled(1, 2, 4), filled(3, 2, 2), filled(3)]
    const { storages } = memoryInfo(ctx)
    const y = [nd.convolution(x, weight, bias), nd.deconvolution(filled(1, 3, 5), weight, filled(2))]
    y.push(nd.pooling(x, { kernel: 3, stride: 3, poolingConvention: 'full', poolType: 'sum' }))
    y.push(nd.fullyConnected(x, filled(5, 8), null))
    // four results, and the four arguments made among them
    expect(memoryInfo(ctx).storages).toBe(storages + 7)
    for (const array of y) array.dispose()
    expect(memoryInfo(ctx).storages).toBe(storages + 3)
  })
})

describe('pooling', () => {
  it('sums what is there of a window', async () => {
    const x = nd.array([1, 2, 3, 4, 5], { shape: [1, 1, 5], ctx })
    const sum = { kernel: 3, stride: 2, poolType: 'sum' } as const
    expect(await values(nd.pooling(x, sum))).toEqual([6, 12])
    expect(await values(nd.pooling(x, { ...sum, stride: 3, poolingConvention: 'full' }))).toEqual([6, 9])
    expect(await values(nd.pooling(x, { ...sum, pad: 1 }))).toEqual([3, 9, 9])
  })

  it('of the whole takes a kernel without effect, as Gluon’s programs give one', async () => {
    const x = nd.array([1, 5, 2, 4], { shape: [1, 1, 2, 2], ctx })
    expect(await values(nd.pooling(x, { kernel: [1, 1], globalPool: true, poolType: 'avg' }))).toEqual([3])
  })
})

describe('dropout', () => {
  const x = filled(1000)
  const dropped = async (y: NDArray) => (await values(y)).filter((value) => value === 0).length

  it('drops in training mode, or always', async () => {
    nd.random.seed(1)
    expect(await dropped(nd.dropout(x))).toBe(0)
    expect(await dropped(autograd.record(() => nd.dropout(x)))).toBeGreaterThan(400)
    expect(await dropped(autograd.predictMode(() => nd.dropout(x, { p: 0.25, mode: 'always' })))).toBeGreaterThan(150)
    expect(await dropped(autograd.trainMode(() => nd.dropout(x, { p: 0 })))).toBe(0)
    const rows = await values(autograd.trainMode(() => nd.dropout(filled(64, 3), { axes: [1] })))
    expect(rows.every((value, i) => value === rows[i - (i % 3)])).toBe(true)
  })

  it('gives an array of its own in prediction', async () => {
    const y = nd.dropout(x)
    y.iadd(1)
    expect((await values(x))[0]).toBe(1)
  })
})

describe('wrong arguments', () => {
  const [image, weight] = [filled(1, 2, 4, 4), filled(3, 2, 3, 3)]
  it.each<[() => unknown, string]>([
    [
      () => nd.convolution(image, weight, { pad: 1 } as never),
      '[convolution] bias must be an array, or null for none, got an object',
    ],
    [
      () => nd.convolution(image, weight, null, { strides: 1 } as never),
      "[convolution] unknown option 'strides', did you mean 'stride'?",
    ],
    [
      () => nd.convolution(image, weight, null, { numFilter: 4 }),
      '[convolution] numFilter is 4, and weight (3, 2, 3, 3) makes 3 channels',
    ],
    [
      () => nd.convolution(image, weight, null, { kernel: [3, 2] }),
      '[convolution] kernel is (3, 2), and that of weight (3, 2, 3, 3) (3, 3)',
    ],
    [() => nd.convolution(image, weight, null, { noBias: false }), '[convolution] noBias is false: pass an array'],
    [() => nd.convolution(image, weight, filled(3), { noBias: true }), '[convolution] noBias is true: pass null'],
    [
      () => nd.convolution(image, weight, null, { stride: [1, 2, 3] }),
      '[convolution] stride must be a positive integer, or two of them, got [1,2,3]',
    ],
    [
      () => nd.convolution(filled(1, 2, 9), filled(3, 2, 3), null, { pad: [1, 1] }),
      '[convolution] pad must be a non-negative integer, or a list of one, got [1,1]',
    ],
    [
      () => nd.convolution(image, weight, null, { layout: 'NCW' }),
      "[convolution] layout must be 'NCHW' for (1, 2, 4, 4), got 'NCW'",
    ],
    [() => nd.convolution(image, weight, null, { numGroup: 0 }), '[convolution] numGroup must be a positive integer'],
    [
      () => nd.convolution(filled(1, 2, 3, 4, 4), weight),
      '[convolution] data must be (N, C, W) or (N, C, H, W), got (1, 2, 3, 4, 4)',
    ],
    [
      () => nd.deconvolution(image, filled(2, 3, 3, 3), null, { stride: 2, adj: [1, 2] }),
      '[deconvolution] adj must be smaller than stride: got (1, 2), expected at most (1, 1)',
    ],
    [
      () => nd.deconvolution(image, filled(2, 3, 3, 3), null, { targetShape: [7, 6] }),
      '[deconvolution] targetShape must be at most (6, 6), got (7, 6)',
    ],
    [
      () => nd.deconvolution(image, filled(2, 3, 3, 3), null, { targetShape: 6, pad: 1 }),
      '[deconvolution] takes targetShape, or pad and adj, got both',
    ],
    [() => nd.pooling(image, {}), '[pooling] needs kernel, or globalPool: true, for data (1, 2, 4, 4)'],
    [
      () => nd.pooling(image, { kernel: 2, poolType: 'lp' as never }),
      "[pooling] poolType must be 'max', 'avg' or 'sum', got 'lp'",
    ],
    [
      () => nd.pooling(image, { kernel: 2, poolingConvention: 'same' as never }),
      "[pooling] poolingConvention must be 'valid' or 'full', got 'same'",
    ],
    [() => nd.pooling(image, { kernel: 2, layout: 'NCW' }), "[pooling] layout must be 'NCHW', got 'NCW'"],
    [
      () => nd.fullyConnected(image, filled(5, 32), null, { numHidden: 6 }),
      '[fullyConnected] numHidden is 6, and weight (5, 32) makes rows of 5',
    ],
    [
      () => nd.fullyConnected(image, filled(5, 4)),
      '[fullyConnected] wrong shape of weight: got (5, 4), expected (units, 32) for input (1, 2, 4, 4)',
    ],
    [() => nd.fullyConnected(2 as never, weight), '[fullyConnected] data must be an array, got 2'],
    [() => nd.dropout(image, { p: 1 }), '[dropout] p must be from 0 to below 1, got 1'],
    [() => nd.dropout(image, { mode: 'train' as never }), "[dropout] mode must be 'training' or 'always', got 'train'"],
    [() => nd.dropout(image, { axes: [4] }), '[dropout] axis 4 is out of range'],
    [
      () => nd.embedding(nd.array([1], { ctx }), filled(4, 3), { inputDim: 5, outputDim: 3 }),
      '[embedding] wrong shape of weight: got (4, 3), expected (5, 3)',
    ],
    [
      () => nd.embedding(nd.array([1], { ctx }), filled(4)),
      '[embedding] wrong shape of weight: got (4,), expected (4, outputDim)',
    ],
    [
      () => nd.activation(image, { actType: 'ReLU' as never }),
      "[activation] no activation is named 'ReLU'; there are relu, sigmoid, softrelu, softsign, tanh",
    ],
  ])('%s', (call, message) => {
    expect(call).toThrow(message)
  })
})
