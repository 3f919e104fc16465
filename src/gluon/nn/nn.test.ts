// The layers as Gluon prints them and their tables, shapes and wrong arguments.
import { gluon, init, lrScheduler, type NDArray, nd, nn, optimizer, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

const ctx = reference()

describe('a printed layer', () => {
  it.each([
    [
      new nn.Conv2D(96, 11, { strides: 4, activation: 'relu' }),
      'Conv2D(None -> 96, kernel_size=(11, 11), stride=(4, 4), Activation(relu))',
    ],
    [
      new nn.Conv2D(8, [3, 5], { padding: [1, 2], dilation: 2, groups: 2, useBias: false, inChannels: 4 }),
      'Conv2D(4 -> 8, kernel_size=(3, 5), stride=(1, 1), padding=(1, 2), dilation=(2, 2), groups=2, bias=False)',
    ],
    [
      new nn.Conv1D(16, 5, { padding: [2], activation: 'relu' }),
      'Conv1D(None -> 16, kernel_size=(5,), stride=(1,), padding=(2,), Activation(relu))',
    ],
    [
      new nn.Conv2DTranspose(8, 4, {
        strides: 2,
        padding: 1,
        outputPadding: 1,
        groups: 2,
        useBias: false,
        inChannels: 6,
      }),
      'Conv2DTranspose(6 -> 8, kernel_size=(4, 4), stride=(2, 2), padding=(1, 1), output_padding=(1, 1), groups=2, bias=False)',
    ],
    [new nn.Conv1DTranspose(8, 4), 'Conv1DTranspose(None -> 8, kernel_size=(4,), stride=(1,))'],
    [new nn.Dense(84, { inUnits: 120, activation: 'relu' }), 'Dense(120 -> 84, Activation(relu))'],
    [new nn.Dense(10), 'Dense(None -> 10, linear)'],
    [
      new nn.MaxPool2D({ poolSize: 3, strides: 2 }),
      'MaxPool2D(size=(3, 3), stride=(2, 2), padding=(0, 0), ceil_mode=False, global_pool=False, pool_type=max, layout=NCHW)',
    ],
    [
      new nn.AvgPool2D({ padding: 1, ceilMode: true }),
      'AvgPool2D(size=(2, 2), stride=(2, 2), padding=(1, 1), ceil_mode=True, global_pool=False, pool_type=avg, layout=NCHW)',
    ],
    [
      new nn.GlobalAvgPool2D(),
      'GlobalAvgPool2D(size=(1, 1), stride=(1, 1), padding=(0, 0), ceil_mode=True, global_pool=True, pool_type=avg, layout=NCHW)',
    ],
    [
      new nn.GlobalMaxPool2D(),
      'GlobalMaxPool2D(size=(1, 1), stride=(1, 1), padding=(0, 0), ceil_mode=True, global_pool=True, pool_type=max, layout=NCHW)',
    ],
    [
      new nn.MaxPool1D({ poolSize: 3, padding: 1 }),
      'MaxPool1D(size=(3,), stride=(3,), padding=(1,), ceil_mode=False, global_pool=False, pool_type=max, layout=NCW)',
    ],
    [
      new nn.AvgPool1D({ strides: 1, ceilMode: true }),
      'AvgPool1D(size=(2,), stride=(1,), padding=(0,), ceil_mode=True, global_pool=False, pool_type=avg, layout=NCW)',
    ],
    [
      new nn.GlobalAvgPool1D(),
      'GlobalAvgPool1D(size=(1,), stride=(1,), padding=(0,), ceil_mode=True, global_pool=True, pool_type=avg, layout=NCW)',
    ],
    [
      new nn.GlobalMaxPool1D({ layout: 'NCW' }),
      'GlobalMaxPool1D(size=(1,), stride=(1,), padding=(0,), ceil_mode=True, global_pool=True, pool_type=max, layout=NCW)',
    ],
    [new nn.Dropout(0.5), 'Dropout(p = 0.5, axes=())'],
    [new nn.Dropout(0.3, { axes: [1] }), 'Dropout(p = 0.3, axes=(1,))'],
    [new nn.Flatten(), 'Flatten'],
    [new nn.Activation('sigmoid'), 'Activation(sigmoid)'],
    [new gluon.loss.SoftmaxCrossEntropyLoss(), 'SoftmaxCrossEntropyLoss(batch_axis=0, w=None)'],
    [new gluon.loss.L2Loss({ weight: 0.5 }), 'L2Loss(batch_axis=0, w=0.5)'],
    [new gluon.loss.L2Loss(), 'L2Loss(batch_axis=0, w=1.0)'],
    [new gluon.loss.CTCLoss({ labelLayout: 'TN' }), 'CTCLoss(batch_axis=1, w=None)'],
    [new gluon.loss.SDMLLoss(), 'SDMLLoss(batch_axis=0, w=1.0)'],
    [new gluon.loss.SigmoidBCELoss({ batchAxis: 1 }), 'SigmoidBinaryCrossEntropyLoss(batch_axis=1, w=None)'],
  ])('%s', (layer, text) => {
    expect(String(layer)).toBe(text)
  })

  it('shows its input size once it is known', () => {
    const conv = new nn.Conv2D(4, 3, { groups: 2 })
    conv.initialize({ ctx })
    conv(nd.zeros([1, 6, 4, 4], { ctx }))
    expect(String(conv)).toBe('Conv2D(6 -> 4, kernel_size=(3, 3), stride=(1, 1), groups=2)')
  })

  it('draws the weights of a transposed convolution once the input shows its channels', () => {
    const conv = new nn.Conv2DTranspose(4, [3, 2], { groups: 2, prefix: 'up_' })
    conv.initialize({ ctx, init: new init.Xavier() })
    expect(String(conv.weight)).toBe('Parameter up_weight (shape=(0, 2, 3, 2), dtype=float32)')
    expect(conv(nd.zeros([1, 6, 5, 5], { ctx })).shape.join()).toBe('1,4,7,6')
    expect(String(conv)).toBe('Conv2DTranspose(6 -> 4, kernel_size=(3, 2), stride=(1, 1), groups=2)')
    expect([...conv.collectParams().values()].map(({ shape }) => shape.join())).toEqual(['6,2,3,2', '4'])
    const sequence = new nn.Conv1D(3, 2)
    sequence.initialize({ ctx, init: new init.Xavier() })
    expect(sequence(nd.zeros([2, 5, 4], { ctx })).shape.join()).toBe('2,3,3')
    expect(sequence.weight.shape.join()).toBe('3,5,2')
  })

  it('nests in its container', () => {
    const inner = new nn.HybridSequential()
    inner.add(new nn.Dense(2, { inUnits: 3 }))
    const net = new nn.Sequential()
    net.add(inner, new nn.Flatten())
    expect(String(net)).toBe(
      'Sequential(\n  (0): HybridSequential(\n    (0): Dense(3 -> 2, linear)\n  )\n  (1): Flatten\n)',
    )
    class Named extends nn.Block {
      body = net
      forward(x: NDArray): NDArray {
        return this.body(x)
      }
    }
    expect(String(new Named())).toContain('Named(\n  (body): Sequential(\n    (0): HybridSequential(')
  })
})

describe('summary', () => {
  it('has a row for each block that is no container, in order of completion', () => {
    const net = gluon.models.lenet()
    net.initialize({ ctx })
    const lines = net.summary(nd.zeros([2, 1, 28, 28], { ctx })).split('\n')
    const row = (layer: string, shape: string, count: number): string =>
      `${layer.padStart(20)}  ${shape.padStart(42)} ${String(count).padStart(15)}`
    expect(lines.slice(0, 8)).toEqual([
      '-'.repeat(80),
      `${'Layer (type)'.padStart(20)}  ${'Output Shape'.padStart(42)} ${'Param #'.padStart(15)}`,
      '='.repeat(80),
      row('Input', '(2, 1, 28, 28)', 0),
      row('Activation-1', '(2, 6, 24, 24)', 0),
      row('Conv2D-2', '(2, 6, 24, 24)', 156),
      row('MaxPool2D-3', '(2, 6, 12, 12)', 0),
      row('Activation-4', '(2, 16, 8, 8)', 0),
    ])
    expect(lines).toContain(row('Dense-12', '(2, 10)', 850))
    expect(lines.slice(-7)).toEqual([
      'Parameters in forward computation graph, duplicate included',
      '   Total params: 44426',
      '   Trainable params: 44426',
      '   Non-trainable params: 0',
      'Shared params in forward computation graph: 0',
      'Unique parameters in model: 44426',
      '-'.repeat(80),
    ])
    expect([...net].some((block) => block.hooked)).toBe(false)
    expect(() => net.summary()).toThrow(/needs an input/)
  })
})

describe('wrong arguments', () => {
  it.each([
    [() => new nn.Conv2D(4, 0), /\[Conv2D\] kernelSize must be a positive integer, .*got 0/],
    [() => new nn.Conv2D(4, 3, { strides: 0 }), /\[Conv2D\] strides must be .* got 0/],
    [() => new nn.Conv2D(4, 3, { padding: [1, -1] }), /\[Conv2D\] padding must be .* got \[1,-1\]/],
    [() => new nn.Conv2D(4, 3, { layout: 'NHWC' as never }), /\[Conv2D\] layout must be 'NCHW', got 'NHWC'/],
    [() => new nn.Conv2D(4, 3, { groups: -1 }), /\[Conv2D\] groups must be a positive integer, got -1/],
    [() => new nn.Conv1D(4, 3, { inChannels: 1.5 }), /\[Conv1D\] inChannels must be a positive integer, got 1.5/],
    [() => new nn.Conv2D(4, 3, { groups: 3 }), /\[Conv2D\].*groups/],
    [() => new nn.Conv2D(4, 3, { groups: 2, inChannels: 3 }), /\[Conv2D\].*groups/],
    [
      () => new nn.Conv1D(4, [3, 3] as never),
      /\[Conv1D\] kernelSize must be a positive integer, or a list of one, got \[3,3\]/,
    ],
    [() => new nn.Conv1D(4, 3, { layout: 'NWC' as never }), /\[Conv1D\] layout must be 'NCW', got 'NWC'/],
    [
      () => new nn.Conv2DTranspose(4, 3, { strides: 2, outputPadding: 2 }),
      /\[Conv2DTranspose\] outputPadding must be smaller than strides: got \(2, 2\), expected at most \(1, 1\)/,
    ],
    [() => new nn.Conv1DTranspose(4, 3, { groups: 3 }), /\[Conv1DTranspose\].*groups/],
    [() => new nn.AvgPool1D({ poolSize: [2, 2] as never }), /\[AvgPool1D\] poolSize must be .* got \[2,2\]/],
    [() => new nn.Dropout(1), /\[Dropout\] the rate must be from 0 to below 1, got 1/],
    [() => new nn.MaxPool2D({ poolSize: 1.5 }), /\[MaxPool2D\] poolSize must be .* got 1.5/],
  ])('%s', (make, message) => {
    expect(make).toThrow(message)
  })

  const own = { stride: 2 } as never
  it.each<[string, (options: never) => unknown]>([
    ['Conv2D', (o) => new nn.Conv2D(4, 3, o)],
    ['Conv1D', (o) => new nn.Conv1D(4, 3, o)],
    ['Conv1DTranspose', (o) => new nn.Conv1DTranspose(4, 3, o)],
    ['Conv2DTranspose', (o) => new nn.Conv2DTranspose(4, 3, o)],
    ['Dense', (o) => new nn.Dense(4, o)],
    ['Dropout', (o) => new nn.Dropout(0.5, o)],
    ['Flatten', (o) => new nn.Flatten(o)],
    ['Activation', (o) => new nn.Activation('relu', o)],
    ['MaxPool1D', (o) => new nn.MaxPool1D(o)],
    ['AvgPool1D', (o) => new nn.AvgPool1D(o)],
    ['GlobalMaxPool1D', (o) => new nn.GlobalMaxPool1D(o)],
    ['GlobalAvgPool1D', (o) => new nn.GlobalAvgPool1D(o)],
    ['MaxPool2D', (o) => new nn.MaxPool2D(o)],
    ['AvgPool2D', (o) => new nn.AvgPool2D(o)],
    ['GlobalMaxPool2D', (o) => new nn.GlobalMaxPool2D(o)],
    ['GlobalAvgPool2D', (o) => new nn.GlobalAvgPool2D(o)],
    ['Sequential', (o) => new nn.Sequential(o)],
    ['HybridSequential', (o) => new nn.HybridSequential(o)],
    ['L2Loss', (o) => new gluon.loss.L2Loss(o)],
    ['SoftmaxCrossEntropyLoss', (o) => new gluon.loss.SoftmaxCrossEntropyLoss(o)],
    ['nin', (o) => gluon.models.nin(o)],
    ['mlpconv', (o) => gluon.models.mlpconv(4, 3, 0, o)],
    ['lenet', (o) => gluon.models.lenet(o)],
    ['initialize', (o) => new nn.Dense(4).initialize(o)],
    ['Xavier', (o) => new init.Xavier(o)],
    ['MSRAPrelu', (o) => new init.MSRAPrelu(o)],
    ['SGD', (o) => new optimizer.SGD(o)],
    ['FactorScheduler', (o) => new lrScheduler.FactorScheduler(2, o)],
    ['CosineScheduler', (o) => new lrScheduler.CosineScheduler(2, o)],
    ['DataLoader', (o) => new gluon.data.DataLoader(new gluon.data.ArrayDataset([1]), 1, o)],
    ['BatchSampler', (o) => new gluon.data.BatchSampler(new gluon.data.SequentialSampler(2), 1, o)],
    ['Resize', (o) => new gluon.data.vision.transforms.Resize(4, o)],
  ])('in the options of %s: unknown names, null', (name, make) => {
    expect(() => make(own)).toThrow(new RegExp(`^\\[${name}\\] unknown option 'stride'.* (Options are|The option is) `))
    expect(() => make(null as never)).toThrow(new RegExp(`^\\[${name}\\] options are one object at the end`))
  })

  it('in the options of what is loaded', async () => {
    const { FashionMNIST, MNIST } = gluon.data.vision
    await expect(MNIST.load({ test: true } as never)).rejects.toThrow("[MNIST.load] unknown option 'test'")
    await expect(FashionMNIST.load({ Train: true } as never)).rejects.toThrow(
      "[FashionMNIST.load] unknown option 'Train', did you mean 'train'?",
    )
  })

  it('name the required ones that were put among the options', () => {
    const wrong = { units: 3, useBias: false } as never
    expect(() => new nn.Dense(wrong)).toThrow(
      '[Dense] units comes first, by position, and then the options, got an object',
    )
    expect(() => new nn.Dropout({ rate: 0.5 } as never)).toThrow('[Dropout] rate comes')
    expect(() => new init.Constant(undefined as never)).toThrow('Constant takes a value, a number, got undefined')
    expect(() => new init.Normal(1 as never)).toThrow(
      '[Normal] options are one object at the end, as { sigma: 0.01 }: got 1',
    )
  })

  it.each<[string, nn.AnyBlock]>([
    ['Conv2D', new nn.Conv2D(4, 3)],
    ['Conv2DTranspose', new nn.Conv2DTranspose(4, 3)],
    ['AvgPool1D', new nn.AvgPool1D()],
    ['Dense', new nn.Dense(4)],
    ['Dropout', new nn.Dropout(0.5)],
    ['Flatten', new nn.Flatten()],
    ['Activation', new nn.Activation('relu')],
    ['MaxPool2D', new nn.MaxPool2D()],
    ['GlobalAvgPool2D', new nn.GlobalAvgPool2D()],
    ['L2Loss', new gluon.loss.L2Loss()],
    ['SoftmaxCrossEntropyLoss', new gluon.loss.SoftmaxCrossEntropyLoss()],
  ])('in the call of %s: nothing', (name, layer) => {
    expect(layer as unknown as () => void).toThrow(new RegExp(`\\[${name}\\] is called with .*, got undefined$`))
  })

  it('of inputs that pooling and groups can’t take', () => {
    const conv = new nn.Conv2D(4, 3, { groups: 2 })
    conv.initialize({ ctx })
    expect(() => conv(nd.zeros([1, 3, 5, 5], { ctx }))).toThrow(/3 channels can't be cut into 2 groups/)
    const transposed = new nn.Conv2DTranspose(4, 3, { inChannels: 2 })
    transposed.initialize({ ctx })
    expect(() => transposed(nd.zeros([1, 3, 5, 5], { ctx }))).toThrow(
      '[Conv2DTranspose] the input has 3 channels (shape (1, 3, 5, 5)), the weight takes 2',
    )
    const sequence = new nn.Conv1D(4, 3)
    sequence.initialize({ ctx })
    expect(() => sequence(nd.zeros([1, 3, 5, 5], { ctx }))).toThrow(
      '[Conv1D] the input must be (N, C, W), got (1, 3, 5, 5)',
    )
    expect(() => new nn.MaxPool1D()(nd.zeros([1, 3, 5, 5], { ctx }))).toThrow(
      '[MaxPool1D] the input must be (N, C, W), got (1, 3, 5, 5)',
    )
    expect(() => new nn.MaxPool2D({ poolSize: 3 })(nd.zeros([1, 1, 2, 5], { ctx }))).toThrow(/\[maxPool\]/)
    expect(() => new nn.GlobalAvgPool2D()(nd.zeros([3, 4], { ctx }))).toThrow(/must be \(N, C, H, W\), got \(3, 4\)/)
  })
})
